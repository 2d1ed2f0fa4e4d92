#include "tests/fuzz/socket_exchange.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "base/unique_fd.h"
#include "tests/fuzz/expect.h"

namespace sockdiag::fuzz {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

/// Also when libFuzzer's timer interrupts it, which leaves the connection under way.
template <typename Sockaddr>
void ConnectTo(int fd, const Sockaddr& address) {
  int outcome = -1;
  do {
    outcome = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) std::perror("connect");
  Expect(outcome == 0);
}

UniqueFd Socket(int family) {
  UniqueFd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.IsValid()) std::perror("socket");
  Expect(fd.IsValid());
  return fd;
}

UniqueFd ConnectTcp(std::uint16_t port) {
  UniqueFd fd = Socket(AF_INET);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ConnectTo(fd.Get(), address);
  const int on = 1;  // each piece is a segment
  setsockopt(fd.Get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

UniqueFd ConnectUnix(std::string_view path) {
  UniqueFd fd = Socket(AF_UNIX);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  Expect(path.size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.data(), path.size());
  ConnectTo(fd.Get(), address);
  return fd;
}

UniqueFd Connect(std::string_view address) {
  constexpr std::string_view kUnix = "unix:";
  if (address.starts_with(kUnix)) return ConnectUnix(address.substr(kUnix.size()));
  const std::string port(address.substr(address.rfind(':') + 1));
  return ConnectTcp(static_cast<std::uint16_t>(std::stoul(port)));
}

/// Takes what it sent off the bytes, which are none after the last one or a failure.
void SendPiece(int fd, std::string_view& bytes, std::size_t piece) {
  const ssize_t sent =
      send(fd, bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno == EAGAIN) return;
  bytes.remove_prefix(sent < 0 ? bytes.size() : static_cast<std::size_t>(sent));
  if (bytes.empty()) shutdown(fd, SHUT_WR);
}

/// False at the end.
bool Receive(int fd, std::string& answer) {
  std::array<char, 65536> chunk;
  const ssize_t got = recv(fd, chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN;
  answer.append(chunk.data(), static_cast<std::size_t>(got));
  return got > 0;
}

}  // namespace

std::optional<std::string> Exchange(std::string_view address, std::string_view bytes,
                                    std::size_t piece) {
  const Deadline deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(kExchangeSeconds);
  const UniqueFd fd = Connect(address);
  if (bytes.empty()) shutdown(fd.Get(), SHUT_WR);
  std::string answer;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto events = static_cast<short>(bytes.empty() ? POLLIN : POLLIN | POLLOUT);
    pollfd polled{.fd = fd.Get(), .events = events, .revents = 0};
    if (poll(&polled, 1, 1000 * kExchangeSeconds) <= 0) continue;
    if ((polled.revents & POLLOUT) != 0) SendPiece(fd.Get(), bytes, piece);
    const bool readable = (polled.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
    if (readable && !Receive(fd.Get(), answer)) return answer;
  }
  return std::nullopt;
}

void SendAndReset(std::string_view address, std::string_view bytes, std::size_t piece) {
  const UniqueFd fd = Connect(address);
  while (!bytes.empty()) {
    const ssize_t sent =
        send(fd.Get(), bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd.Get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

}  // namespace sockdiag::fuzz
