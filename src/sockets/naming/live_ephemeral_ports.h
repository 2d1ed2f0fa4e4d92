#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "sockets/naming/ephemeral_ports.h"

namespace sockdiag {

/// The ephemeral ports of the network namespace of the thread that asks, read from the kernel each
/// time. A part that cannot be read is as it last was; before that, the kernel's default, which is
/// then marked as not known. Any thread may use it.
class LiveEphemeralPorts {
 public:
  /// Gets, at each reading, what came of each file: why it could not be read, or an empty text,
  /// also when this kernel knows no reserved ports. One call at a time.
  using Listener = std::function<void(const std::string& file, const std::string& error)>;

  explicit LiveEphemeralPorts(Listener listener, std::string directory = "/proc/sys/net/ipv4")
      : listener_(std::move(listener)), directory_(std::move(directory)) {}

  [[nodiscard]] EphemeralPorts Read();

 private:
  /// Whether it could be read.
  bool ReadRange();
  void ReadReserved();
  template <typename Part>
  bool Take(const std::string& path, Result<Part> parsed, Part& part);

  const Listener listener_;
  const std::string directory_;
  std::mutex mutex_;
  EphemeralPorts last_{.range = EphemeralPorts().range, .reserved = {}, .is_known = false};
};

}  // namespace sockdiag
