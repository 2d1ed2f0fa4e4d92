#include "tests/support/network_namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/unique_fd.h"

namespace sockdiag::testing {
namespace {

Result<void> WriteMap(const std::string& path, const std::string& text) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.IsValid() || write(file.Get(), text.data(), text.size()) < 0) {
    return FailErrno("cannot write " + path, errno);
  }
  return {};
}

Result<void> EnterUserAndNetworkNamespace() {
  const std::string user = std::to_string(geteuid());
  const std::string group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    return FailErrno("unshare(CLONE_NEWUSER | CLONE_NEWNET)", errno);
  }
  return WriteMap("/proc/self/setgroups", "deny")
      .and_then([&] { return WriteMap("/proc/self/uid_map", "0 " + user + " 1"); })
      .and_then([&] { return WriteMap("/proc/self/gid_map", "0 " + group + " 1"); });
}

Result<void> BringUpLoopback() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (ioctl(socket.Get(), SIOCSIFFLAGS, &request) != 0) return FailErrno("lo up", errno);
  return {};
}

}  // namespace

Result<void> EnterNetworkNamespace() {
  if (unshare(CLONE_NEWNET) != 0) {
    if (errno != EPERM) return FailErrno("unshare(CLONE_NEWNET)", errno);
    const Result<void> entered = EnterUserAndNetworkNamespace();
    if (!entered) return entered;
  }
  return BringUpLoopback();
}

}  // namespace sockdiag::testing
