#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "services/ephemeral_ports.h"

namespace sockdiag {

/// The ephemeral ports of the network namespace of the thread that asks, read from the kernel each
/// time. A part that cannot be read is as it last was; before that, the kernel's default. Any
/// thread may use it.
class LiveEphemeralPorts {
 public:
  /// Gets, at each reading, what came of each file: why it could not be read, or an empty text,
  /// also when this kernel has no such file. One call at a time.
  using Listener = std::function<void(const std::string& file, const std::string& error)>;

  explicit LiveEphemeralPorts(Listener listener, std::string directory = "/proc/sys/net/ipv4")
      : listener_(std::move(listener)), directory_(std::move(directory)) {}

  [[nodiscard]] EphemeralPorts Read();

 private:
  template <typename Part>
  void ReadPart(const std::string& file, Result<Part> (*parse)(std::string_view), Part& part);

  const Listener listener_;
  const std::string directory_;
  std::mutex mutex_;
  EphemeralPorts last_;
};

}  // namespace sockdiag
