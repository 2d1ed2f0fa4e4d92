#include "tests/kernel/processes.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "base/file.h"
#include "tests/kernel/system.h"
#include "tests/support/network_namespace.h"

namespace sockdiag::kernel {
namespace {

constexpr uid_t kNobody = 65534;

/// Of a child: says when it is ready, and waits to be killed.
[[noreturn]] void Hold(int ready, const std::function<Sockets()>& prepare) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // Nothing of the test's may stay open for it.
  if (ready != STDERR_FILENO + 1) dup2(ready, STDERR_FILENO + 1);
  close_range(STDERR_FILENO + 2, ~0U, 0);
  try {
    if (!testing::EnterNetworkNamespace()) _exit(1);
    const Sockets sockets = prepare();
    if (write(STDERR_FILENO + 1, "", 1) != 1) _exit(1);
    while (true) pause();
  } catch (const std::exception&) {
    _exit(1);
  }
}

}  // namespace

NamespaceId NamespaceOf(const std::string& file) {
  struct stat status {};
  Check(file, stat(file.c_str(), &status));
  return status.st_ino;
}

HeldNamespace::HeldNamespace(const std::function<Sockets()>& prepare) {
  std::array<int, 2> ends{};
  Check("pipe2", pipe2(ends.data(), O_CLOEXEC));
  const UniqueFd output(ends[0]);
  UniqueFd input(ends[1]);
  pid_ = Check("fork", fork());
  if (pid_ == 0) Hold(input.Get(), prepare);
  input.Reset();
  char byte = 0;
  if (read(output.Get(), &byte, 1) != 1) {
    End();
    throw std::runtime_error("a process cannot have a network namespace of its own");
  }
  id_ = NamespaceOf(File());
}

void HeldNamespace::End() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string HeldNamespace::File() const { return "/proc/" + std::to_string(pid_) + "/ns/net"; }

int RunInChild(const std::function<bool()>& body) {
  const pid_t child = Check("fork", fork());
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    bool is_right = false;
    try {
      is_right = body();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    _exit(is_right && !::testing::Test::HasFailure() ? 0 : 1);
  }
  int status = 0;
  Check("waitpid", waitpid(child, &status, 0));
  return status;
}

void DropPrivileges() {
  // In a user namespace of our own there is no other user to become; the capabilities go anyway.
  if (setgroups(0, nullptr) == 0 && setresgid(kNobody, kNobody, kNobody) == 0) {
    Check("setresuid", setresuid(kNobody, kNobody, kNobody));
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, 2> none{};
  Check("capset", static_cast<int>(syscall(SYS_capset, &header, none.data())));
}

std::string StatusOf(pid_t pid, const std::string& field) {
  const std::string path = "/proc/" + std::to_string(pid) + "/status";
  const std::string status = "\n" + ReadFile(path, 65536).value_or("");
  const std::string start = "\n" + field + ":\t";
  const std::size_t found = status.find(start);
  if (found == std::string::npos) return {};
  const std::size_t value = found + start.size();
  return status.substr(value, status.find('\n', value) - value);
}

std::vector<pid_t> ChildrenOf(pid_t pid) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t child = std::stoi(name);
    if (StatusOf(child, "PPid") == std::to_string(pid)) children.push_back(child);
  }
  return children;
}

pid_t ChildOf(pid_t pid, pid_t previous) {
  pid_t found = 0;
  const auto look = [&] {
    for (const pid_t child : ChildrenOf(pid)) {
      if (child != previous) found = child;
    }
    return found != 0;
  };
  EXPECT_TRUE(WaitUntil(look)) << "process " << pid << " has no child";
  return found;
}

}  // namespace sockdiag::kernel
