#include "http/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <fstream>

#include "tests/http/support/http_client.h"
#include "tests/http/support/test_server.h"

namespace sockdiag::http {
namespace {

using testing::EndsWith;
using testing::StartsWith;

Result<std::vector<Listener>> Open(const std::string& text) {
  return OpenListeners(ParseListenAddress(text).value());
}

std::string ErrorOf(const Result<std::vector<Listener>>& result) {
  return result ? "opened" : result.error().message;
}

mode_t ModeOf(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 ? status.st_mode : 0;
}

TEST(Listener, DoesNotBlockAndIsNotInherited) {
  const auto listeners = Open("127.0.0.1:0");
  ASSERT_TRUE(listeners) << ErrorOf(listeners);
  const int fd = listeners->front().Fd();
  EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
  EXPECT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  EXPECT_THAT(listeners->front().Address(), StartsWith("127.0.0.1:"));
  EXPECT_EQ(listeners->front().Families(), "ipv4");
}

TEST(Listener, TakesBothFamiliesWithoutAHost) {
  if (!HostHasIpv6()) GTEST_SKIP() << "this host has no IPv6";
  const auto listeners = Open(":0");
  ASSERT_TRUE(listeners) << ErrorOf(listeners);
  ASSERT_EQ(listeners->size(), 1U);
  EXPECT_THAT(listeners->front().Address(), StartsWith("[::]:"));
  EXPECT_EQ(listeners->front().Families(), "ipv4,ipv6");
  const std::uint16_t port = PortOf(listeners->front().Address());
  EXPECT_TRUE(ConnectIpv4(port).IsConnected());
  EXPECT_TRUE(ConnectIpv6(port).IsConnected());
}

TEST(Listener, TakesOnlyIpv6OnAnExplicitIpv6Address) {
  if (!HostHasIpv6()) GTEST_SKIP() << "this host has no IPv6";
  const auto listeners = Open("[::]:0");
  ASSERT_TRUE(listeners) << ErrorOf(listeners);
  EXPECT_EQ(listeners->front().Families(), "ipv6");
  const std::uint16_t port = PortOf(listeners->front().Address());
  EXPECT_FALSE(ConnectIpv4(port).IsConnected());
  EXPECT_TRUE(ConnectIpv6(port).IsConnected());
}

/// From now on this process has no IPv6, as if the kernel had been built without it.
void ForbidIpv6Sockets() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = std::size(program), .filter = program};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) _exit(77);
}

[[noreturn]] void ListenWithoutIpv6() {
  ForbidIpv6Sockets();
  const auto any = Open(":0");
  const auto name = Open("localhost:0");
  if (!any || !name) _exit(1);
  if (!any->front().Address().starts_with("0.0.0.0:")) _exit(2);
  if (!ConnectIpv4(PortOf(any->front().Address())).IsConnected()) _exit(3);
  _exit(ErrorOf(Open("[::1]:0")) ==
                "cannot listen on [::1]:0: Address family not supported by "
                "protocol (EAFNOSUPPORT)"
            ? 0
            : 4);
}

TEST(ListenerDeathTest, FallsBackToIpv4OnAHostWithoutIpv6) {
  EXPECT_EXIT(ListenWithoutIpv6(), testing::ExitedWithCode(0), "");
}

TEST(Listener, OpensEveryAddressOfAName) {
  const auto listeners = Open("localhost:0");
  ASSERT_TRUE(listeners) << ErrorOf(listeners);
  for (const Listener& listener : *listeners) {
    EXPECT_TRUE(HttpClient(listener.Address()).IsConnected()) << listener.Address();
  }
}

TEST(Listener, SaysWhichAddressIsInUse) {
  const auto first = Open("127.0.0.1:0");
  ASSERT_TRUE(first) << ErrorOf(first);
  const std::string address = first->front().Address();
  EXPECT_EQ(ErrorOf(Open(address)),
            "cannot listen on " + address + ": Address already in use (EADDRINUSE)");
}

TEST(Listener, SaysWhichAddressIsNotOfThisHost) {
  EXPECT_EQ(ErrorOf(Open("192.0.2.1:0")),
            "cannot listen on 192.0.2.1:0: Cannot assign requested address (EADDRNOTAVAIL)");
}

TEST(Listener, SaysWhichNameIsUnknown) {
  EXPECT_THAT(ErrorOf(Open("no-such-host.invalid:80")),
              StartsWith("cannot listen on no-such-host.invalid:80: "));
}

TEST(Listener, MakesAUnixSocketForItsGroupAndRemovesIt) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("s");
  const mode_t umask_before = umask(0077);
  {
    const auto listeners = Open("unix:" + path);
    ASSERT_TRUE(listeners) << ErrorOf(listeners);
    EXPECT_EQ(listeners->front().Address(), "unix:" + path);
    EXPECT_EQ(ModeOf(path), mode_t{S_IFSOCK | 0660});
    EXPECT_TRUE(HttpClient("unix:" + path).IsConnected());
  }
  umask(umask_before);
  EXPECT_EQ(ModeOf(path), 0U);
}

/// Leaves a socket file behind, as a process that was killed does.
void LeaveSocketFile(const std::string& path) {
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd.Get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

TEST(Listener, ReplacesAStaleUnixSocket) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("s");
  LeaveSocketFile(path);
  const auto listeners = Open("unix:" + path);
  ASSERT_TRUE(listeners) << ErrorOf(listeners);
  EXPECT_TRUE(HttpClient("unix:" + path).IsConnected());
}

