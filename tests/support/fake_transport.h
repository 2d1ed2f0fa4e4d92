#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "netlink/transport.h"
#include "tests/support/netlink_message.h"

namespace sockdiag::testing {

/// One answer of the kernel: a datagram, or an errno of recvmsg(2).
using Answer = tl::expected<Bytes, int>;

/// What a fake kernel does when a dump is asked for.
struct Script {
  /// errno of opening or sending; 0 when that works.
  int open_error = 0;
  int send_error = 0;
  std::deque<Answer> answers;
};

/// Plays one script a dump, in order, and keeps the requests. Running out of answers is EAGAIN, as
/// a kernel that stays silent.
class FakeKernel {
 public:
  static constexpr std::uint32_t kPortId = 4711;

  void Add(Script script) { scripts_.push_back(std::move(script)); }
  [[nodiscard]] NetlinkTransportFactory Factory();
  /// The same for whoever says the netlink family.
  [[nodiscard]] NetlinkOpener Opener() {
    return [open = Factory()](int) { return open(); };
  }

  /// One for each dump that was sent.
  std::vector<Bytes> requests;
  int opened = 0;

 private:
  friend class FakeTransport;
  std::deque<Script> scripts_;
};

}  // namespace sockdiag::testing
