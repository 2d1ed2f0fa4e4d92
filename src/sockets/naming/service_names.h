#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace sockdiag {

/// A service name's number for as long as the program runs; see ServiceNames. 0 is `other`.
enum class ServiceId : std::uint32_t { kOther = 0 };

/// Every service name that any configuration gave, each once: a number that stands for a name keeps
/// doing so when rules change. It grows by new names alone. Any thread may use it.
class ServiceNames {
 public:
  /// Knows `other`.
  ServiceNames() { static_cast<void>(Intern("other")); }

  /// The number of this name, a new one if need be.
  ServiceId Intern(std::string_view name);
  /// Valid as long as this object is.
  [[nodiscard]] const std::string& Name(ServiceId service) const;
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  /// By number. Growing moves none of them.
  std::deque<std::string> names_;
  std::map<std::string_view, ServiceId> ids_;
};

}  // namespace sockdiag
