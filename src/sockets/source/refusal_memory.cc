#include "sockets/source/refusal_memory.h"

namespace sockdiag {

std::optional<DumpError> RefusalMemory::Find() {
  const std::lock_guard lock(mutex_);
  if (refusal_ && IsOver(*refusal_)) refusal_.reset();
  return refusal_ ? std::optional(refusal_->error) : std::nullopt;
}

DumpError RefusalMemory::Note(DumpError error, const std::string& module) {
  Refusal refusal{std::move(error), clock_.Now() + kTime, {}};
  const bool is_missing = !module.empty() && !options_.is_loaded(module);
  if (is_missing) refusal.missing_module = module;
  if (options_.is_used_again) {
    refusal.error.message += std::string("; asked again ") +
                             (is_missing ? "when it is loaded, " : "") + "after " +
                             std::to_string(kTime.count()) + " minutes or at a reload";
  }
  const std::lock_guard lock(mutex_);
  refusal_ = std::move(refusal);
  return refusal_->error;
}

bool RefusalMemory::IsOver(const Refusal& refusal) const {
  return clock_.Now() >= refusal.until ||
         (!refusal.missing_module.empty() && options_.is_loaded(refusal.missing_module));
}

}  // namespace sockdiag
