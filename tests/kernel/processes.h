#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "namespaces/helper.h"
#include "tests/kernel/sockets.h"

namespace sockdiag::kernel {

/// A process in a network namespace of its own, until the end of the test.
class HeldNamespace {
 public:
  /// `prepare` runs in it first, and its sockets stay open.
  explicit HeldNamespace(const std::function<Sockets()>& prepare = [] { return Sockets(); });
  HeldNamespace(const HeldNamespace&) = delete;
  HeldNamespace& operator=(const HeldNamespace&) = delete;
  ~HeldNamespace() { End(); }

  /// Then only others keep the namespace alive.
  void End();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] NamespaceId id() const { return id_; }
  /// `/proc/P/ns/net`.
  [[nodiscard]] std::string File() const;

 private:
  pid_t pid_ = -1;
  NamespaceId id_ = 0;
};

/// The network namespace of a process, or of a file of nsfs.
[[nodiscard]] NamespaceId NamespaceOf(const std::string& file = "/proc/self/ns/net");

/// Runs `body` in a child; its wait status, which is 0 when `body` gives true and nothing was
/// expected in vain.
[[nodiscard]] int RunInChild(const std::function<bool()>& body);

/// Gives up all capabilities, and is nobody where that is possible.
void DropPrivileges();

/// Of /proc/P/status, without the space around it: `CapEff`.
[[nodiscard]] std::string StatusOf(pid_t pid, const std::string& field);

[[nodiscard]] std::vector<pid_t> ChildrenOf(pid_t pid);
/// Waits until there is one, other than `previous`.
[[nodiscard]] pid_t ChildOf(pid_t pid, pid_t previous = 0);

}  // namespace sockdiag::kernel
