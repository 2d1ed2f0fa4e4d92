#include "tests/bench/kernel_limits.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "base/file.h"

namespace sockdiag::bench {
namespace {

using Numbers = std::vector<std::uint64_t>;

struct Change {
  std::string path;
  Numbers before;
  Numbers after;
};

std::optional<Numbers> ReadNumbers(const std::string& path) {
  const auto text = ReadFile(path, 4096);
  if (!text) return std::nullopt;
  std::istringstream stream(*text);
  Numbers numbers;
  for (std::uint64_t number = 0; stream >> number;) numbers.push_back(number);
  return numbers;
}

std::string ToText(const Numbers& numbers) {
  std::string text;
  for (const std::uint64_t number : numbers) {
    if (!text.empty()) text += ' ';
    text += std::to_string(number);
  }
  return text;
}

bool WriteNumbers(const std::string& path, const Numbers& numbers) {
  std::ofstream file(path);
  file << ToText(numbers) << std::flush;
  return file.good();
}

/// 0 when there is none.
pid_t ParentOf(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  char state = 0;
  pid_t parent = 0;
  fields >> state >> parent;
  return parent;
}

/// net.ipv4.tcp_mem is of the whole kernel and is seen only in its first network namespace: enters
/// that, or that of the next ancestor that sees it.
void EnterFirstNetworkNamespace(int first_network) {
  if (first_network >= 0) static_cast<void>(setns(first_network, CLONE_NEWNET));
  for (pid_t process = getppid(); process > 0; process = ParentOf(process)) {
    if (access(kTcpMemPath, F_OK) == 0) return;
    const std::string path = "/proc/" + std::to_string(process) + "/ns/net";
    const UniqueFd space(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (space.IsValid()) static_cast<void>(setns(space.Get(), CLONE_NEWNET));
  }
}

std::optional<Change> Raise(const LimitNeed& need) {
  const std::optional<Numbers> before = ReadNumbers(need.path);
  Numbers after = need.at_least;
  if (before && before->size() == after.size()) {
    std::transform(after.begin(), after.end(), before->begin(), after.begin(),
                   [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
    if (after == *before) return std::nullopt;
    if (WriteNumbers(need.path, after)) return Change{need.path, *before, after};
  }
  std::fprintf(stderr,
               "warning: %s is %s and should be at least %s. Only root outside of user namespaces "
               "can raise it. Sockets may be missing, or the kernel short of memory for them\n",
               need.path.c_str(), before ? ToText(*before).c_str() : "not to be seen from here",
               ToText(need.at_least).c_str());
  return std::nullopt;
}

/// Leaves alone what somebody else has set in the meantime.
void PutBack(const Change& change) {
  if (ReadNumbers(change.path) != change.after) return;
  if (!WriteNumbers(change.path, change.before)) {
    std::fprintf(stderr, "warning: cannot put %s back to %s\n", change.path.c_str(),
                 ToText(change.before).c_str());
  }
}

/// Raises, says so on `ready`, waits until nobody holds the other end of `life`, puts back.
void Keep(const std::vector<LimitNeed>& needs, int first_network, UniqueFd ready,
          const UniqueFd& life) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
    std::signal(signal, SIG_IGN);
  }
  const UniqueFd own(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  EnterFirstNetworkNamespace(first_network);
  std::vector<Change> changes;
  for (const LimitNeed& need : needs) {
    if (const auto change = Raise(need)) changes.push_back(*change);
  }
  // Else it would be found there, as one namespace more.
  static_cast<void>(setns(own.Get(), CLONE_NEWNET));
  ready.Reset();
  char byte = 0;
  while (read(life.Get(), &byte, 1) > 0) {
  }
  EnterFirstNetworkNamespace(first_network);
  std::for_each(changes.rbegin(), changes.rend(), PutBack);
}

}  // namespace

RaisedLimits::RaisedLimits(const std::vector<LimitNeed>& needs, int first_network) {
  int life[2];
  int ready[2];
  if (pipe2(life, O_CLOEXEC) != 0 || pipe2(ready, O_CLOEXEC) != 0) return;
  UniqueFd life_read(life[0]);
  life_.Reset(life[1]);
  const UniqueFd ready_read(ready[0]);
  UniqueFd ready_write(ready[1]);
  keeper_ = fork();
  if (keeper_ == 0) {
    life_.Reset();
    Keep(needs, first_network, std::move(ready_write), life_read);
    _exit(0);
  }
  ready_write.Reset();
  char byte = 0;
  while (read(ready_read.Get(), &byte, 1) > 0) {
  }
}

RaisedLimits::~RaisedLimits() {
  life_.Reset();
  if (keeper_ > 0) waitpid(keeper_, nullptr, 0);
}

}  // namespace sockdiag::bench
