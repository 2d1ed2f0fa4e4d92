#include "tests/bench/socket_makers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdio>

namespace sockdiag::bench {
namespace {

constexpr std::size_t kConnectionsPerSource = 2'000;
constexpr std::size_t kDestinations = 4'000;
constexpr int kBacklog = 4096;

bool Failed(const char* what) {
  std::perror(what);
  return false;
}

/// 127.NET.x.y, with the n-th x.y.
sockaddr_in Loopback(std::uint32_t net, std::size_t n, std::uint16_t port) {
  const auto host = static_cast<std::uint32_t>(n / 250 * 256 + n % 250 + 1);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((127U << 24) + (net << 16) + host);
  return address;
}

bool Bind(int fd, const sockaddr_in& address) {
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

bool Connect(int fd, const sockaddr_in& address) {
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

void SetOption(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof(on));
}

/// Closing then resets the connection, so that no TIME_WAIT is left.
void ResetOnClose(int fd) {
  const linger reset{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

int Listen(const sockaddr_in& address) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || !Bind(fd, address) || listen(fd, kBacklog) != 0) return -1;
  return fd;
}

/// Accepts any connection that waits: processes that share a listener may swap theirs.
bool MakeConnection(std::size_t number, bool shut_down, const std::vector<int>& listeners) {
  const std::size_t service = number % kServicePorts.size();
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client < 0) return Failed("make_sockets: socket");
  ResetOnClose(client);
  SetOption(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  if (!Bind(client, Loopback(1, number / kConnectionsPerSource, 0))) {
    return Failed("make_sockets: bind");
  }
  if (!Connect(client, Loopback(64, number % kDestinations, kServicePorts[service]))) {
    return Failed("make_sockets: connect");
  }
  const int server = accept4(listeners[service], nullptr, nullptr, SOCK_CLOEXEC);
  if (server < 0) return Failed("make_sockets: accept");
  ResetOnClose(server);
  SetOption(server, IPPROTO_TCP, TCP_QUICKACK);
  if (shut_down && shutdown(client, SHUT_WR) != 0) return Failed("make_sockets: shutdown");
  return true;
}

}  // namespace

std::vector<int> ListenOnServicePorts() {
  std::vector<int> listeners;
  for (const std::uint16_t port : kServicePorts) {
    sockaddr_in any = Loopback(0, 0, port);
    any.sin_addr.s_addr = INADDR_ANY;
    listeners.push_back(Listen(any));
    if (listeners.back() < 0) {
      std::fprintf(stderr, "make_sockets: cannot listen on port %u: ", unsigned{port});
      std::perror("");
      return {};
    }
  }
  return listeners;
}

bool MakeConnections(const Share& share, std::size_t close_wait,
                     const std::vector<int>& listeners) {
  for (std::size_t i = share.first; i < share.first + share.count; ++i) {
    const bool shut_down = (i + 1) * close_wait / share.total != i * close_wait / share.total;
    if (!MakeConnection(i, shut_down, listeners)) return false;
  }
  return true;
}

bool MakeListeners(const Share& share) {
  for (std::size_t i = share.first; i < share.first + share.count; ++i) {
    const auto port = static_cast<std::uint16_t>(kFirstExtraPort + i % kExtraPorts);
    if (Listen(Loopback(2, i / kExtraPorts, port)) < 0) return Failed("make_sockets: listen");
  }
  return true;
}

bool MakeUdp(const Share& share, bool connected) {
  for (std::size_t i = share.first; i < share.first + share.count; ++i) {
    const auto port = static_cast<std::uint16_t>(kFirstExtraPort + i % kExtraPorts);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return Failed("make_sockets: socket");
    const std::uint32_t net = connected ? 4 : 3;
    if (!Bind(fd, Loopback(net, i / kExtraPorts, port))) return Failed("make_sockets: bind");
    if (connected && !Connect(fd, Loopback(5, i % kDestinations, 53))) {
      return Failed("make_sockets: connect");
    }
  }
  return true;
}

}  // namespace sockdiag::bench
