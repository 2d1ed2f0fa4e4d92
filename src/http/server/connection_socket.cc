#include "http/server/connection_socket.h"

#include <linux/tcp.h>  // netinet/tcp.h has a tcp_info without tcpi_bytes_received.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace sockdiag::http {

void CutConnection(int fd) {
  // Dissolving the association (connect(2)) resets a TCP connection at once. shutdown() would send
  // a FIN first, and a peer quick to answer it would leave a TIME_WAIT socket before the close.
  // Not by connect(): ThreadSanitizer would take it for the making of the descriptor, which other
  // threads use meanwhile.
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  if (syscall(SYS_connect, fd, &nobody, sizeof(nobody)) != 0) shutdown(fd, SHUT_RDWR);
}

std::optional<std::uint64_t> BytesReceived(int fd) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  constexpr std::size_t kEnd =
      offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < kEnd) return std::nullopt;
  return info.tcpi_bytes_received;
}

void LimitUnacknowledgedTime(int fd, std::chrono::milliseconds limit) {
  const auto limit_ms = static_cast<unsigned>(limit.count());
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms));
}

}  // namespace sockdiag::http
