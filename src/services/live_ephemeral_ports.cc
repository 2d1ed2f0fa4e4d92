#include "services/live_ephemeral_ports.h"

#include <cstddef>
#include <utility>

#include "base/file.h"

namespace sockdiag {
namespace {

/// 65,536 ports, each on its own with its comma.
constexpr std::size_t kLimitBytes = std::size_t{65536} * 6;

}  // namespace

template <typename Part>
void LiveEphemeralPorts::ReadPart(const std::string& file, Result<Part> (*parse)(std::string_view),
                                  Part& part) {
  const std::string path = directory_ + "/" + file;
  std::string error;
  const auto text = ReadFileIfAny(path, kLimitBytes);
  if (!text) error = text.error().message;
  if (text && *text) {
    Result<Part> parsed = parse(**text);
    if (parsed) {
      part = *std::move(parsed);
    } else {
      error = path + ": " + parsed.error().message;
    }
  }
  listener_(path, error);
}

EphemeralPorts LiveEphemeralPorts::Read() {
  const std::lock_guard lock(mutex_);
  ReadPart("ip_local_port_range", ParsePortRangeSysctl, last_.range);
  ReadPart("ip_local_reserved_ports", ParseReservedPorts, last_.reserved);
  return last_;
}

}  // namespace sockdiag
