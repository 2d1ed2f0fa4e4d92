#include "app/scrape.h"

#include <malloc.h>

#include <utility>

namespace sockdiag {
namespace {

/// A host with very many ports in use makes a collection take megabytes for a moment; the allocator
/// would keep them.
void GiveMemoryBack() {
  constexpr std::size_t kWorthwhile = 2 << 20;
  if (mallinfo2().fordblks > kWorthwhile) malloc_trim(0);
}

}  // namespace

ScrapeService::ScrapeService(Pipeline& pipeline, const Log& log, const Clock& clock)
    : pipeline_(pipeline),
      log_(log),
      failures_("collector", log, clock),
      flight_([this] { return Collect(); }) {}

Scrape ScrapeService::Collect() {
  Scrape scrape;
  Exposition& exposition = scrape.exposition;
  exposition.collection = pipeline_.Collect();
  exposition.process = ReadProcessStats();
  exposition.build = CurrentBuild();
  scrape.text = std::make_shared<const std::string>(ToText(ToFamilies(exposition)));
  Tell(exposition.collection.collectors);
  const bool has_socket_collector = !exposition.collection.dump_errors.empty();
  if (!exposition.collection.dumps.empty() || !has_socket_collector) has_collected_ = true;
  GiveMemoryBack();
  return scrape;
}

void ScrapeService::Tell(const std::vector<CollectorReport>& reports) {
  for (const CollectorReport& report : reports) {
    failures_.Note(report.error, {{"collector", report.collector}});
    log_.Debug("collected", {{"collector", report.collector},
                             {"success", report.Succeeded() ? "true" : "false"},
                             {"seconds", std::to_string(report.seconds)}});
  }
}

}  // namespace sockdiag
