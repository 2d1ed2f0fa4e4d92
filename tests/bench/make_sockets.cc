// Fills the socket tables of its network namespace, for benchmarks and for tests of big tables.
//
//   make_sockets N [--close-wait=SHARE] [--listeners=N] [--udp=N] [--udp-connected=N]
//                [--cgroups=FOLDER] [--first-network=FD]
//
// makes N TCP sockets, both ends of N / 2 connections counted, in ESTABLISHED; SHARE (0..1) of the
// connections are half closed instead: CLOSE_WAIT at one end, FIN_WAIT2 at the other. Besides
// these there is a listener for each service port, and what the options ask for. The connecting
// ends are spread over the cgroups in FOLDER; the others are the listeners' cgroup's. When all
// exist it prints `ready N` and how many there are in each state, and holds them until standard
// input ends.
//
// A million sockets take about 4 GB, and raise net.ipv4.tcp_mem while they exist; FD is the
// kernel's first network namespace, where that can be done.

#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/kernel_limits.h"
#include "tests/bench/socket_holders.h"
#include "tests/bench/socket_makers.h"

namespace sockdiag::bench {
namespace {

struct Plan {
  std::size_t connections = 0;
  double close_wait_share = 0;
  std::size_t listeners = 0;
  std::size_t udp = 0;
  std::size_t udp_connected = 0;
  /// Their files cgroup.procs.
  std::vector<std::string> cgroups;
  int first_network = -1;

  [[nodiscard]] std::size_t CloseWait() const {
    return static_cast<std::size_t>(
        std::lround(close_wait_share * static_cast<double>(connections)));
  }
  [[nodiscard]] std::size_t Sockets() const {
    return 2 * connections + kServicePorts.size() + listeners + udp + udp_connected;
  }
};

[[noreturn]] void ExitWithUsage() {
  std::fputs(
      "usage: make_sockets N [--close-wait=SHARE] [--listeners=N] [--udp=N] "
      "[--udp-connected=N] [--cgroups=FOLDER] [--first-network=FD]\n",
      stderr);
  std::exit(2);
}

double ParseNumber(const char* text, double most) {
  char* end = nullptr;
  const double number = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(number >= 0) || number > most) ExitWithUsage();
  return number;
}

std::size_t ParseCount(const char* text) {
  return static_cast<std::size_t>(ParseNumber(text, 100e6));
}

std::vector<std::string> CgroupsIn(const char* folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory()) files.push_back(entry.path().string() + "/cgroup.procs");
  }
  return files;
}

Plan ParsePlan(int argc, char** argv) {
  const option options[] = {{"close-wait", required_argument, nullptr, 'c'},
                            {"listeners", required_argument, nullptr, 'l'},
                            {"udp", required_argument, nullptr, 'u'},
                            {"udp-connected", required_argument, nullptr, 'U'},
                            {"cgroups", required_argument, nullptr, 'g'},
                            {"first-network", required_argument, nullptr, 'n'},
                            {}};
  Plan plan;
  for (int option = 0; (option = getopt_long(argc, argv, "", options, nullptr)) != -1;) {
    switch (option) {
      case 'c':
        plan.close_wait_share = ParseNumber(optarg, 1);
        break;
      case 'l':
        plan.listeners = ParseCount(optarg);
        break;
      case 'u':
        plan.udp = ParseCount(optarg);
        break;
      case 'U':
        plan.udp_connected = ParseCount(optarg);
        break;
      case 'g':
        plan.cgroups = CgroupsIn(optarg);
        break;
      case 'n':
        plan.first_network = static_cast<int>(ParseCount(optarg));
        break;
      default:
        ExitWithUsage();
    }
  }
  if (optind + 1 != argc) ExitWithUsage();
  plan.connections = ParseCount(argv[optind]) / 2;
  return plan;
}

std::vector<LimitNeed> NeededLimits(const Plan& plan) {
  const std::uint64_t sockets = plan.Sockets();
  // What every machine's defaults allow.
  if (sockets <= 20'000) return {};
  // In pages, one for each socket: a received FIN takes one.
  return {{kTcpMemPath, {sockets, 2 * sockets, 3 * sockets}},
          {"/proc/sys/fs/file-max", {sockets + sockets / 4 + 100'000}}};
}

/// Splits `total` among as many holders as it takes.
void AddShares(SocketHolders& holders, std::size_t total, std::size_t share_size,
               const std::function<bool(const Share&)>& make) {
  for (std::size_t first = 0; first < total; first += share_size) {
    const Share share{first, std::min(share_size, total - first), total};
    holders.Add([&] { return make(share); });
  }
}

/// In cgroup after cgroup, each of which has its turn several times.
bool MakeSpreadConnections(const Plan& plan, const Share& share,
                           const std::vector<int>& listeners) {
  constexpr std::size_t kTurns = 8;
  if (plan.cgroups.empty()) return MakeConnections(share, plan.CloseWait(), listeners);
  const std::size_t run = std::max<std::size_t>(1, plan.connections / plan.cgroups.size() / kTurns);
  for (std::size_t i = 0; i < share.count; i += run) {
    const Share part{share.first + i, std::min(run, share.count - i), share.total};
    const std::string& cgroup = plan.cgroups[part.first / run % plan.cgroups.size()];
    if (!(std::ofstream(cgroup) << 0 << std::flush)) {
      std::perror(("make_sockets: " + cgroup).c_str());
      return false;
    }
    if (!MakeConnections(part, plan.CloseWait(), listeners)) return false;
  }
  return true;
}

void AddHolders(const Plan& plan, const std::vector<int>& listeners, SocketHolders& holders) {
  const std::size_t capacity = SocketHolders::Capacity();
  AddShares(holders, plan.connections, capacity / 2,
            [&](const Share& share) { return MakeSpreadConnections(plan, share, listeners); });
  AddShares(holders, plan.listeners, capacity, MakeListeners);
  AddShares(holders, plan.udp, capacity, [](const Share& share) { return MakeUdp(share, false); });
  AddShares(holders, plan.udp_connected, capacity,
            [](const Share& share) { return MakeUdp(share, true); });
}

void PrintReady(const Plan& plan) {
  const std::size_t close_wait = plan.CloseWait();
  std::printf(
      "ready %zu established=%zu close_wait=%zu fin_wait2=%zu listen=%zu udp_unconnected=%zu "
      "udp_established=%zu\n",
      2 * plan.connections, 2 * (plan.connections - close_wait), close_wait, close_wait,
      kServicePorts.size() + plan.listeners, plan.udp, plan.udp_connected);
  std::fflush(stdout);
}

/// They then only end the wait for more input, and all is taken down in order.
void CatchEndingSignals() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

int Run(const Plan& plan) {
  CatchEndingSignals();
  const RaisedLimits limits(NeededLimits(plan), plan.first_network);
  const std::vector<int> listeners = ListenOnServicePorts();
  if (listeners.empty()) return 1;
  SocketHolders holders;
  AddHolders(plan, listeners, holders);
  if (!holders.WaitUntilReady()) {
    std::fputs("make_sockets: not all sockets could be made\n", stderr);
    return 1;
  }
  PrintReady(plan);
  char bytes[256];
  while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0) {
  }
  return 0;
}

}  // namespace
}  // namespace sockdiag::bench

int main(int argc, char** argv) {
  return sockdiag::bench::Run(sockdiag::bench::ParsePlan(argc, argv));
}
