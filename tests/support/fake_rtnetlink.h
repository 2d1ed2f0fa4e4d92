#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "netlink/transport.h"
#include "tests/support/netlink_message.h"

namespace sockdiag::testing {

/// What a kernel answers to one kind of dump: records, each in a datagram of its own, and then the
/// end; or an errno.
struct RtnetlinkTable {
  std::vector<Bytes> records;
  int kernel_error = 0;
  /// So many dumps are said to have been interrupted by a change.
  int interruptions = 0;
  /// nlmsg_type of the records; that of the request less 2 where it is not said, as rtnetlink's
  /// are.
  std::optional<std::uint16_t> record_type = {};
};

/// A kernel with rtnetlink's tables, by the request's type and the address family that it asks for.
/// It filters nothing, as one before 4.20, unless it is told to.
class FakeRtnetlink {
 public:
  static constexpr std::uint32_t kPortId = 4711;

  [[nodiscard]] NetlinkOpener Opener();

  std::map<std::pair<std::uint16_t, std::uint8_t>, RtnetlinkTable> tables;
  int open_error = 0;
  /// The route that answers a request that asks for no dump; none is an error.
  std::optional<Bytes> found_route;
  int lookup_error = ENETUNREACH;
  /// Of routes, whether the table that the request names is the only one that it answers with.
  bool filters_tables = false;
  /// The types of the requests so far.
  std::vector<std::uint16_t> requests;
  /// Records that somebody has fetched.
  std::size_t fetched = 0;
};

}  // namespace sockdiag::testing
