#include "app/scrape.h"

#include <utility>

namespace sockdiag {

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
