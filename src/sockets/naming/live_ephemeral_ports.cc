#include "sockets/naming/live_ephemeral_ports.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "base/file.h"

namespace sockdiag {
namespace {

/// 65,536 ports, each on its own with its comma.
constexpr std::size_t kLimitBytes = std::size_t{65536} * 6;

}  // namespace

bool LiveEphemeralPorts::ReadRange() {
  const std::string path = directory_ + "/ip_local_port_range";
  // Every kernel and every network namespace has it.
  const Result<std::string> text = ReadFile(path, kLimitBytes);
  if (text) return Take(path, ParsePortRangeSysctl(*text), last_.range);
  listener_(path, text.error().message);
  return false;
}

void LiveEphemeralPorts::ReadReserved() {
  const std::string path = directory_ + "/ip_local_reserved_ports";
  const Result<std::optional<std::string>> text = ReadFileIfAny(path, kLimitBytes);
  if (!text) return listener_(path, text.error().message);
  Take(path, *text ? ParseReservedPorts(**text) : last_.reserved, last_.reserved);
}

template <typename Part>
bool LiveEphemeralPorts::Take(const std::string& path, Result<Part> parsed, Part& part) {
  if (!parsed) {
    listener_(path, path + ": " + parsed.error().message);
    return false;
  }
  part = *std::move(parsed);
  listener_(path, "");
  return true;
}

EphemeralPorts LiveEphemeralPorts::Read() {
  const std::lock_guard lock(mutex_);
  if (ReadRange()) last_.is_known = true;
  ReadReserved();
  return last_;
}

}  // namespace sockdiag
