#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "collectors/collection_run.h"
#include "config/config.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/services_database.h"
#include "sockets/source/dump_errors.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/sampler.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// What a pipeline needs from outside, and what outlives it.
struct PipelineEnvironment {
  /// Called for each collector and for the sampler, which dump at the same time.
  std::function<std::unique_ptr<SocketSource>()> open_source;
  const Clock& clock;
  /// Counts for as long as the program runs, whatever the configuration.
  DumpErrors& errors;
  /// Gets the outcome of each sample; see Sampler.
  Sampler::Listener on_sample;
  /// Called by any thread.
  EphemeralPortsReader ephemeral_ports;
  RunStarter start = RunInThread;
};

/// The way from the socket tables to a Collection, as one configuration wants it, and the sampler
/// beside it.
class Pipeline {
 public:
  /// What `environment` refers to must outlive the pipeline.
  Pipeline(const Config& config, const ServicesDatabase& database,
           const PipelineEnvironment& environment);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Starts the collectors that do not run already. Any thread may call it, as the next one too.
  [[nodiscard]] CollectionRound Begin() { return run_.Begin(); }
  /// What is shown of the runs that have ended.
  [[nodiscard]] Collection Assemble(const CollectionRound& round);
  /// Begin(), wait for all, Assemble().
  [[nodiscard]] Collection Collect();

  /// Starts the sampler, when the configuration wants one. Throws std::system_error when there is
  /// no thread to be had.
  void StartSampling();
  /// The same, and goes on from what the pipeline of another configuration knows: ages, counters
  /// and names. False when a dump of that one does not end within `grace`. When it fails, or
  /// throws, the other one is as it was, and this one has not dumped anything.
  [[nodiscard]] bool StartFrom(Pipeline& before, std::chrono::milliseconds grace);
  /// Stops the sampler. False when it or a collector still runs after `grace`: then it must not be
  /// destroyed, as that would wait for them.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

  /// When the longest dump under way began; nothing when there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> running_since() const;

 private:
  [[nodiscard]] std::vector<std::unique_ptr<Collector>> MakeCollectors(
      const Config& config, const PipelineEnvironment& environment);
  [[nodiscard]] SocketSource& NewSource(const PipelineEnvironment& environment);

  ServiceMatcher matcher_;
  std::vector<std::unique_ptr<SocketSource>> sources_;
  /// Null when no state is watched.
  std::unique_ptr<StateWatch> watch_;
  CollectionRun run_;
  /// Null when it is turned off.
  std::unique_ptr<Sampler> sampler_;
};

}  // namespace sockdiag
