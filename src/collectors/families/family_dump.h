#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "collectors/collector.h"
#include "netlink/message.h"
#include "netlink/transport.h"
#include "sockets/source/refusal_memory.h"

namespace sockdiag {

/// Dumps of one socket family from the kernel's sock_diag(7), in the network namespace of the
/// calling thread. Not every kernel has each family: that is no failure. One thread at a time.
class FamilyDump {
 public:
  /// `sockets` as in "unix", and the module that lists them, for the log. The names, and the clock,
  /// must outlive it.
  FamilyDump(NetlinkOpener open, const Clock& clock, std::string_view sockets,
             std::string_view module, RefusalMemory::Options refusals = {});

  /// Asks with this struct, and attributes if there are any, and gives each record of the answer to
  /// the sink. False when the kernel does not list such sockets; then the sink was given none, and
  /// lack() says so. After an error, what the sink was given is a part of unknown size.
  [[nodiscard]] Result<bool> Walk(std::span<const std::byte> payload, MessageSink& sink);

  /// Why the last walk gave nothing; empty when it gave what there is.
  [[nodiscard]] const std::string& lack() const { return lack_; }
  void TellLack(Findings& findings) const {
    findings.lack = lack_;
    findings.is_denied = is_denied_;
  }

 private:
  [[nodiscard]] DumpResult<void> WalkOnce(std::span<const std::byte> payload, MessageSink& sink);

  const NetlinkOpener open_;
  const std::string_view sockets_;
  const std::string_view module_;
  std::uint32_t sequence_ = 0;
  std::string lack_;
  bool is_denied_ = false;
  RefusalMemory refusal_;
};

}  // namespace sockdiag
