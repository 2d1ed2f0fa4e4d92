#pragma once

#include <memory>

#include "base/clock.h"
#include "collect/collection_run.h"
#include "config/config.h"
#include "diag/socket_source.h"
#include "services/service_matcher.h"
#include "services/services_database.h"

namespace sockdiag {

/// The way from the socket tables to a Collection, as the configuration wants it.
class Pipeline {
 public:
  /// The source and the clock must outlive the pipeline.
  Pipeline(const Config& config, const ServicesDatabase& database, SocketSource& source,
           const Clock& clock);

  /// One thread at a time.
  [[nodiscard]] Collection Collect() { return run_.Collect(); }

 private:
  [[nodiscard]] std::vector<std::unique_ptr<Collector>> MakeCollectors(const Config& config,
                                                                       SocketSource& source,
                                                                       const Clock& clock) const;

  ServiceMatcher matcher_;
  CollectionRun run_;
};

}  // namespace sockdiag
