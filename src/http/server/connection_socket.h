#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace sockdiag::http {

/// Ends a connection now, also while another thread reads from it, writes to it or waits for it:
/// that thread finds an error or the end of its input. TCP: the peer gets a reset, what was not
/// sent is dropped, and no socket stays behind in FIN_WAIT or TIME_WAIT. The descriptor stays open.
void CutConnection(int fd);

/// How many bytes have arrived on a TCP connection, read or not (tcpi_bytes_received of tcp(7)'s
/// TCP_INFO). None for other sockets.
[[nodiscard]] std::optional<std::uint64_t> BytesReceived(int fd);

/// How long the peer may leave sent bytes without acknowledging or taking them, also after close(2)
/// (TCP_USER_TIMEOUT of tcp(7)). 0: as long as the system allows. Nothing on other sockets.
void LimitUnacknowledgedTime(int fd, std::chrono::milliseconds limit);

}  // namespace sockdiag::http
