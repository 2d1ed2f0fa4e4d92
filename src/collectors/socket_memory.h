#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/protocol.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/service_names.h"
#include "sockets/naming/shown_ports.h"
#include "sockets/naming/shown_services.h"
#include "sockets/source/dump_errors.h"
#include "sockets/tally/socket_tallies.h"
#include "sockets/watch/state_watch.h"
#include "sockets/watch/watch_figures.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// What is remembered of sockets for as long as the program runs, whatever the configuration: the
/// names and which of them have a place, listeners that have gone, ages, counters and peaks. From
/// it and the tallies of one collection it makes what is shown. Any thread may use it.
class SocketMemory {
 public:
  static constexpr Metric kFoldedKeys{
      "sockdiag_folded_keys",
      kGauge,
      {"limit"},
      "Names that did not fit the limit and are counted under other."};
  static constexpr std::array kMetrics{&kFoldedKeys};

  /// What a configuration says of it.
  struct Settings {
    Limits limits;
    /// No states when nothing is watched.
    WatchOptions watch;
    std::vector<ServiceMatcher::Configured> configured;
    /// From NewGeneration().
    std::uint64_t generation = 0;
  };

  /// The tallies of one collection: null where a dump failed, and `is_collected` says whether there
  /// should have been one. By Protocol.
  struct Round {
    /// Of the configuration that counted.
    std::uint64_t generation = 0;
    std::array<std::shared_ptr<const SocketTallies>, kProtocols.size()> tallies;
    std::array<bool, kProtocols.size()> is_collected{};

    [[nodiscard]] bool IsComplete() const;
  };

  /// The clock must outlive this.
  explicit SocketMemory(const Clock& clock)
      : clock_(clock), shown_{ShownServices(names_), {}, {}}, watch_(clock) {}

  /// A number that no other configuration has.
  [[nodiscard]] std::uint64_t NewGeneration() { return ++last_generation_; }
  /// From now on other settings hold. When it throws, for want of memory, nothing has changed.
  void Configure(const Settings& settings);

  /// Adds what is shown of one collection. One that a configuration before has counted is shown and
  /// leaves no trace. When this throws, for want of memory, what the watch reports is not counted
  /// yet.
  void Show(const Round& round, Samples& samples);

  [[nodiscard]] ServiceNames& names() { return names_; }
  [[nodiscard]] StateWatch& watch() { return watch_; }
  [[nodiscard]] ListenerMemory& listeners(Protocol protocol) { return listeners_[Index(protocol)]; }
  /// Counts for as long as the program runs.
  [[nodiscard]] DumpErrors& errors() { return errors_; }

 private:
  /// What each collection that is shown leaves to the next.
  struct Shown {
    ShownServices services;
    /// By Protocol.
    std::array<ShownPorts, kProtocols.size()> ports;
    WatchFiguresByName watch;
  };

  /// Who has a place, and which rows are shown; how many services have none.
  static std::size_t SettleNames(const Round& round, const WatchReport& report,
                                 Clock::TimePoint now, ShownServices& services);
  void Show(const Round& round, const WatchReport& report, Shown& shown, Samples& samples) const;

  const Clock& clock_;
  std::atomic<std::uint64_t> last_generation_ = 0;
  ServiceNames names_;
  DumpErrors errors_;
  /// Held while something is shown.
  std::mutex mutex_;
  /// Of the configuration in force.
  std::uint64_t generation_ = 0;
  Shown shown_;
  StateWatch watch_;
  /// By Protocol.
  std::array<ListenerMemory, kProtocols.size()> listeners_{ListenerMemory(Protocol::kTcp),
                                                           ListenerMemory(Protocol::kUdp)};
};

}  // namespace sockdiag
