#include "app/privileges.h"

#include <cap-ng.h>
#include <linux/capability.h>
#include <sys/prctl.h>

#include <cerrno>
#include <string>
#include <utility>

namespace sockdiag {
namespace {

enum class Keep { kNone, kBind };

/// The sets of capabilities that this process may change.
capng_select_t ChangeableSets() {
  const bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
  return static_cast<capng_select_t>(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT |
                                     (may_bound ? CAPNG_SELECT_BOUNDS : 0));
}

Result<void> KeepOnly(Keep keep) {
  if (capng_get_caps_process() != 0) return Fail("cannot read the capabilities of this process");
  // An ordinary user's process. It need not be let call capset(2), as in a hardened unit.
  if (capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE) return {};
  const bool may_bind = capng_have_capability(CAPNG_PERMITTED, CAP_NET_BIND_SERVICE) == 1;
  const capng_select_t sets = ChangeableSets();
  capng_clear(CAPNG_SELECT_ALL);
  if (keep == Keep::kBind && may_bind) {
    capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                 CAP_NET_BIND_SERVICE);
  }
  const int failure = capng_apply(sets);
  if (failure == 0) return {};
  return Fail("cannot give up capabilities (capng_apply: " + std::to_string(failure) + ")");
}

}  // namespace

Result<void> KeepOnlyCapabilityToBind() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return FailErrno("cannot give up the right to gain privileges", errno);
  }
  return KeepOnly(Keep::kBind);
}

Result<void> CheckCannotEnterNamespaces() {
  // KeepOnlyCapabilityToBind() has told of it.
  if (capng_get_caps_process() != 0) return {};
  using Capability = std::pair<unsigned int, const char*>;
  for (const auto& [number, name] :
       {Capability{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, {CAP_SYS_PTRACE, "CAP_SYS_PTRACE"}}) {
    if (capng_have_capability(CAPNG_PERMITTED, number) != 1) continue;
    return Fail("cannot give up " + std::string(name) +
                ", which only the namespace helper may have: a filter of system calls must let "
                "capset(2) through, as with systemd's SystemCallFilter=capset");
  }
  return {};
}

Result<void> DropAllCapabilities() { return KeepOnly(Keep::kNone); }

}  // namespace sockdiag
