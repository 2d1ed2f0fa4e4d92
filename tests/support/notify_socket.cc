#include "tests/support/notify_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace sockdiag::testing {

NotifySocket::NotifySocket() : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  // The kernel picks an abstract name when there is none (unix(7), autobind).
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  EXPECT_EQ(bind(fd_.Get(), reinterpret_cast<sockaddr*>(&name), sizeof(name.sun_family)), 0);
  socklen_t size = sizeof(name);
  EXPECT_EQ(getsockname(fd_.Get(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  const std::string_view path(name.sun_path, size - offsetof(sockaddr_un, sun_path));
  setenv("NOTIFY_SOCKET", ("@" + std::string(path.substr(1))).c_str(), 1);
}

NotifySocket::~NotifySocket() { unsetenv("NOTIFY_SOCKET"); }

std::vector<std::string> NotifySocket::Heard() {
  std::vector<std::string> messages;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t size = recv(fd_.Get(), buffer.data(), buffer.size(), 0);
    if (size < 0) return messages;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    messages.emplace_back(text.substr(0, text.find('\n')));
  }
}

}  // namespace sockdiag::testing
