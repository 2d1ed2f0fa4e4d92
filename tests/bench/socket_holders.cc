#include "tests/bench/socket_holders.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace sockdiag::bench {
namespace {

/// Descriptors of a holder that are not its own sockets: pipes, listeners, standard streams.
constexpr std::size_t kOtherDescriptors = 64;
constexpr std::size_t kMostSockets = 100'000;

rlimit RaiseOpenFiles() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

}  // namespace

SocketHolders::SocketHolders() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    std::perror("make_sockets: pipe");
    _exit(1);
  }
  ready_read_.Reset(ends[0]);
  ready_write_.Reset(ends[1]);
}

SocketHolders::~SocketHolders() {
  for (const pid_t child : children_) kill(child, SIGKILL);
  for (const pid_t child : children_) waitpid(child, nullptr, 0);
}

std::size_t SocketHolders::Capacity() {
  const std::size_t limit = std::min<std::size_t>(RaiseOpenFiles().rlim_max, kMostSockets);
  return limit - std::min(limit - 2, kOtherDescriptors);
}

void SocketHolders::Add(const std::function<bool()>& make) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    std::perror("make_sockets: fork");
    _exit(1);
  }
  if (child == 0) MakeAndHold(make, parent);
  children_.push_back(child);
}

void SocketHolders::MakeAndHold(const std::function<bool()>& make, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  // The parent ends it, and waits until its sockets are gone.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  const char outcome = make() ? 'y' : 'n';
  if (write(ready_write_.Get(), &outcome, 1) != 1) _exit(1);
  ready_write_.Reset();
  while (true) pause();
}

bool SocketHolders::WaitUntilReady() {
  ready_write_.Reset();
  for (std::size_t i = 0; i < children_.size(); ++i) {
    char outcome = 0;
    if (read(ready_read_.Get(), &outcome, 1) != 1 || outcome != 'y') return false;
  }
  return true;
}

}  // namespace sockdiag::bench
