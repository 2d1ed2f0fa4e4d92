// A kernel that hangs in the middle of a TCP dump, for LD_PRELOAD: while the file named by
// SOCKDIAG_TEST_HANG exists, recvmsg() on a netlink socket that was asked for TCP sockets does not
// come back, whatever time-out the socket has.

#include <dlfcn.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace {

constexpr int kTcpDump = 18;  // TCPDIAG_GETSOCK of linux/inet_diag.h
thread_local bool asked_for_tcp = false;

bool IsNetlink(int fd) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_NETLINK;
}

}  // namespace

extern "C" {

ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* address,
               socklen_t address_size) {
  static const auto next = reinterpret_cast<decltype(&sendto)>(dlsym(RTLD_NEXT, "sendto"));
  if (size >= sizeof(nlmsghdr) && IsNetlink(fd)) {
    asked_for_tcp = static_cast<const nlmsghdr*>(data)->nlmsg_type == kTcpDump;
  }
  return next(fd, data, size, flags, address, address_size);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  static const auto next = reinterpret_cast<decltype(&recvmsg)>(dlsym(RTLD_NEXT, "recvmsg"));
  const char* file = std::getenv("SOCKDIAG_TEST_HANG");
  if (file != nullptr && asked_for_tcp && IsNetlink(fd)) {
    constexpr useconds_t kPollMicroseconds = 10'000;
    while (access(file, F_OK) == 0) usleep(kPollMicroseconds);
  }
  return next(fd, message, flags);
}

}  // extern "C"
