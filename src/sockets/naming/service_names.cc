#include "sockets/naming/service_names.h"

#include "proc/scanner.h"

namespace sockdiag {
namespace {

/// Of names that are neither `other` nor a port's number.
constexpr std::size_t kFirstId = 0x1'0000;

}  // namespace

std::optional<Port> PortOfNumberName(std::string_view name) {
  if (name.empty() || name.front() == '0') return std::nullopt;
  Scanner scanner(name);
  const std::optional<std::uint16_t> port = scanner.TakeInteger<std::uint16_t>();
  if (!port || !scanner.IsAtEnd()) return std::nullopt;
  return Port::FromHost(*port);
}

ServiceId ServiceNames::Intern(std::string_view name) {
  if (name == kOtherName) return ServiceId::kOther;
  if (const std::optional<Port> port = PortOfNumberName(name)) return NumberName(*port);
  const std::lock_guard lock(mutex_);
  const auto known = ids_.find(name);
  if (known != ids_.end()) return known->second;
  const auto id = static_cast<ServiceId>(kFirstId + names_.size());
  const std::string& kept = names_.emplace_back(name);
  try {
    ids_.emplace(kept, id);
  } catch (...) {
    names_.pop_back();
    throw;
  }
  return id;
}

std::string ServiceNames::Name(ServiceId service) const {
  if (service == ServiceId::kOther) return std::string(kOtherName);
  if (IsNumberName(service)) return std::to_string(Index(service));
  const std::lock_guard lock(mutex_);
  return names_[Index(service) - kFirstId];
}

std::size_t ServiceNames::size() const {
  const std::lock_guard lock(mutex_);
  return names_.size() + 1;  // `other`
}

}  // namespace sockdiag
