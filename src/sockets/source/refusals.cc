#include "sockets/source/refusals.h"

namespace sockdiag {

std::optional<DumpError> Refusals::Find(Protocol protocol) {
  const std::lock_guard lock(mutex_);
  std::optional<Refusal>& refusal = refusals_[Index(protocol)];
  if (refusal && IsOver(*refusal)) refusal.reset();
  return refusal ? std::optional(refusal->error) : std::nullopt;
}

DumpError Refusals::Note(Protocol protocol, const DumpError& error) {
  const bool is_remembered =
      error.reason == DumpErrorReason::kUnsupported || (options_.with_denials && error.is_denied);
  if (!is_remembered) return error;
  const std::lock_guard lock(mutex_);
  std::optional<Refusal>& refusal = refusals_[Index(protocol)];
  refusal = Make(protocol, error);
  return refusal->error;
}

Refusals::Refusal Refusals::Make(Protocol protocol, const DumpError& error) const {
  Refusal refusal{error, clock_.Now() + kMemory, {}};
  std::string when;
  const std::string module = DiagModule(protocol);
  const bool lacks_module =
      error.reason == DumpErrorReason::kUnsupported && error.kernel_errno != 0;
  if (lacks_module && !options_.is_loaded(module)) {
    refusal.missing_module = module;
    when = "when it is loaded, ";
  }
  if (!options_.is_used_again) return refusal;
  refusal.error.message += "; asked again " + when + "after " + std::to_string(kMemory.count()) +
                           " minutes or at a reload";
  return refusal;
}

bool Refusals::IsOver(const Refusal& refusal) const {
  return clock_.Now() >= refusal.until ||
         (!refusal.missing_module.empty() && options_.is_loaded(refusal.missing_module));
}

}  // namespace sockdiag
