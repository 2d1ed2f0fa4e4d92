#include "tests/kernel/sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  SocketAddress(const std::string& address, std::uint16_t port) {
    if (address.find(':') == address.npos) {
      auto* ipv4 = reinterpret_cast<sockaddr_in*>(&storage);
      Fill(AF_INET, address, &ipv4->sin_addr);
      ipv4->sin_port = htons(port);
      size = sizeof(*ipv4);
    } else {
      auto* ipv6 = reinterpret_cast<sockaddr_in6*>(&storage);
      Fill(AF_INET6, address, &ipv6->sin6_addr);
      ipv6->sin6_port = htons(port);
      size = sizeof(*ipv6);
    }
  }
  [[nodiscard]] const sockaddr* Get() const { return reinterpret_cast<const sockaddr*>(&storage); }

 private:
  void Fill(sa_family_t family, const std::string& address, void* place) {
    storage.ss_family = family;
    if (inet_pton(family, address.c_str(), place) != 1) throw std::invalid_argument(address);
  }
};

void SetOption(const UniqueFd& socket, int level, int name, int value) {
  Check("setsockopt", setsockopt(socket.Get(), level, name, &value, sizeof(value)));
}

UniqueFd MakeSocket(int type, const SocketAddress& address, const Options& options) {
  const int family = address.storage.ss_family;
  UniqueFd socket(Check("socket", ::socket(family, type | SOCK_CLOEXEC, 0)));
  if (family == AF_INET6) SetOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only ? 1 : 0);
  if (options.reuse_port) SetOption(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (options.port_at_connect) SetOption(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  return socket;
}

void SetNonBlocking(const UniqueFd& socket) {
  const int flags = Check("F_GETFL", fcntl(socket.Get(), F_GETFL));
  Check("F_SETFL", fcntl(socket.Get(), F_SETFL, flags | O_NONBLOCK));
}

tcp_info ReadInfo(const UniqueFd& socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  Check("TCP_INFO", getsockopt(socket.Get(), IPPROTO_TCP, TCP_INFO, &info, &size));
  return info;
}

void WaitForEvent(const UniqueFd& socket, short event, const char* what) {
  pollfd entry{socket.Get(), event, 0};
  const int timeout_ms = static_cast<int>(std::chrono::milliseconds(kDeadline).count());
  if (Check(what, poll(&entry, 1, timeout_ms)) != 1) throw std::runtime_error(what);
}

}  // namespace

void Append(Sockets& all, Sockets more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

UniqueFd Bind(int type, const std::string& address, std::uint16_t port, const Options& options) {
  const SocketAddress local(address, port);
  UniqueFd socket = MakeSocket(type, local, options);
  Check("bind to " + address, bind(socket.Get(), local.Get(), local.size));
  return socket;
}

UniqueFd Listen(const std::string& address, std::uint16_t port, const Options& options) {
  UniqueFd socket = Bind(SOCK_STREAM, address, port, options);
  if (options.defer_accept_s != 0) {
    SetOption(socket, IPPROTO_TCP, TCP_DEFER_ACCEPT, options.defer_accept_s);
  }
  Check("listen", listen(socket.Get(), options.backlog));
  return socket;
}

void StartConnect(const UniqueFd& socket, const std::string& address, std::uint16_t port) {
  const SocketAddress remote(address, port);
  SetNonBlocking(socket);
  const int result = connect(socket.Get(), remote.Get(), remote.size);
  if (result != 0 && errno != EINPROGRESS) Check("connect to " + address, result);
}

UniqueFd StartConnect(const std::string& address, std::uint16_t port) {
  UniqueFd socket = MakeSocket(SOCK_STREAM, SocketAddress(address, port), {});
  StartConnect(socket, address, port);
  return socket;
}

void Connect(const UniqueFd& socket, const std::string& address, std::uint16_t port) {
  StartConnect(socket, address, port);
  WaitForEvent(socket, POLLOUT, "connect");
  int error = 0;
  socklen_t size = sizeof(error);
  Check("SO_ERROR", getsockopt(socket.Get(), SOL_SOCKET, SO_ERROR, &error, &size));
  errno = error;
  Check("connect to " + address, error == 0 ? 0 : -1);
}

UniqueFd Connect(const std::string& address, std::uint16_t port) {
  UniqueFd socket = MakeSocket(SOCK_STREAM, SocketAddress(address, port), {});
  Connect(socket, address, port);
  return socket;
}

UniqueFd Accept(const UniqueFd& listener) {
  WaitForEvent(listener, POLLIN, "accept");
  return UniqueFd(Check("accept", accept4(listener.Get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

Connection MakeConnection(const UniqueFd& listener, const std::string& address,
                          std::uint16_t port) {
  UniqueFd client = Connect(address, port);
  UniqueFd server = Accept(listener);
  return {std::move(client), std::move(server)};
}

UniqueFd ConnectUdp(const std::string& address, std::uint16_t port) {
  UniqueFd socket = MakeSocket(SOCK_DGRAM, SocketAddress(address, port), {});
  Connect(socket, address, port);
  return socket;
}

void Send(const UniqueFd& socket, std::size_t bytes) {
  const std::string data(bytes, 'x');
  const ssize_t sent = send(socket.Get(), data.data(), data.size(), MSG_NOSIGNAL);
  Check("send", static_cast<int>(sent));
  if (sent != static_cast<ssize_t>(bytes)) throw std::runtime_error("send: only a part was taken");
}

void WaitForEndOfInput(const UniqueFd& socket) {
  WaitForEvent(socket, POLLIN, "the end of input");
  char byte = 0;
  const int received = Check("recv", static_cast<int>(recv(socket.Get(), &byte, 1, 0)));
  if (received != 0) throw std::runtime_error("a byte instead of the end of input");
}

void EndOutput(const UniqueFd& socket) { Check("shutdown", shutdown(socket.Get(), SHUT_WR)); }

std::uint16_t LocalPort(const UniqueFd& socket) {
  sockaddr_in6 address{};  // the port has the same place as in sockaddr_in
  socklen_t size = sizeof(address);
  Check("getsockname", getsockname(socket.Get(), reinterpret_cast<sockaddr*>(&address), &size));
  return ntohs(address.sin6_port);
}

void WaitForState(const UniqueFd& socket, int state) {
  if (!WaitUntil([&] { return ReadInfo(socket).tcpi_state == state; })) {
    throw std::runtime_error("TCP state " + std::to_string(ReadInfo(socket).tcpi_state) +
                             " instead of " + std::to_string(state));
  }
}

AcceptQueue ReadAcceptQueue(const UniqueFd& listener) {
  // On a listener the kernel puts its queue into these two (tcp_get_info in net/ipv4/tcp.c).
  const tcp_info info = ReadInfo(listener);
  return {info.tcpi_unacked, info.tcpi_sacked};
}

}  // namespace sockdiag::kernel
