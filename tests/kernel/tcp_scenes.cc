#include "tests/kernel/tcp_scenes.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>
#include <utility>

#include "tests/kernel/namespace.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

void DropToServer(std::uint16_t port) { DropIncoming("tcp dport " + std::to_string(port)); }
void DropToClient(std::uint16_t port) { DropIncoming("tcp sport " + std::to_string(port)); }

struct Trio {
  UniqueFd listener;
  UniqueFd client;
  UniqueFd server;

  Trio(const IpVersion& ip, std::uint16_t port) : listener(Listen(ip.loopback, port)) {
    Connection connection = MakeConnection(listener, ip.loopback, port);
    client = std::move(connection.client);
    server = std::move(connection.server);
  }
  /// Those that are still open.
  Sockets Take() {
    Sockets sockets;
    for (UniqueFd* socket : {&listener, &client, &server}) {
      if (socket->IsValid()) sockets.push_back(std::move(*socket));
    }
    return sockets;
  }
};

template <typename... Fds>
Sockets Keep(Fds... fds) {
  Sockets sockets;
  (sockets.push_back(std::move(fds)), ...);
  return sockets;
}

}  // namespace

Sockets Established(const IpVersion& ip, std::uint16_t port) { return Trio(ip, port).Take(); }

Sockets SynSent(const IpVersion& ip, std::uint16_t port) {
  return Keep(StartConnect(ip.in_hole, port));
}

Sockets SynAckLost(const IpVersion& ip, std::uint16_t port) {
  DropToClient(port);
  // Room for many: the kernel gives up requests early when the queue is more than half full.
  UniqueFd listener = Listen(ip.loopback, port, {.backlog = 1024});
  UniqueFd client = StartConnect(ip.loopback, port);
  return Keep(std::move(listener), std::move(client));
}

Sockets SynRecvWithoutClient(const IpVersion& ip, std::uint16_t port) {
  Sockets sockets = SynAckLost(ip, port);
  sockets.pop_back();  // closing in SYN_SENT sends nothing
  return sockets;
}

Sockets DeferredAccept(const IpVersion& ip, std::uint16_t port) {
  UniqueFd listener = Listen(ip.loopback, port, {.defer_accept_s = 60});
  UniqueFd client = Connect(ip.loopback, port);
  return Keep(std::move(listener), std::move(client));
}

Sockets SimultaneousOpen(const IpVersion& ip, std::uint16_t port) {
  DropIncoming("tcp dport " + std::to_string(port) + " tcp flags & (syn|ack) == (syn|ack)");
  UniqueFd socket = Bind(SOCK_STREAM, ip.loopback, port);
  StartConnect(socket, ip.loopback, port);
  return Keep(std::move(socket));
}

Sockets FastOpen(const IpVersion& ip, std::uint16_t port) {
  // 1: clients, 2: servers, 4 and 0x200: each of them also without a cookie, 0x400: all listeners.
  WriteSysctl("net/ipv4/tcp_fastopen", std::to_string(0x607));
  DropIncoming("tcp dport " + std::to_string(port) + " tcp flags & (syn|ack) == ack");
  UniqueFd listener = Listen(ip.loopback, port);
  UniqueFd client = Bind(SOCK_STREAM, ip.loopback, 0);
  const int connect_with_data = 1;
  Check("TCP_FASTOPEN_CONNECT", setsockopt(client.Get(), IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
                                           &connect_with_data, sizeof(connect_with_data)));
  Connect(client, ip.loopback, port);
  Send(client, 1);
  UniqueFd server = Accept(listener);
  return Keep(std::move(listener), std::move(client), std::move(server));
}

Sockets FinWait1(const IpVersion& ip, std::uint16_t port) {
  Trio trio(ip, port);
  DropToServer(port);
  trio.client.Reset();
  return trio.Take();
}

Sockets FinWait2(const IpVersion& ip, std::uint16_t port) {
  Trio trio(ip, port);
  EndOutput(trio.client);
  WaitForState(trio.client, TCP_FIN_WAIT2);
  return trio.Take();
}

Sockets FinWait2Minisock(const IpVersion& ip, std::uint16_t port) {
  Trio trio(ip, port);
  trio.client.Reset();
  WaitForState(trio.server, TCP_CLOSE_WAIT);
  return trio.Take();
}

Sockets FinWait2Orphan(const IpVersion& ip, std::uint16_t port) {
  Trio trio(ip, port);
  const int linger_s = 90;  // more than the 60 s that a minisock can wait
  Check("TCP_LINGER2",
        setsockopt(trio.client.Get(), IPPROTO_TCP, TCP_LINGER2, &linger_s, sizeof(linger_s)));
  trio.client.Reset();
  WaitForState(trio.server, TCP_CLOSE_WAIT);
  return trio.Take();
}

Sockets TimeWait(const IpVersion& ip, std::uint16_t port) {
  Trio trio(ip, port);
  trio.client.Reset();
  WaitForState(trio.server, TCP_CLOSE_WAIT);
  trio.server.Reset();
  return trio.Take();
}

Sockets LastAck(const IpVersion& ip, std::uint16_t port) {
  Trio trio(ip, port);
  EndOutput(trio.client);
  WaitForState(trio.client, TCP_FIN_WAIT2);
  DropToClient(port);
  trio.server.Reset();
  return trio.Take();
}

Sockets Closing(const IpVersion& ip, std::uint16_t port) {
  Trio trio(ip, port);
  DropToServer(port);
  EndOutput(trio.client);
  EndOutput(trio.server);  // a FIN that does not acknowledge the client's
  WaitForState(trio.client, TCP_CLOSING);
  return trio.Take();
}

}  // namespace sockdiag::kernel
