#include "sockets/naming/service_names.h"

namespace sockdiag {

ServiceId ServiceNames::Intern(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto known = ids_.find(name);
  if (known != ids_.end()) return known->second;
  const auto id = static_cast<ServiceId>(names_.size());
  const std::string& kept = names_.emplace_back(name);
  try {
    ids_.emplace(kept, id);
  } catch (...) {
    names_.pop_back();
    throw;
  }
  return id;
}

const std::string& ServiceNames::Name(ServiceId service) const {
  const std::lock_guard lock(mutex_);
  return names_[static_cast<std::size_t>(service)];
}

std::size_t ServiceNames::size() const {
  const std::lock_guard lock(mutex_);
  return names_.size();
}

}  // namespace sockdiag
