#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "netlink/message.h"

namespace sockdiag {

/// What is asked of unix_diag (`uapi/linux/unix_diag.h`).
struct UnixQuestion {
  bool only_listeners = false;
  bool wants_names = false;
};

/// One unix socket.
struct UnixSocket {
  /// Of socket(2).
  std::uint8_t type;
  /// As the kernel numbers those of TCP: 1, 7 or 10.
  std::uint8_t state;
  /// The kernel gives each socket one that no other had since it was started.
  std::uint64_t cookie = 0;
  /// Of a listener: the connections that wait for accept(), and its backlog; see unix(7).
  struct Queue {
    std::uint32_t length;
    std::uint32_t backlog;

    /// One more than the backlog may wait, so a backlog of 0 is full with one.
    [[nodiscard]] double Saturation() const {
      return static_cast<double>(length) / static_cast<double>(backlog == 0 ? 1 : backlog);
    }
  };
  std::optional<Queue> queue = {};
  /// The bytes of `sun_path`: empty when it has none, or was not asked for; an abstract one begins
  /// with a NUL. It points into the message.
  std::string_view name = {};

  [[nodiscard]] bool IsListener() const { return state == kListen; }

  static constexpr std::uint8_t kEstablished = 1;
  static constexpr std::uint8_t kUnconnected = 7;
  static constexpr std::uint8_t kListen = 10;
};

/// The payload of the request.
[[nodiscard]] std::vector<std::byte> UnixDiagRequest(const UnixQuestion& question);

/// From the payload of one message: a 16-byte `unix_diag_msg`, then attributes. kMalformed when it
/// is short, of another family, or an attribute that is read lies about its length.
[[nodiscard]] DumpResult<UnixSocket> DecodeUnixDiag(std::span<const std::byte> payload);

}  // namespace sockdiag
