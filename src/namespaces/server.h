#pragma once

#include <string>
#include <utility>

#include "base/error.h"
#include "namespaces/finder.h"
#include "namespaces/helper.h"
#include "namespaces/messages.h"
#include "namespaces/packet.h"
#include "namespaces/visitor.h"

namespace sockdiag {

/// Answers a daemon's requests about network namespaces, in a process that may enter them. Between
/// requests it holds nothing of any namespace but its own. One thread at a time.
class NamespaceServer {
 public:
  explicit NamespaceServer(NamespaceVisitor visitor) : visitor_(std::move(visitor)) {}

  /// Until the other side ends. Fails when it says what is no request, or cannot be answered.
  [[nodiscard]] Result<void> Serve(int socket);

 private:
  [[nodiscard]] Result<void> Answer(int socket, const NamespaceRequest& request);
  [[nodiscard]] Result<void> AnswerFind(int socket);
  [[nodiscard]] NamespaceResult<OpenedNamespace> Open(NamespaceId id) const;
  [[nodiscard]] NamespaceResult<NamespaceCounters> Counters(NamespaceId id) const;

  const std::string proc_ = "/proc";
  NamespaceVisitor visitor_;
  NamespaceFinder finder_{proc_};
};

}  // namespace sockdiag
