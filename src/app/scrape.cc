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

struct ScrapeService::Flight {
  explicit Flight(std::shared_ptr<Pipeline> the_pipeline)
      : pipeline(std::move(the_pipeline)), round(pipeline->Begin()) {}

  const std::shared_ptr<Pipeline> pipeline;
  const CollectionRound round;
  std::mutex mutex;
  std::shared_ptr<const Scrape> whole;
};

ScrapeService::ScrapeService(std::shared_ptr<Pipeline> pipeline, ReloadStatusReader reloads,
                             const Log& log, const Clock& clock)
    : reloads_(std::move(reloads)),
      log_(log),
      failures_("collector", log, clock),
      pipeline_(std::move(pipeline)) {}

void ScrapeService::Use(std::shared_ptr<Pipeline> pipeline) {
  const std::lock_guard lock(mutex_);
  pipeline_ = std::move(pipeline);
  open_.reset();
}

std::shared_ptr<Pipeline> ScrapeService::pipeline() const {
  const std::lock_guard lock(mutex_);
  return pipeline_;
}

std::shared_ptr<ScrapeService::Flight> ScrapeService::Join() {
  const std::lock_guard lock(mutex_);
  if (!open_) open_ = std::make_shared<Flight>(pipeline_);
  return open_;
}

void ScrapeService::Close(const std::shared_ptr<Flight>& flight) {
  const std::lock_guard lock(mutex_);
  if (open_ == flight) open_.reset();
}

std::shared_ptr<const Scrape> ScrapeService::Get(std::optional<Clock::TimePoint> deadline) {
  std::shared_ptr<Flight> flight = Join();
  ++waiting_;
  const bool is_whole = flight->round.WaitUntil(deadline);
  --waiting_;
  // Also a flight that is not whole: who comes later must not get what is old by then.
  Close(flight);
  std::shared_ptr<const Scrape> scrape =
      is_whole ? Whole(*flight) : std::make_shared<const Scrape>(Assemble(*flight));
  flight.reset();
  GiveMemoryBack();
  return scrape;
}

/// The first one makes it for all.
std::shared_ptr<const Scrape> ScrapeService::Whole(Flight& flight) {
  const std::lock_guard lock(flight.mutex);
  if (!flight.whole) flight.whole = std::make_shared<const Scrape>(Assemble(flight));
  return flight.whole;
}

Scrape ScrapeService::Assemble(Flight& flight) {
  Scrape scrape;
  Exposition& exposition = scrape.exposition;
  exposition.collection = flight.pipeline->Assemble(flight.round);
  exposition.process = ReadProcessStats();
  exposition.build = CurrentBuild();
  exposition.reloads = reloads_();
  scrape.text = std::make_shared<const std::string>(ToText(ToFamilies(exposition)));
  Tell(exposition.collection.collectors);
  const bool has_socket_collector = !exposition.collection.dump_errors.empty();
  if (!exposition.collection.dumps.empty() || !has_socket_collector) has_collected_ = true;
  return scrape;
}

void ScrapeService::Tell(const std::vector<CollectorReport>& reports) {
  const std::lock_guard lock(failures_mutex_);
  for (const CollectorReport& report : reports) {
    failures_.Note(report.error, {{"collector", report.collector}});
    log_.Debug("collected", {{"collector", report.collector},
                             {"success", report.Succeeded() ? "true" : "false"},
                             {"seconds", std::to_string(report.seconds)}});
  }
}

}  // namespace sockdiag
