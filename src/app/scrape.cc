#include "app/scrape.h"

#include <malloc.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "collectors/sockets.h"

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

std::shared_ptr<const Collection> ScrapeService::Get(std::optional<Clock::TimePoint> deadline) {
  std::shared_ptr<Pipeline> asked = pipeline();
  std::shared_ptr<const Collection> collection = asked->Collect(deadline);
  // Null from one that was replaced a moment ago.
  while (!collection) {
    std::shared_ptr<Pipeline> next = pipeline();
    if (next == asked) throw std::runtime_error("the exporter is stopping");
    asked = std::move(next);
    collection = asked->Collect(deadline);
  }
  Tell(collection);
  if (HasDumpedWhatItShould(collection->samples)) has_collected_ = true;
  GiveMemoryBack();
  return collection;
}

void ScrapeService::Tell(const std::shared_ptr<const Collection>& collection) {
  const std::lock_guard lock(telling_mutex_);
  if (last_told_.lock() == collection) return;
  for (const CollectorReport& report : collection->collectors) {
    failures_.Note(report.error, {{"collector", report.collector}});
    TellLack(report);
    log_.Debug("collected", {{"collector", report.collector},
                             {"success", report.Succeeded() ? "true" : "false"},
                             {"seconds", std::to_string(report.seconds)}});
  }
  findings_.Note(collection->samples);
  last_told_ = collection;
}

void ScrapeService::TellLack(const CollectorReport& report) {
  std::string& told = told_lacks_[report.collector];
  if (!report.Succeeded() || told == report.lack) return;
  if (!report.lack.empty()) LogLack(report, log_);
  told = report.lack;
}

void LogLack(const CollectorReport& report, const Log& log) {
  constexpr const char* kMessage = "collector lacks figures";
  const Log::Fields fields{{"collector", report.collector}, {"lack", report.lack}};
  report.is_beyond_limit ? log.Warn(kMessage, fields) : log.Info(kMessage, fields);
}

}  // namespace sockdiag
