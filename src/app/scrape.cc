#include "app/scrape.h"

#include <algorithm>
#include <utility>

namespace sockdiag {

ScrapeService::ScrapeService(Pipeline& pipeline, CollectorLog& log)
    : pipeline_(pipeline), log_(log), flight_([this] { return Collect(); }) {}

Scrape ScrapeService::Collect() {
  Scrape scrape;
  Exposition& exposition = scrape.exposition;
  exposition.collection = pipeline_.Collect();
  exposition.process = ReadProcessStats();
  exposition.build = CurrentBuild();
  scrape.text = std::make_shared<const std::string>(ToText(ToFamilies(exposition)));
  const std::vector<CollectorReport>& reports = exposition.collection.collectors;
  log_.Note(reports);
  const bool good = std::any_of(reports.begin(), reports.end(),
                                [](const CollectorReport& report) { return report.Succeeded(); });
  if (good || reports.empty()) has_collected_ = true;
  return scrape;
}

}  // namespace sockdiag
