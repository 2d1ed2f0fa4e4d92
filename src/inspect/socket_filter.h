#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "inspect/query.h"
#include "model/socket_record.h"
#include "model/state_set.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_names.h"

namespace sockdiag {

/// What sockets are called; must outlive whoever asks.
struct SocketNames {
  const ServiceNames& services;
  /// Null where they are not looked for.
  const Owners* owners = nullptr;

  /// As the label has it; `none` of nobody.
  [[nodiscard]] std::string OwnerName(OwnerId owner) const;
};

/// How long a socket has been in its state, at least; nothing when that is not known.
using SocketAge = std::optional<Clock::Duration>;

/// Whether sockets are among those that a query is about.
class SocketFilter {
 public:
  SocketFilter(const Query& query, const SocketNames& names) : query_(query), names_(names) {}

  /// No other sockets of the protocol are.
  [[nodiscard]] StateSet States(Protocol protocol) const;
  [[nodiscard]] bool Accepts(const SocketRecord& record, const Classification& classification,
                             const SocketAge& age);

 private:
  [[nodiscard]] bool AcceptsName(const Classification& classification);
  [[nodiscard]] bool AcceptsCondition(const SocketRecord& record,
                                      const Classification& classification,
                                      const SocketAge& age) const;

  const Query query_;
  const SocketNames names_;
  /// What was found of names that were met.
  std::unordered_map<ServiceId, bool> services_;
  std::unordered_map<OwnerId, bool> owners_;
};

}  // namespace sockdiag
