#include "app/scrape.h"

#include <malloc.h>

#include <utility>

#include "collectors/sockets.h"
#include "metrics/text.h"

namespace sockdiag {
namespace {

/// A host with very many ports in use makes a collection take megabytes for a moment; the allocator
/// would keep them.
void GiveMemoryBack() {
  constexpr std::size_t kWorthwhile = 2 << 20;
  if (mallinfo2().fordblks > kWorthwhile) malloc_trim(0);
}

bool HasDumpedWhatItShould(const Samples& samples) {
  const bool dumps_sockets = samples.Has(SocketsCollector::kDumpErrors);
  return samples.Has(SocketsCollector::kDumpDuration) || !dumps_sockets;
}

}  // namespace

void ScrapeService::Use(std::shared_ptr<Pipeline> pipeline) {
  pipeline->TakeEffect();
  const std::lock_guard lock(mutex_);
  pipeline_ = std::move(pipeline);
}

std::shared_ptr<Pipeline> ScrapeService::pipeline() const {
  const std::lock_guard lock(mutex_);
  return pipeline_;
}

std::shared_ptr<const Scrape> ScrapeService::Get(std::optional<Clock::TimePoint> deadline) {
  std::shared_ptr<const Scrape> scrape = Render(pipeline()->Collect(deadline));
  GiveMemoryBack();
  return scrape;
}

std::shared_ptr<const Scrape> ScrapeService::Render(std::shared_ptr<const Collection> collection) {
  const std::lock_guard lock(rendering_mutex_);
  std::shared_ptr<const Scrape> last = last_.lock();
  if (last && last->collection == collection) return last;
  auto text = std::make_shared<const std::string>(ToText(collection->samples));
  Tell(*collection);
  if (HasDumpedWhatItShould(collection->samples)) has_collected_ = true;
  auto scrape = std::make_shared<const Scrape>(Scrape{std::move(collection), std::move(text)});
  last_ = scrape;
  return scrape;
}

void ScrapeService::Tell(const Collection& collection) {
  for (const CollectorReport& report : collection.collectors) {
    failures_.Note(report.error, {{"collector", report.collector}});
    log_.Debug("collected", {{"collector", report.collector},
                             {"success", report.Succeeded() ? "true" : "false"},
                             {"seconds", std::to_string(report.seconds)}});
  }
}

}  // namespace sockdiag
