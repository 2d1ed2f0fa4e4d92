// Makes network namespaces and processes, for benchmarks of finding and of walking them.
//
//   make_namespaces N [--connections=N] [--processes=N] [--own-processes=N]
//
// makes N processes with a network namespace each, in which a socket listens and N connections are
// established, both ends of each counted, and N further processes idle; and N that idle in the
// network namespace of the caller. When all exist it prints `ready N` and how many there are of
// each, and holds them until standard input ends.

#include <arpa/inet.h>
#include <getopt.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/unique_fd.h"
#include "tests/bench/socket_holders.h"

namespace sockdiag::bench {
namespace {

constexpr std::uint16_t kPort = 8080;

struct Plan {
  std::size_t namespaces = 0;
  /// Of each namespace.
  std::size_t connections = 0;
  std::size_t processes = 0;
  /// In none of them.
  std::size_t own_processes = 0;
};

[[noreturn]] void ExitWithUsage() {
  std::fputs("usage: make_namespaces N [--connections=N] [--processes=N] [--own-processes=N]\n",
             stderr);
  std::exit(2);
}

std::size_t ParseCount(const char* text) {
  char* end = nullptr;
  const unsigned long number = std::strtoul(text, &end, 10);
  if (end == text || *end != '\0' || number > 100'000) ExitWithUsage();
  return number;
}

Plan ParsePlan(int argc, char** argv) {
  const option options[] = {{"connections", required_argument, nullptr, 'c'},
                            {"processes", required_argument, nullptr, 'p'},
                            {"own-processes", required_argument, nullptr, 'o'},
                            {}};
  Plan plan;
  for (int option = 0; (option = getopt_long(argc, argv, "", options, nullptr)) != -1;) {
    switch (option) {
      case 'c':
        plan.connections = ParseCount(optarg);
        break;
      case 'p':
        plan.processes = ParseCount(optarg);
        break;
      case 'o':
        plan.own_processes = ParseCount(optarg);
        break;
      default:
        ExitWithUsage();
    }
  }
  if (optind + 1 != argc) ExitWithUsage();
  plan.namespaces = ParseCount(argv[optind]);
  return plan;
}

bool Failed(const char* what) {
  std::perror(what);
  return false;
}

bool RaiseLoopback() {
  const UniqueFd probe(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  return ioctl(probe.Get(), SIOCSIFFLAGS, &request) == 0;
}

/// Its sockets stay open.
bool Connect(std::size_t connections) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kPort);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, name, sizeof(address)) != 0 || listen(listener, 128) != 0) return false;
  for (std::size_t i = 0; i < connections; ++i) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(client, name, sizeof(address)) != 0) return false;
    if (accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) < 0) return false;
  }
  return true;
}

/// Processes that do nothing, and end with this one.
bool StartIdle(std::size_t processes) {
  const pid_t parent = getpid();
  for (std::size_t i = 0; i < processes; ++i) {
    const pid_t child = fork();
    if (child < 0) return Failed("make_namespaces: fork");
    if (child > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    while (true) pause();
  }
  return true;
}

bool MakeNamespace(const Plan& plan) {
  if (unshare(CLONE_NEWNET) != 0) return Failed("make_namespaces: unshare");
  if (!RaiseLoopback()) return Failed("make_namespaces: lo");
  if (!Connect(plan.connections)) return Failed("make_namespaces: sockets");
  return StartIdle(plan.processes);
}

int Hold(const Plan& plan) {
  SocketHolders holders;
  for (std::size_t i = 0; i < plan.namespaces; ++i) {
    holders.Add([&] { return MakeNamespace(plan); });
  }
  if (plan.own_processes > 0) {
    holders.Add([&] { return StartIdle(plan.own_processes - 1); });
  }
  if (!holders.WaitUntilReady()) {
    std::fputs("make_namespaces: not all could be made\n", stderr);
    return 1;
  }
  std::printf("ready %zu namespaces=%zu listen=%zu established=%zu processes=%zu\n",
              plan.namespaces, plan.namespaces, plan.namespaces,
              2 * plan.connections * plan.namespaces,
              (plan.processes + 1) * plan.namespaces + plan.own_processes);
  std::fflush(stdout);
  char bytes[256];
  while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0) {
  }
  return 0;
}

int Run(const Plan& plan) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  // What idles outlives its parent for a moment.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const int status = Hold(plan);
  while (wait(nullptr) > 0) {
  }
  return status;
}

}  // namespace
}  // namespace sockdiag::bench

int main(int argc, char** argv) {
  return sockdiag::bench::Run(sockdiag::bench::ParsePlan(argc, argv));
}
