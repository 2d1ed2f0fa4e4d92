#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>

#include "base/unique_fd.h"

namespace sockdiag::http {

/// Both ends of a TCP connection over loopback.
struct TcpPair {
  UniqueFd server;
  UniqueFd client;
};

[[nodiscard]] inline TcpPair ConnectedPair() {
  const UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (bind(listener.Get(), generic, size) != 0 || listen(listener.Get(), 1) != 0 ||
      getsockname(listener.Get(), generic, &size) != 0) {
    throw std::runtime_error("no listener");
  }
  TcpPair pair;
  pair.client.Reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(pair.client.Get(), generic, size) != 0) throw std::runtime_error("connect");
  pair.server.Reset(accept4(listener.Get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  return pair;
}

/// Whether the other end was reset or closed; looks now, without waiting.
[[nodiscard]] inline bool IsEnded(const UniqueFd& fd) {
  char byte = 0;
  const ssize_t got = recv(fd.Get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
  return got == 0 || (got < 0 && errno != EAGAIN);
}

/// Sends, and waits until `peer` can read.
inline void SendTo(const UniqueFd& peer, const UniqueFd& from, std::string_view bytes) {
  pollfd polled{.fd = peer.Get(), .events = POLLIN, .revents = 0};
  if (send(from.Get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0 ||
      poll(&polled, 1, 10'000) != 1) {
    throw std::runtime_error("send");
  }
}

}  // namespace sockdiag::http
