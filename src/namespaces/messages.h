#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/error.h"
#include "namespaces/helper.h"

namespace sockdiag {

/// What the daemon and its helper say to each other, one message a packet (SOCK_SEQPACKET,
/// unix(7)). Neither trusts the other: each length, type and flag is looked at, and what does not
/// fit is an error. A message is a header of 16 bytes, then a struct, then texts one after another,
/// with nothing between or behind them; both are of one binary, so integers are as this machine has
/// them.

inline constexpr std::size_t kMaxNameBytes = 255;     // NAME_MAX
inline constexpr std::size_t kMaxCgroupBytes = 4096;  // PATH_MAX
inline constexpr std::size_t kMaxErrorBytes = 1024;
inline constexpr std::size_t kMaxRangeBytes = 64;
inline constexpr std::size_t kMaxReservedBytes = 65536;
inline constexpr std::size_t kMaxMessageBytes = kMaxReservedBytes + 1024;

using MessageBytes = std::vector<std::byte>;
/// For one message at a time.
using MessageBuffer = std::array<std::byte, kMaxMessageBytes>;

/// What the daemon asks a worker.
struct NamespaceRequest {
  enum class Kind : std::uint32_t { kFind = 1, kCounters, kOpen };
  Kind kind = Kind::kFind;
  /// 0 for kFind, which is about all.
  NamespaceId id = 0;

  bool operator==(const NamespaceRequest&) const = default;
};

/// Behind the namespaces that were found, a message each.
struct FindEnd {
  /// How many messages were before it.
  std::uint32_t found = 0;
  bool is_cut = false;
  std::uint32_t refused = 0;
  std::string refusal;

  bool operator==(const FindEnd&) const = default;
};

/// What a worker answers. With PortTexts comes one descriptor, with all else none.
using NamespaceAnswer =
    std::variant<FoundNamespace, FindEnd, NamespaceCounters, PortTexts, NamespaceError>;

/// What the supervisor tells the daemon. With a start come two descriptors: the daemon's end of the
/// worker's socket pair, and a pidfd (pidfd_open(2)) of the worker.
struct WorkerNews {
  enum class Kind : std::uint32_t { kStarted = 64, kEnded };
  Kind kind = Kind::kStarted;
  /// As in waitpid(2), of kEnded; or -1 when none could be started.
  std::int32_t wait_status = 0;
  /// Of the worker, as the daemon sees it; of kStarted, and 0 of kEnded.
  std::int32_t pid = 0;

  bool operator==(const WorkerNews&) const = default;
};

[[nodiscard]] MessageBytes Encode(const NamespaceRequest& request);
/// Texts that are longer than the limits above are cut.
[[nodiscard]] MessageBytes Encode(const NamespaceAnswer& answer);
[[nodiscard]] MessageBytes Encode(const WorkerNews& news);

/// Each fails for what it is not, saying what is wrong with which value.
[[nodiscard]] Result<NamespaceRequest> DecodeRequest(std::span<const std::byte> message);
[[nodiscard]] Result<NamespaceAnswer> DecodeAnswer(std::span<const std::byte> message);
[[nodiscard]] Result<WorkerNews> DecodeNews(std::span<const std::byte> message);

}  // namespace sockdiag
