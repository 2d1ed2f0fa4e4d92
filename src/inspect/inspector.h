#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "inspect/inspection.h"
#include "inspect/query.h"

namespace sockdiag {

/// One look at the sockets, for all who asked for it.
struct Look {
  std::vector<Query> queries;
  /// In their order.
  Inspection inspection;
  /// When it began, and how long it took.
  Clock::TimePoint at;
  Clock::Duration duration{};
  /// Of CPU time.
  std::chrono::nanoseconds cost{0};

  /// Null when nobody asked this.
  [[nodiscard]] const Answer* Find(const Query& query) const;
};

/// Looks at the sockets for whoever asks, at bounded cost: one dump serves all who ask meanwhile,
/// the next one begins kLeastBetween later at the soonest, and later where the dumps would cost
/// more than their share of a core. Who asks what was just answered gets the same. Nothing runs
/// while nobody asks. Any thread may use it.
class Inspector {
 public:
  static constexpr std::chrono::seconds kLeastBetween{5};
  /// Of different queries that one dump answers.
  static constexpr std::size_t kMaxQueries = 8;

  struct Environment {
    /// Looks, once at a time.
    std::function<Result<Inspection>(std::span<const Query>)> look;
    /// CPU time of the calling thread, in which the kernel walks its tables.
    std::function<std::chrono::nanoseconds()> cpu_clock;
    /// Sleeps, or is a test.
    std::function<void(Clock::Duration)> wait;
    /// Share of one core, 0..1.
    double cpu_budget = 0.05;
    const Clock& clock;
  };

  enum class Refusal {
    /// More is asked than is answered at once; to be tried again.
    kBusy,
    kFailed
  };
  struct Problem {
    Refusal refusal;
    std::string message;
  };
  using Answered = tl::expected<std::shared_ptr<const Look>, Problem>;

  explicit Inspector(Environment environment) : environment_(std::move(environment)) {}

  /// A look that has this query's answer. Waits until it may begin, and for its end.
  [[nodiscard]] Answered Ask(const Query& query);
  /// How many wait for a look right now, its own askers included.
  [[nodiscard]] int waiting() const { return waiting_; }

 private:
  /// Who asks for the next look.
  struct Batch {
    std::vector<Query> queries;
    std::promise<Answered> promise;
    std::shared_future<Answered> answered{promise.get_future()};
  };

  [[nodiscard]] std::shared_ptr<const Look> Recent(const Query& query) const;
  /// Who comes first looks for all of the batch.
  void Lead(const std::shared_ptr<Batch>& batch);
  void WaitForTurn();
  [[nodiscard]] Answered LookFor(const std::vector<Query>& queries);

  const Environment environment_;
  /// Held by who waits for a look to begin, or looks.
  std::mutex turn_;
  mutable std::mutex mutex_;
  /// Null when nobody waits for it.
  std::shared_ptr<Batch> next_;
  std::shared_ptr<const Look> last_;
  std::atomic<int> waiting_ = 0;
};

}  // namespace sockdiag
