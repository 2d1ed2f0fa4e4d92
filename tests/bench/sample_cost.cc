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
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "collectors/socket_memory.h"
#include "collectors/sockets.h"
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
  SocketMemory memory(clock);
  const auto matcher = std::make_shared<const ServiceMatcher>(std::vector<ServiceRule>(),
                                                              Database(), memory.names());
  const std::uint64_t generation = memory.NewGeneration();
  memory.Configure(
      {.limits = {}, .watch = DefaultWatch(), .configured = {}, .generation = generation});
  LiveEphemeralPorts ports([](const std::string&, const std::string&) {});
  const EphemeralPortsReader read_ports = [&ports] { return ports.Read(); };
  NetlinkSource samples(Open, clock);
  Sampler sampler(SamplerOptions(), {.source = samples,
                                     .matcher = *matcher,
                                     .watch = memory.watch(),
                                     .listeners = memory.listeners(Protocol::kTcp),
                                     .generation = generation,
                                     .errors = memory.errors(),
                                     .ephemeral_ports = read_ports,
                                     .cpu_clock = ThreadCpuTime,
                                     .listener = [](const std::string&) {},
                                     .clock = clock});
  SocketsCollector collector(Protocol::kTcp,
                             {.source = std::make_shared<NetlinkSource>(Open, clock),
                              .matcher = matcher,
                              .ephemeral_ports = read_ports,
                              .watch = memory.watch(),
                              .listeners = memory.listeners(Protocol::kTcp),
                              .drops = memory.drops(Protocol::kTcp),
                              .generation = generation,
                              .errors = memory.errors(),
                              .clock = clock});
  for (int i = 0; i <= repeat; ++i) {
    const double sample = CpuSecondsOf([&] { return sampler.SampleOnce(); });
    const std::uint64_t watched = Watched(memory.watch());
    Findings findings;
    const double full = CpuSecondsOf([&] { return collector.Collect(findings); });
    if (i == 0) continue;
    double sockets = 0;
    findings.samples.ForEach(SocketsCollector::kDumpSockets,
                             [&](double value, const auto&) { sockets = value; });
    std::printf("sample %.6f full %.6f watched %ju sockets %.0f\n", sample, full,
                static_cast<std::uintmax_t>(watched), sockets);
  }
}

}  // namespace
}  // namespace sockdiag::bench

int main(int argc, char** argv) {
  sockdiag::bench::Run(argc > 1 ? std::atoi(argv[1]) : 1);
  return 0;
}
