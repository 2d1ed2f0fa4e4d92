#pragma once

#include <string>

#include "model/socket_record.h"

namespace sockdiag::testing {

/// From text such as "10.0.0.1:443" or "[::1]:443".
[[nodiscard]] Endpoint ParseEndpoint(const std::string& text);

/// A TCP socket; its family is that of the local address as written, so "[::ffff:1.2.3.4]:80" is an
/// IPv6 socket.
[[nodiscard]] SocketRecord Tcp(SocketState state, const std::string& local,
                               const std::string& remote);
/// A TCP listener.
[[nodiscard]] SocketRecord Listener(const std::string& local, std::uint32_t queue = 0,
                                    std::uint32_t limit = 128);
/// The same for UDP; without a remote end it is unconnected.
[[nodiscard]] SocketRecord Udp(const std::string& local, const std::string& remote = "");

}  // namespace sockdiag::testing
