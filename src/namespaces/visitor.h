#pragma once

#include <sys/types.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "namespaces/helper.h"

namespace sockdiag {

/// Takes the calling thread into other network namespaces and back (setns(2)), for which it needs
/// CAP_SYS_ADMIN, and CAP_SYS_PTRACE for those of others' processes. One thread at a time.
class NamespaceVisitor {
 public:
  /// With this status the process ends when there is no way back: it must do nothing elsewhere that
  /// was meant for here.
  static constexpr int kNoWayBack = 70;

  /// `home` is our own namespace.
  explicit NamespaceVisitor(UniqueFd home) : home_(std::move(home)) {}
  /// Of a thread that is at home.
  [[nodiscard]] static Result<NamespaceVisitor> FromHere();

  /// What `body` gives, which is run in a namespace, or why it was not. `entrances` are files by
  /// which the namespace may be entered, of which the first that is still its own is taken; see
  /// NamespaceFinder::EntrancesOf(). Nothing of the namespace is kept open.
  template <typename Body>
  [[nodiscard]] std::invoke_result_t<Body> Visit(NamespaceId id,
                                                 const std::vector<std::string>& entrances,
                                                 Body&& body) const {
    const NamespaceResult<void> entered = Enter(id, entrances);
    if (!entered) return tl::unexpected(entered.error());
    const ReturnHome return_home{home_.Get()};
    return std::forward<Body>(body)();
  }

 private:
  struct ReturnHome {
    int home;
    ~ReturnHome();
  };

  [[nodiscard]] NamespaceResult<void> Enter(NamespaceId id,
                                            const std::vector<std::string>& entrances) const;
  [[nodiscard]] NamespaceResult<void> EnterBy(NamespaceId id, const std::string& entrance) const;

  UniqueFd home_;
};

/// Whether a folder on the way to this file lets our user not through, as Docker's does not: no
/// namespace is reached by it, and none that has a process needs it.
[[nodiscard]] bool IsBehindClosedFolder(const std::string& path);

/// kRefused, with kDirectivesForNamespaces, for what a missing capability, a security module or a
/// filter of system calls makes of a call, else kFailed.
[[nodiscard]] tl::unexpected<NamespaceError> FailNamespaceErrno(std::string_view what,
                                                                int error_number);

}  // namespace sockdiag
