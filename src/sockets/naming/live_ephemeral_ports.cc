#include "sockets/naming/live_ephemeral_ports.h"

#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include "proc/proc_files.h"

namespace sockdiag {
namespace {

constexpr const char* kRange = "sys/net/ipv4/ip_local_port_range";
constexpr const char* kReserved = "sys/net/ipv4/ip_local_reserved_ports";
/// 65,536 ports, each on its own with its comma.
constexpr std::size_t kLimitBytes = std::size_t{65536} * 6;

/// What was wrong with it, without its name; empty when all is well.
std::string ErrorOf(const ProcFiles& one_file, const char* file) {
  if (one_file.errors().empty()) return {};
  const std::string& error = one_file.errors().front();
  const std::string prefix = one_file.Path(file) + ": ";
  return error.starts_with(prefix) ? error.substr(prefix.size()) : error;
}

}  // namespace

void LiveEphemeralPorts::ReadRange() {
  ProcFiles files(root_);
  const std::optional<PortRange> range = files.Read(kRange, ParsePortRangeSysctl, kLimitBytes);
  std::string error = ErrorOf(files, kRange);
  // Every kernel and every network namespace has it.
  if (!range && error.empty()) error = ErrnoText(ENOENT);
  if (range) {
    last_.range = *range;
    last_.is_known = true;
  }
  listener_(files.Path(kRange), error);
}

void LiveEphemeralPorts::ReadReserved() {
  ProcFiles files(root_);
  auto reserved = files.Read(kReserved, ParseReservedPorts, kLimitBytes);
  if (reserved) last_.reserved = *std::move(reserved);
  listener_(files.Path(kReserved), ErrorOf(files, kReserved));
}

EphemeralPorts LiveEphemeralPorts::Read() {
  const std::lock_guard lock(mutex_);
  ReadRange();
  ReadReserved();
  return last_;
}

}  // namespace sockdiag
