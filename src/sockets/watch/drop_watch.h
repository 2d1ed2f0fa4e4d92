#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "model/port.h"
#include "model/protocol.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/owner.h"
#include "sockets/naming/service_names.h"
#include "sockets/source/source_kind.h"
#include "sockets/watch/socket_drops.h"

namespace sockdiag {

/// Whose drops: those of one port's listeners or receivers that one service and one owner have.
struct DropKey {
  Port port;
  ServiceId service;
  OwnerId owner;

  friend auto operator<=>(const DropKey&, const DropKey&) = default;
};

using Drops = SocketDrops<DropKey>::Sums;

/// By Protocol.
using DropsByProtocol = std::array<Drops, kProtocols.size()>;

/// What listeners (TCP) and receivers (UDP) of one protocol have dropped, from dump to dump
/// (`sk_drops`); see SocketDrops. Any thread may use it.
class DropWatch {
 public:
  /// What one dump shows. Thrown away without Commit(), the dump has failed.
  class Pass {
   public:
    void Observe(const SocketRecord& record, const Classification& classification) {
      if (record.drops == 0 || record.cookie == 0) return;
      look_.Add(record.cookie, record.drops,
                {classification.service_port, GroupOf(classification.group).service,
                 classification.owner});
    }
    /// All listeners and receivers were there. When it throws, for want of memory, the dump has
    /// failed.
    void Commit(SourceKind source = SourceKind::kNetlink) && { drops_.Keep(look_, source); }

   private:
    friend class DropWatch;
    explicit Pass(SocketDrops<DropKey>& drops) : drops_(drops) {}

    SocketDrops<DropKey>& drops_;
    SocketDrops<DropKey>::Look look_;
  };

  /// A dump that begins now. This must outlive it.
  [[nodiscard]] Pass Begin() { return Pass(drops_); }

  /// What was dropped since it was last marked as counted.
  [[nodiscard]] Drops Uncounted() const { return drops_.sums(); }
  void MarkCounted(const Drops& counted) noexcept { drops_.TakeOff(counted); }

 private:
  SocketDrops<DropKey> drops_;
};

}  // namespace sockdiag
