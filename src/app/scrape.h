#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "app/collector_log.h"
#include "app/pipeline.h"
#include "collect/single_flight.h"
#include "exposition/families.h"

namespace sockdiag {

/// What one collection gave, and the text that /metrics serves of it.
struct Scrape {
  Exposition exposition;
  std::shared_ptr<const std::string> text;
};

/// Collects when asked, once for all who ask at the same time. Any thread may use it.
class ScrapeService {
 public:
  /// All must outlive this.
  ScrapeService(Pipeline& pipeline, CollectorLog& log);

  /// Blocks while the collectors run.
  [[nodiscard]] std::shared_ptr<const Scrape> Get() { return flight_.Get(); }

  /// Whether any collection so far had a collector that succeeded, or none that could fail.
  [[nodiscard]] bool HasCollected() const { return has_collected_; }

 private:
  [[nodiscard]] Scrape Collect();

  Pipeline& pipeline_;
  CollectorLog& log_;
  std::atomic<bool> has_collected_ = false;
  SingleFlight<Scrape> flight_;
};

}  // namespace sockdiag
