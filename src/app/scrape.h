#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/pipeline.h"
#include "base/failure_log.h"
#include "metrics/families.h"

namespace sockdiag {

/// What one collection gave, and the text that /metrics serves of it.
struct Scrape {
  Exposition exposition;
  std::shared_ptr<const std::string> text;
};

/// Collects when asked, once for all who ask at the same time. Any thread may use it.
class ScrapeService {
 public:
  /// What is shown besides the collection.
  using ReloadStatusReader = std::function<ReloadStatuses()>;

  /// All must outlive this.
  ScrapeService(std::shared_ptr<Pipeline> pipeline, ReloadStatusReader reloads, const Log& log,
                const Clock& clock);

  /// Waits for the collectors until the deadline, or as long as they take when there is none. What
  /// is not done by then is shown as failed.
  [[nodiscard]] std::shared_ptr<const Scrape> Get(std::optional<Clock::TimePoint> deadline);

  /// How many wait for a collection right now.
  [[nodiscard]] int waiting() const { return waiting_; }
  /// Whether sockets were dumped so far, if any are to be.
  [[nodiscard]] bool HasCollected() const { return has_collected_; }

  /// From now on collections come from this one. Those under way keep theirs until they are done.
  void Use(std::shared_ptr<Pipeline> pipeline);
  /// The pipeline in use.
  [[nodiscard]] std::shared_ptr<Pipeline> pipeline() const;

 private:
  /// A collection that is shared by all who ask for one before it is whole.
  struct Flight;

  [[nodiscard]] std::shared_ptr<Flight> Join();
  /// Who comes from now on gets another one.
  void Close(const std::shared_ptr<Flight>& flight);
  [[nodiscard]] std::shared_ptr<const Scrape> Whole(Flight& flight);
  [[nodiscard]] Scrape Assemble(Flight& flight);
  void Tell(const std::vector<CollectorReport>& reports);
  void Tell(const ProcessStats& process);

  const ReloadStatusReader reloads_;
  const Log& log_;
  std::atomic<bool> has_collected_ = false;
  std::atomic<int> waiting_ = 0;
  std::mutex failures_mutex_;
  FailureLog failures_;
  FailureLog process_failures_;
  mutable std::mutex mutex_;
  std::shared_ptr<Pipeline> pipeline_;
  std::shared_ptr<Flight> open_;
};

}  // namespace sockdiag
