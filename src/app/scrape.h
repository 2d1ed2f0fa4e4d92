#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "app/failure_log.h"
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
  ScrapeService(Pipeline& pipeline, const Log& log, const Clock& clock);

  /// Blocks while the collectors run.
  [[nodiscard]] std::shared_ptr<const Scrape> Get() { return flight_.Get(); }

  /// Whether sockets were dumped so far, if any are to be.
  [[nodiscard]] bool HasCollected() const { return has_collected_; }

 private:
  [[nodiscard]] Scrape Collect();
  void Tell(const std::vector<CollectorReport>& reports);

  Pipeline& pipeline_;
  const Log& log_;
  FailureLog failures_;
  std::atomic<bool> has_collected_ = false;
  SingleFlight<Scrape> flight_;
};

}  // namespace sockdiag
