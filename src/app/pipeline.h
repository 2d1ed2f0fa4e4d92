#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "aggregate/state_watch.h"
#include "base/clock.h"
#include "collect/collection_run.h"
#include "collect/dump_errors.h"
#include "collect/sampler.h"
#include "config/config.h"
#include "diag/socket_source.h"
#include "services/service_matcher.h"
#include "services/services_database.h"

namespace sockdiag {

/// The way from the socket tables to a Collection, as the configuration wants it, and the sampler
/// beside it.
class Pipeline {
 public:
  /// What scrapes read from, and what the sampler does, at the same time and so on its own.
  struct Sources {
    SocketSource& scrapes;
    SocketSource& samples;
  };

  /// `on_sample` gets the outcome of each sample; see Sampler. Sources and clock must outlive the
  /// pipeline.
  Pipeline(const Config& config, const ServicesDatabase& database, const Sources& sources,
           const Clock& clock, Sampler::Listener on_sample);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// One thread at a time.
  [[nodiscard]] Collection Collect();
  /// Starts the sampler, when the configuration wants one.
  void StartSampling();
  /// False when a sample still runs after `grace`; see Sampler.
  [[nodiscard]] bool StopSampling(std::chrono::milliseconds grace);

 private:
  [[nodiscard]] std::vector<std::unique_ptr<Collector>> MakeCollectors(const Config& config,
                                                                       SocketSource& source,
                                                                       const Clock& clock);

  ServiceMatcher matcher_;
  DumpErrors errors_;
  /// Null when no state is watched.
  std::unique_ptr<StateWatch> watch_;
  CollectionRun run_;
  /// Null when it is turned off.
  std::unique_ptr<Sampler> sampler_;
};

}  // namespace sockdiag
