#include "http/server/connection_socket.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <ios>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/http/server/tcp_pair.h"

namespace sockdiag::http {
namespace {

TcpPair UnixPair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    throw std::runtime_error("socketpair");
  }
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// What recv() says at the other end: 0 for an orderly end, else an errno.
int EndOf(const UniqueFd& fd) {
  char byte = 0;
  return recv(fd.Get(), &byte, 1, MSG_DONTWAIT) < 0 ? errno : 0;
}

in_port_t LocalPort(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// Whether /proc/net/tcp has a socket with this local port, in any state.
bool HasSocketAt(in_port_t port) {
  std::ostringstream suffix;
  suffix << ':' << std::hex << std::uppercase;
  suffix.width(4);
  suffix.fill('0');
  suffix << port;
  std::ifstream table("/proc/net/tcp");
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string number;
    std::string local;
    if (fields >> number >> local && local.ends_with(suffix.str())) return true;
  }
  return false;
}

TEST(ConnectionSocket, CutsTcpByAReset) {
  const TcpPair pair = ConnectedPair();
  CutConnection(pair.server.Get());
  EXPECT_EQ(EndOf(pair.client), ECONNRESET);
  EXPECT_TRUE(IsEnded(pair.server));
}

TEST(ConnectionSocket, LeavesNoSocketBehindNorWhatWasNotSent) {
  TcpPair pair = ConnectedPair();
  const in_port_t port = LocalPort(pair.server.Get());
  ASSERT_TRUE(HasSocketAt(port));
  const std::string chunk(65536, 'x');
  while (send(pair.server.Get(), chunk.data(), chunk.size(), MSG_NOSIGNAL) > 0) {
  }
  CutConnection(pair.server.Get());
  pair.client.Reset();  // Before the server closes, as a quick peer does.
  shutdown(pair.server.Get(), SHUT_WR);
  pair.server.Reset();
  EXPECT_FALSE(HasSocketAt(port));
}

TEST(ConnectionSocket, CutsUnixSockets) {
  const TcpPair pair = UnixPair();
  CutConnection(pair.server.Get());
  EXPECT_EQ(EndOf(pair.client), 0);
  EXPECT_TRUE(IsEnded(pair.server));
}

TEST(ConnectionSocket, CountsBytesOfTcpReadOrNot) {
  const TcpPair pair = ConnectedPair();
  EXPECT_EQ(BytesReceived(pair.server.Get()), 0U);
  SendTo(pair.server, pair.client, "GET");
  EXPECT_EQ(BytesReceived(pair.server.Get()), 3U);
  std::array<char, 8> read{};
  EXPECT_EQ(recv(pair.server.Get(), read.data(), read.size(), 0), 3);
  EXPECT_EQ(BytesReceived(pair.server.Get()), 3U);
  EXPECT_EQ(BytesReceived(UnixPair().server.Get()), std::nullopt);
}

}  // namespace
}  // namespace sockdiag::http
