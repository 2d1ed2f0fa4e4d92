#pragma once

#include <array>
#include <optional>

#include "base/clock.h"
#include "model/protocol.h"
#include "netlink/dump_error.h"
#include "sockets/source/refusal_memory.h"

namespace sockdiag {

/// What sock_diag has refused, by protocol. Sources that share it go the same way. Any thread may
/// use it.
class Refusals {
 public:
  struct Options {
    RefusalMemory::Options memory = {};
    /// What is denied is remembered, too; for who has another source meanwhile.
    bool with_denials = false;
  };

  /// The clock must outlive this.
  Refusals(const Clock& clock, const Options& options)
      : with_denials_(options.with_denials),
        memories_{RefusalMemory(clock, options.memory), RefusalMemory(clock, options.memory)} {}

  /// The one that is in force, as it was told.
  [[nodiscard]] std::optional<DumpError> Find(Protocol protocol) {
    return memories_[Index(protocol)].Find();
  }
  /// Remembers an error, if it is one to be remembered, and gives it as it is to be told.
  [[nodiscard]] DumpError Note(Protocol protocol, const DumpError& error);

 private:
  const bool with_denials_;
  /// By Protocol.
  std::array<RefusalMemory, kProtocols.size()> memories_;
};

}  // namespace sockdiag
