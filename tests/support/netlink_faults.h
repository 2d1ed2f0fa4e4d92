#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "netlink/dump_error.h"
#include "tests/support/fake_tables.h"

namespace sockdiag::testing {

/// One thing that can happen in a dump, and what is to come of it.
struct NetlinkFault {
  std::string name;
  /// Nothing: the dump is whole all the same.
  std::optional<DumpErrorReason> reason;
  FakeFault fault;
};

/// Every errno of opening and sending, at each of so many walks.
[[nodiscard]] std::vector<NetlinkFault> FaultsOfTheSocket(std::size_t walks);

/// What recvmsg(2) can give, before each receipt of each walk; `walks` as FakeTables has them.
[[nodiscard]] std::vector<NetlinkFault> FaultsOfReceiving(
    const std::vector<std::vector<std::size_t>>& walks);

/// NLMSG_ERROR and NLMSG_DONE with every status that counts, in the place of each message.
[[nodiscard]] std::vector<NetlinkFault> FaultsThatTheKernelTells(
    const std::vector<std::vector<std::size_t>>& walks);

/// Each message with a header or payload that is wrong, or unusual and right.
[[nodiscard]] std::vector<NetlinkFault> FaultsOfMessages(
    const std::vector<std::vector<std::size_t>>& walks);

}  // namespace sockdiag::testing
