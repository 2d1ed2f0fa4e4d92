#include "namespaces/visitor.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sockdiag {
namespace {

tl::unexpected<NamespaceError> Gone(NamespaceId id) {
  return FailNamespace(NamespaceErrorReason::kGone,
                       "the network namespace " + std::to_string(id) + " is gone");
}

/// Whether a file is this namespace. Only namespaces of one kernel have inode numbers of one kind.
bool IsNamespace(const struct stat& file, NamespaceId id, int home) {
  struct stat status {};
  return file.st_ino == id && fstat(home, &status) == 0 && status.st_dev == file.st_dev;
}

}  // namespace

bool IsBehindClosedFolder(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) != 0 && errno == EACCES;
}

tl::unexpected<NamespaceError> FailNamespaceErrno(std::string_view what, int error_number) {
  std::string message = ErrnoMessage(what, error_number);
  if (error_number != EPERM && error_number != EACCES) {
    return FailNamespace(NamespaceErrorReason::kFailed, std::move(message));
  }
  return FailNamespace(NamespaceErrorReason::kRefused, message + ": " + kDirectivesForNamespaces);
}

Result<NamespaceVisitor> NamespaceVisitor::FromHere() {
  UniqueFd home(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!home.IsValid()) return FailErrno("/proc/self/ns/net", errno);
  return NamespaceVisitor(std::move(home));
}

NamespaceVisitor::ReturnHome::~ReturnHome() {
  if (setns(home, CLONE_NEWNET) != 0) _exit(kNoWayBack);
}

NamespaceResult<void> NamespaceVisitor::Enter(NamespaceId id,
                                              const std::vector<std::string>& entrances) const {
  NamespaceResult<void> entered = Gone(id);
  for (const std::string& entrance : entrances) {
    NamespaceResult<void> attempt = EnterBy(id, entrance);
    if (attempt) return attempt;
    // What stands in the way of one that is there says more than that another one is gone.
    if (attempt.error().reason != NamespaceErrorReason::kGone) entered = std::move(attempt);
  }
  return entered;
}

NamespaceResult<void> NamespaceVisitor::EnterBy(NamespaceId id, const std::string& entrance) const {
  // Where a namespace was mounted there is, before and after, a file that nobody may read, as
  // `ip netns` and Docker make it: which of both it is must be seen without reading it.
  const UniqueFd place(open(entrance.c_str(), O_PATH | O_CLOEXEC));
  if (!place.IsValid()) {
    const int error_number = errno;
    const bool is_gone =
        error_number == ENOENT || error_number == ESRCH || IsBehindClosedFolder(entrance);
    if (is_gone) return Gone(id);
    return FailNamespaceErrno("cannot open " + entrance, error_number);
  }
  struct stat status {};
  if (fstat(place.Get(), &status) != 0) return FailNamespaceErrno(entrance, errno);
  // Pids are given again, and mounts are taken away.
  if (!IsNamespace(status, id, home_.Get())) return Gone(id);
  const std::string reopened = "/proc/self/fd/" + std::to_string(place.Get());
  const UniqueFd file(open(reopened.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.IsValid()) return FailNamespaceErrno("cannot open " + entrance, errno);
  if (setns(file.Get(), CLONE_NEWNET) != 0) {
    return FailNamespaceErrno("cannot enter the network namespace of " + entrance, errno);
  }
  return {};
}

}  // namespace sockdiag
