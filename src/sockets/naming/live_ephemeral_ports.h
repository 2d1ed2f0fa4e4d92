#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "sockets/naming/ephemeral_ports.h"

namespace sockdiag {

/// The ephemeral ports of the network namespace of the thread that asks, read from the kernel each
/// time. A part that cannot be read is as it last was; before that, the kernel's default, which is
/// then marked as not known. Any thread may use it.
class LiveEphemeralPorts {
 public:
  /// Gets, at each reading, what came of each file: why it could not be read, in words that do not
  /// name it again, or an empty text, also when this kernel knows no reserved ports. One call at a
  /// time.
  using Listener = std::function<void(const std::string& file, const std::string& error)>;

  /// `root` stands for /proc.
  explicit LiveEphemeralPorts(Listener listener, std::string root = "/proc")
      : listener_(std::move(listener)), root_(std::move(root)) {}

  [[nodiscard]] EphemeralPorts Read();

 private:
  void ReadRange();
  void ReadReserved();

  const Listener listener_;
  const std::string root_;
  std::mutex mutex_;
  EphemeralPorts last_{.range = EphemeralPorts().range, .reserved = {}, .is_known = false};
};

}  // namespace sockdiag
