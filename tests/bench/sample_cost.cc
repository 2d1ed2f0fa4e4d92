// What one sample of the watched states costs beside one full dump of all TCP sockets, read,
// classified and counted as for a scrape. Both show the sockets to one watch, as in the exporter.
//
//   sample_cost [REPEAT]
//
// Prints a line for each pair: `sample S full F watched W sockets N`, S and F in CPU seconds, user
// and system; the first pair, which fills the watch, is not printed.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "collectors/socket_collector.h"
#include "config/config.h"
#include "sockets/naming/live_ephemeral_ports.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/services_database.h"
#include "sockets/source/netlink_source.h"
#include "sockets/source/sock_diag.h"
#include "sockets/watch/sampler.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag::bench {
namespace {

auto Open() { return OpenSockDiag(std::chrono::seconds(10)); }

/// Of `work()`, which gives a Result; ends the program when that is an error.
template <typename Work>
double CpuSecondsOf(Work&& work) {
  timespec before{};
  timespec after{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  const auto result = work();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  if (!result) {
    std::fprintf(stderr, "sample_cost: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  return static_cast<double>(after.tv_sec - before.tv_sec) +
         static_cast<double>(after.tv_nsec - before.tv_nsec) / 1e9;
}

ServicesDatabase Database() {
  const auto text = ReadFile("/etc/services", 1 << 20);
  return text ? ParseServicesDatabase(*text) : ServicesDatabase();
}

WatchOptions DefaultWatch() {
  const SamplingOptions defaults;
  WatchOptions options;
  for (const SocketState state : defaults.watched_states) options.states.Add(state);
  options.max_tracked_sockets = defaults.max_tracked_sockets;
  return options;
}

std::uint64_t Watched(StateWatch& watch) {
  std::uint64_t sockets = 0;
  if (const auto latest = watch.Report().latest) {
    for (const auto& [key, figures] : latest->figures) sockets += figures.sockets;
  }
  return sockets;
}

void Run(int repeat) {
  const SystemClock clock;
  const ServiceMatcher matcher({}, Database());
  StateWatch watch(DefaultWatch(), clock);
  DumpErrors errors;
  LiveEphemeralPorts ports([](const std::string&, const std::string&) {});
  const EphemeralPortsReader read_ports = [&ports] { return ports.Read(); };
  NetlinkSource samples(Open, clock);
  Sampler sampler(
      SamplerOptions(), samples, matcher, watch, errors, read_ports, Sampler::ThreadCpuTime,
      [](const std::string&) {}, clock);
  NetlinkSource scrapes(Open, clock);
  SocketCollector collector(Protocol::kTcp, scrapes, matcher, read_ports, &watch, errors, clock);
  for (int i = 0; i <= repeat; ++i) {
    const double sample = CpuSecondsOf([&] { return sampler.SampleOnce(); });
    const std::uint64_t watched = Watched(watch);
    Findings findings;
    const double full = CpuSecondsOf([&] { return collector.Collect(findings); });
    if (i == 0) continue;
    std::printf("sample %.6f full %.6f watched %ju sockets %ju\n", sample, full,
                static_cast<std::uintmax_t>(watched),
                static_cast<std::uintmax_t>(findings.dumps.front().stats.sockets));
  }
}

}  // namespace
}  // namespace sockdiag::bench

int main(int argc, char** argv) {
  sockdiag::bench::Run(argc > 1 ? std::atoi(argv[1]) : 1);
  return 0;
}
