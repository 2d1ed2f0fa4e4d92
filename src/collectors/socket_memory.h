#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/clock.h"
#include "collectors/folded_keys.h"
#include "collectors/namespaces/namespace_memory.h"
#include "collectors/owner_sums.h"
#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/protocol.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/service_names.h"
#include "sockets/naming/shown_owners.h"
#include "sockets/naming/shown_ports.h"
#include "sockets/naming/shown_services.h"
#include "sockets/source/dump_errors.h"
#include "sockets/tally/socket_tallies.h"
#include "sockets/watch/drop_watch.h"
#include "sockets/watch/drops_by_port.h"
#include "sockets/watch/socket_drops.h"
#include "sockets/watch/state_watch.h"
#include "sockets/watch/watch_figures.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// What is remembered of sockets for as long as the program runs, whatever the configuration: the
/// names and which of them have a place, listeners that have gone, ages, counters and peaks. From
/// it and the tallies of one collection it makes what is shown. Any thread may use it.
class SocketMemory {
 public:
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
  /// should have been one. By Protocol; and of other network namespaces.
  struct Round {
    /// Of the configuration that counted.
    std::uint64_t generation = 0;
    TalliesByProtocol tallies;
    ProtocolFlags is_collected{};
    /// Otherwise nothing is shown of them, in whichever namespace.
    bool are_drops_collected = true;
    std::shared_ptr<const NamespaceFindings> namespaces;
    bool are_namespaces_collected = false;
    /// Null where they are not looked for.
    const Owners* owners = nullptr;
  };

  /// The clock must outlive this.
  explicit SocketMemory(const Clock& clock)
      : clock_(clock),
        shown_{Scope(names_), Scope(names_), {}},
        watch_(clock),
        namespaces_(clock) {}

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
  /// Of all namespaces but our own.
  [[nodiscard]] NamespaceMemory& namespaces() { return namespaces_; }
  [[nodiscard]] ListenerMemory& listeners(Protocol protocol) { return listeners_[Index(protocol)]; }
  /// By Protocol.
  [[nodiscard]] std::span<ListenerMemory> listeners() { return listeners_; }
  [[nodiscard]] DropWatch& drops(Protocol protocol) { return drops_[Index(protocol)]; }
  /// Counts for as long as the program runs.
  [[nodiscard]] DumpErrors& errors() { return errors_; }
  /// Likewise.
  [[nodiscard]] SocketDrops<std::uint32_t>& packet_drops() { return packet_drops_; }
  [[nodiscard]] SocketDrops<std::uint32_t>& netlink_drops() { return netlink_drops_; }

 private:
  /// What each collection that is shown leaves to the next: of our own namespace, or of all others
  /// together.
  struct Scope {
    explicit Scope(const ServiceNames& names) : services(names) {}

    ShownServices services;
    /// By Protocol.
    std::array<ShownPorts, kProtocols.size()> ports;
  };
  /// What happened since each row was first shown, likewise.
  struct ScopeCounts {
    /// By Protocol.
    std::array<DropsByPort, kProtocols.size()> drops;
    WatchFiguresByName watch;
  };
  struct Counts {
    ScopeCounts own;
    ScopeCounts others;
    /// Of both.
    OwnerEvents owners;
  };
  struct Shown {
    Scope own;
    Scope others;
    /// Of both.
    ShownOwners owners;
  };
  /// What was counted in one of the scopes.
  struct Counted {
    const TalliesByProtocol& tallies;
    bool is_complete;
    bool are_drops_collected;
    const DropsByProtocol& drops;
    const WatchReport& report;
  };

  /// What happened since it was last counted, and the watch's latest figures.
  struct Uncounted {
    WatchReport report;
    /// Of protocols that were dumped.
    DropsByProtocol drops;
    /// Of other namespaces, likewise.
    NamespaceEvents namespaces;
  };

  /// Who has a place, and which rows are shown; how many services have none.
  static std::size_t SettleNames(const Counted& counted, Clock::TimePoint now,
                                 ShownServices& services);
  void ShowScope(const Counted& counted, Scope& scope, ScopeCounts& counts, Samples& samples) const;
  void ShowOwners(const Round& round, const Uncounted& uncounted, ShownOwners& owners,
                  OwnerEvents& counts, Samples& samples) const;
  void ShowNamespaces(const Round& round, const NamespaceEvents& uncounted, Scope& scope,
                      ScopeCounts& counts, Samples& samples) const;
  /// Adds what happened to the counts.
  void Show(const Round& round, const Uncounted& uncounted, Shown& shown, Counts& counts,
            Samples& samples) const;
  /// Of what is known of sockets in our own namespace.
  [[nodiscard]] Uncounted Report();
  /// Of both, without what this collection does not show: it is told with its listeners.
  [[nodiscard]] Uncounted Report(const Round& round);
  void MarkCounted(const Uncounted& uncounted) noexcept;

  const Clock& clock_;
  std::atomic<std::uint64_t> last_generation_ = 0;
  ServiceNames names_;
  DumpErrors errors_;
  SocketDrops<std::uint32_t> packet_drops_;
  SocketDrops<std::uint32_t> netlink_drops_;
  /// Held while something is shown.
  std::mutex mutex_;
  /// Of the configuration in force.
  std::uint64_t generation_ = 0;
  Shown shown_;
  Counts counts_;
  StateWatch watch_;
  /// By Protocol.
  std::array<DropWatch, kProtocols.size()> drops_;
  NamespaceMemory namespaces_;
  /// By Protocol.
  std::array<ListenerMemory, kProtocols.size()> listeners_{ListenerMemory(Protocol::kTcp),
                                                           ListenerMemory(Protocol::kUdp)};
};

}  // namespace sockdiag
