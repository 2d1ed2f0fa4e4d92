#include "app/proc_use_log.h"

namespace sockdiag {
namespace {

/// See SourceKind.
std::string Lost(Protocol protocol) {
  return Traits(protocol).has_connections
             ? "owners, backlogs of listeners, their drops, IPV6_V6ONLY, ages before the first look"
             : "owners, limits of receive buffers";
}

}  // namespace

void ProcUseLog::Note(Protocol protocol, const std::string& error) {
  const std::lock_guard lock(mutex_);
  bool& is_used = is_used_[Index(protocol)];
  if (is_used == !error.empty()) return;
  TryToLog([&] {
    const std::string name(Name(protocol));
    if (error.empty()) {
      log_.Info("sock_diag works again", {{"protocol", name}});
    } else {
      log_.Warn("sock_diag is missing or denied: reading /proc/net",
                {{"protocol", name}, {"error", error}, {"lost", Lost(protocol)}});
    }
    is_used = !error.empty();
  });
}

}  // namespace sockdiag
