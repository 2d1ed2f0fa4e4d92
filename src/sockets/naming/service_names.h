#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "model/port.h"
#include "model/socket_state.h"

namespace sockdiag {

/// A service name's number for as long as the program runs; see ServiceNames. 0 is `other`, and a
/// name that is a port's number, such as `9200`, has just that number.
enum class ServiceId : std::uint32_t { kOther = 0 };

/// The name of kOther.
inline constexpr std::string_view kOtherName = "other";

/// The port's number as a name; `other` for port 0, which nobody serves.
[[nodiscard]] constexpr ServiceId NumberName(Port port) {
  return static_cast<ServiceId>(port.Value());
}
/// Whether the name is a port's number. Nobody has to give such a name for it to be known.
[[nodiscard]] constexpr bool IsNumberName(ServiceId service) {
  return service != ServiceId::kOther && Index(service) <= 0xffff;
}

/// The port whose number this text is, in the one way that NumberName() writes it.
[[nodiscard]] std::optional<Port> PortOfNumberName(std::string_view name);

/// Every service name that any configuration gave, each once: a number that stands for a name keeps
/// doing so when rules change. It grows by new names alone, and not by ports' numbers. Any thread
/// may use it.
class ServiceNames {
 public:
  /// The number of this name, a new one if need be.
  ServiceId Intern(std::string_view name);
  [[nodiscard]] std::string Name(ServiceId service) const;
  /// Of those that are no port's number.
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  /// By number, less the ports'. Growing moves none of them.
  std::deque<std::string> names_;
  std::map<std::string_view, ServiceId> ids_;
};

}  // namespace sockdiag
