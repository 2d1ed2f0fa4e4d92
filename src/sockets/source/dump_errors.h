#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "model/protocol.h"
#include "netlink/dump_error.h"

namespace sockdiag {

/// Counts failed dumps since the start. Any thread may use it.
class DumpErrors {
 public:
  void Add(Protocol protocol, DumpErrorReason reason) { ++counts_[Index(protocol)][Index(reason)]; }
  [[nodiscard]] std::uint64_t Count(Protocol protocol, DumpErrorReason reason) const {
    return counts_[Index(protocol)][Index(reason)];
  }

 private:
  std::array<std::array<std::atomic<std::uint64_t>, kDumpErrorReasons.size()>, kProtocols.size()>
      counts_{};
};

}  // namespace sockdiag
