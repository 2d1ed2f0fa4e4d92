#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sockets/source/read_limit.h"

namespace sockdiag {

/// A table of /proc/thread-self/net, in which the kernel lists sockets of one family in the network
/// namespace of the calling thread. Not every kernel has each table: that is no failure. One that
/// is too long to be read is; see ReadLimit. One thread at a time.
class FamilyTable {
 public:
  /// About 20,000 netlink sockets, 15,000 raw ones or 10,000 for pings.
  static constexpr std::chrono::milliseconds kLimit{100};

  /// `name` as in "netlink"; `heading` is a part of the first line, and must outlive this.
  FamilyTable(const ProcReading& reading, std::string_view name, std::string_view heading);

  /// Gives each line below the heading to `visit`, whose error ends it. False when there is no such
  /// table: then `lack` says so.
  [[nodiscard]] Result<bool> Visit(const std::function<Result<void>(std::string_view line)>& visit,
                                   std::string& lack);

 private:
  const std::string path_;
  const std::string_view heading_;
  ReadLimit limit_;
};

}  // namespace sockdiag
