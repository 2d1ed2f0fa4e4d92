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
  explicit FakeSampling(const Clock& the_clock) : clock(the_clock) {}

  /// What the watch knows after a sample that must not fail.
  std::string Sample() {
    tables.StartOver();
    EXPECT_TRUE(sampler.SampleOnce());
    return TakeReport();
  }
  /// What the watch knows, as text.
  std::string TakeReport() {
    const WatchReport report = watch.Report();
    watch.Take(report);
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
  ServiceMatcher matcher{{}, {}};
  StateWatch watch{Watched(), clock};
  DumpErrors errors;
  Sampler sampler{SamplerOptions(),
                  source,
                  matcher,
                  watch,
                  errors,
                  [] { return EphemeralPorts(); },
                  [] { return std::chrono::nanoseconds(0); },
                  [](const std::string&) {},
                  clock};

 private:
  static WatchOptions Watched() {
    WatchOptions options;
    options.states = {SocketState::kCloseWait, SocketState::kSynSent};
    return options;
  }
};

}  // namespace sockdiag::testing
