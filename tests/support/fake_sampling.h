#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "sockets/source/netlink_source.h"
#include "sockets/watch/sampler.h"
#include "sockets/watch/state_watch.h"
#include "tests/support/fake_tables.h"

namespace sockdiag::testing {

/// A sampler over tables of its own, and the watch that it shows them to.
class FakeSampling {
 public:
  explicit FakeSampling(const Clock& the_clock) : clock(the_clock) {
    watch.Configure(Watched(), kGeneration);
  }

  /// What the watch knows after a sample that must not fail.
  std::string Sample() {
    tables.StartOver();
    EXPECT_TRUE(sampler.SampleOnce());
    return TakeReport();
  }
  /// What the watch knows, as text.
  std::string TakeReport() {
    const WatchReport report = watch.Report();
    watch.MarkCounted(report);
    if (!report.latest) return "nothing";
    std::string text;
    for (const auto& [key, figures] : report.latest->figures) {
      text += std::string(Name(key.state)) + " " + std::to_string(figures.sockets) + " since " +
              std::to_string(figures.oldest_since->time_since_epoch().count()) + "\n";
    }
    for (const auto& [key, entered] : report.entered) {
      text += std::string(Name(key.state)) + " entered " + std::to_string(entered) + "\n";
    }
    for (const PeakWindow::Slot& slot : report.peaks) {
      for (const auto& [key, sockets] : slot.sockets) text += " " + std::to_string(sockets);
    }
    return text;
  }

  const Clock& clock;
  FakeTables tables = MixedTables();
  NetlinkSource source{tables.Factory(), clock};
  ServiceNames names;
  ServiceMatcher matcher{{}, {}, names};
  StateWatch watch{clock};
  ListenerMemory listeners{kWatchedProtocol};
  DumpErrors errors;
  Sampler sampler{SamplerOptions(),
                  {.source = source,
                   .matcher = matcher,
                   .watch = watch,
                   .listeners = listeners,
                   .generation = kGeneration,
                   .errors = errors,
                   .ephemeral_ports = [] { return EphemeralPorts(); },
                   .cpu_clock = [] { return std::chrono::nanoseconds(0); },
                   .listener = [](const std::string&) {},
                   .clock = clock}};

 private:
  static constexpr std::uint64_t kGeneration = 1;

  static WatchOptions Watched() {
    WatchOptions options;
    options.states = {SocketState::kCloseWait, SocketState::kSynSent};
    return options;
  }
};

}  // namespace sockdiag::testing
