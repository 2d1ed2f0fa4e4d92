#pragma once

#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/namespaces.h"
#include "collectors/scheduler.h"
#include "collectors/socket_memory.h"
#include "config/config.h"
#include "inspect/inspection.h"
#include "inspect/query.h"
#include "inspect/socket_filter.h"
#include "metrics/samples.h"
#include "netlink/transport.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/services_database.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/sampler.h"

namespace sockdiag {

/// What a pipeline needs from outside, and what outlives it.
struct PipelineEnvironment {
  /// Called for each collector and for the sampler, which dump at the same time.
  std::function<std::unique_ptr<SocketSource>()> open_source;
  const Clock& clock;
  SocketMemory& memory;
  /// Gets the outcome of each sample; see Sampler.
  std::function<void(const std::string& error)> on_sample;
  /// Called by any thread.
  EphemeralPortsReader ephemeral_ports;
  /// Null where there are none to be had; looked for as the configuration says.
  Owners* owners = nullptr;
  /// The configuration says the budget.
  NamespaceReach namespaces = {};
  /// Called by any thread. A test has none.
  NetlinkOpener open_netlink = [](int) { return tl::unexpected(ENOSYS); };
  /// For more than one collection. One alone takes all turns of namespaces, for as long as that
  /// takes, instead of within the budget.
  bool is_used_again = true;
  /// Adds what is shown besides the collectors' findings. Called by any thread.
  std::function<void(Samples&)> show_self = [](Samples&) {};
  RunStarter start = RunInThread;
};

/// What one configuration runs: its collectors and the sampler beside them.
class Pipeline {
 public:
  /// What `environment` refers to must outlive the pipeline.
  Pipeline(const Config& config, const ServicesDatabase& database,
           const PipelineEnvironment& environment);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// From now on what is remembered follows this configuration. When it throws, for want of memory,
  /// nothing has changed. Before the first collection that is to count.
  void TakeEffect();

  /// See Scheduler; null after Stop(). Any thread may call it.
  [[nodiscard]] std::shared_ptr<const Collection> Collect(
      std::optional<Clock::TimePoint> deadline = std::nullopt) {
    return scheduler_.Collect(deadline);
  }
  /// How many wait for a collection right now.
  [[nodiscard]] int waiting() const { return scheduler_.waiting(); }

  /// Looks at the sockets for these queries. Any thread may call it.
  [[nodiscard]] Result<Inspection> Inspect(std::span<const Query> queries) const;
  /// What sockets in its answers are called.
  [[nodiscard]] SocketNames names() const { return {memory_.names(), owners_}; }

  /// Starts the sampler, when the configuration wants one. Throws std::system_error when there is
  /// no thread to be had.
  void StartSampling();
  /// False when a dump of the watched sockets, by the sampler or a collector, that is under way now
  /// still is after `grace`.
  [[nodiscard]] bool WaitForDumps(std::chrono::milliseconds grace) const;
  /// Stops the sampler and starts no collector any more. False when it or a collector still runs
  /// after `grace`: then it must not be destroyed, as that would wait for them.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

  /// When the longest dump under way began; nothing when there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> running_since() const;

 private:
  /// Names what was counted, and puts all into order.
  void Complete(const std::vector<std::shared_ptr<const Findings>>& findings,
                Collection& collection) const;

  SocketMemory& memory_;
  /// Null where they are not looked for.
  Owners* const owners_;
  const bool collects_drops_;
  const bool collects_namespaces_;
  const std::function<void(Samples&)> show_self_;
  const std::function<std::unique_ptr<SocketSource>()> open_source_;
  const EphemeralPortsReader ephemeral_ports_;
  const std::vector<const Metric*> order_;
  const std::shared_ptr<const ServiceMatcher> matcher_;
  const SocketMemory::Settings settings_;
  /// Of the sampler.
  const std::unique_ptr<SocketSource> source_;
  Scheduler scheduler_;
  /// Null when it is turned off.
  std::unique_ptr<Sampler> sampler_;
};

}  // namespace sockdiag