TEST(Listener, LeavesALiveUnixSocketAlone) {
  const TemporaryDirectory directory;
  const std::string address = "unix:" + directory.Path("s");
  const auto first = Open(address);
  ASSERT_TRUE(first) << ErrorOf(first);
  EXPECT_EQ(ErrorOf(Open(address)),
            "cannot listen on " + address + ": Address already in use (EADDRINUSE)");
  EXPECT_TRUE(HttpClient(address).IsConnected());
}

TEST(Listener, NeverRemovesAFileThatIsNotASocket) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("precious");
  std::ofstream(path) << "data";
  EXPECT_THAT(ErrorOf(Open("unix:" + path)), EndsWith(": there is a file that is no socket"));
  EXPECT_TRUE(S_ISREG(ModeOf(path)));
}

TEST(Listener, LeavesTheSocketOfASuccessor) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("s");
  auto first = Open("unix:" + path);
  ASSERT_TRUE(first) << ErrorOf(first);
  ASSERT_EQ(unlink(path.c_str()), 0);
  const auto second = Open("unix:" + path);
  ASSERT_TRUE(second) << ErrorOf(second);
  first->clear();
  EXPECT_TRUE(HttpClient("unix:" + path).IsConnected());
}

TEST(Listener, SaysWhatIsWrongWithAnInterface) {
  EXPECT_EQ(ErrorOf(Open("[fe80::1%no-such]:0")),
            "cannot listen on [fe80::1%no-such]:0: there is no interface no-such");
  EXPECT_EQ(ErrorOf(Open("[::1%lo]:0")),
            "cannot listen on [::1%lo]:0: only a link-local address has an interface");
}

TEST(Listener, SaysWhichDirectoryOfAUnixSocketIsMissing) {
  EXPECT_EQ(ErrorOf(Open("unix:/nonexistent/s")),
            "cannot listen on unix:/nonexistent/s: No such file or directory (ENOENT)");
}

/// As a service manager hands it over: it blocks and is inherited.
UniqueFd ForeignSocket(int family, int type = SOCK_STREAM) {
  return UniqueFd(socket(family, type, 0));
}

UniqueFd ForeignUnixListener(const std::string& path, std::size_t path_bytes) {
  UniqueFd fd = ForeignSocket(AF_UNIX);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_bytes);
  EXPECT_EQ(bind(fd.Get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(fd.Get(), 1), 0);
  return fd;
}

TEST(AdoptListener, TakesOverAnInternetSocket) {
  for (const int family : {AF_INET, AF_INET6}) {
    if (family == AF_INET6 && !HostHasIpv6()) continue;
    UniqueFd fd = ForeignSocket(family);
    ASSERT_EQ(listen(fd.Get(), 1), 0);  // Binds it to a port.
    const auto listener = AdoptListener(std::move(fd));
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_THAT(listener->Address(), StartsWith(family == AF_INET ? "0.0.0.0:" : "[::]:"));
    EXPECT_TRUE(fcntl(listener->Fd(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(fcntl(listener->Fd(), F_GETFD) & FD_CLOEXEC);
    EXPECT_TRUE(HttpClient(listener->Address()).IsConnected());
  }
}

TEST(AdoptListener, LeavesTheFileOfAUnixSocketAlone) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("s");
  {
    const auto listener = AdoptListener(ForeignUnixListener(path, path.size() + 1));
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_EQ(listener->Address(), "unix:" + path);
    EXPECT_TRUE(HttpClient("unix:" + path).IsConnected());
  }
  EXPECT_TRUE(S_ISSOCK(ModeOf(path)));
}

TEST(AdoptListener, TakesOverAnAbstractUnixSocket) {
  const std::string name = "sockdiag-test-" + std::to_string(getpid());
  const auto listener =
      AdoptListener(ForeignUnixListener(std::string(1, '\0') + name, name.size() + 1));
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_EQ(listener->Address(), "unix:@" + name);
}

TEST(AdoptListener, SaysWhyADescriptorWillNotDo) {
  const auto error_of = [](UniqueFd fd) {
    const std::string number = std::to_string(fd.Get());
    const auto listener = AdoptListener(std::move(fd));
    const std::string message = listener ? "adopted" : listener.error().message;
    const std::string start = "cannot listen on file descriptor " + number + ": ";
    EXPECT_THAT(message, StartsWith(start));
    return message.substr(std::min(start.size(), message.size()));
  };
  EXPECT_EQ(error_of(ForeignSocket(AF_INET)), "it does not listen");
  EXPECT_EQ(error_of(ForeignSocket(AF_INET, SOCK_DGRAM)), "it is not a stream socket");
  EXPECT_EQ(error_of(ForeignSocket(AF_UNIX, SOCK_SEQPACKET)), "it is not a stream socket");
  EXPECT_EQ(error_of(ForeignSocket(AF_NETLINK, SOCK_RAW)),
            "its address family is 16, expected IPv4, IPv6 or unix");
  EXPECT_EQ(error_of(UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC))),
            "Socket operation on non-socket (ENOTSOCK)");
  EXPECT_EQ(error_of(UniqueFd(1'000'000)), "Bad file descriptor (EBADF)");
}

}  // namespace
}  // namespace sockdiag::http
