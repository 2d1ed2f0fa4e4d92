#include "collectors/scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

#include "base/guard.h"

namespace sockdiag {
namespace {

/// What one run of a collector came to.
struct Outcome {
  Findings findings;
  CollectorReport report;
};
/// Of all collectors of one runner.
using Outcomes = std::vector<Outcome>;
using SharedOutcomes = std::shared_future<std::shared_ptr<const Outcomes>>;

}  // namespace

void RunInThread(std::function<void()> run) { std::thread(std::move(run)).detach(); }

/// One runner's part of a collection.
struct Scheduler::Part {
  std::vector<std::string> collectors;
  Clock::TimePoint since;
  SharedOutcomes outcomes;

  [[nodiscard]] bool HasEnded() const {
    return outcomes.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
};

/// Runs collectors one after the other in one thread; any thread may use it.
class Scheduler::Runner {
 public:
  Runner(const Clock& clock, RunStarter start) : clock_(clock), start_(std::move(start)) {}
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return !running_since_; });
  }

  void Add(std::unique_ptr<Collector> collector) { collectors_.push_back(std::move(collector)); }

  /// The run under way, else a new one. What a collector throws is its error.
  [[nodiscard]] Part Run();
  /// A new one in this thread; one thread at a time.
  [[nodiscard]] Part RunHere();

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& collector : collectors_) names.emplace_back(collector->name());
    return names;
  }
  [[nodiscard]] bool Runs(std::string_view collector) const {
    return std::ranges::any_of(collectors_,
                               [&](const auto& one) { return one->name() == collector; });
  }
  [[nodiscard]] std::optional<Clock::TimePoint> running_since() const {
    const std::lock_guard lock(mutex_);
    return running_since_;
  }
  [[nodiscard]] bool WaitForRun(std::chrono::milliseconds grace) const {
    std::unique_lock lock(mutex_);
    const std::uint64_t under_way = runs_;
    return ended_.wait_for(lock, grace, [&] { return !running_since_ || runs_ != under_way; });
  }

 private:
  void Collect(Outcomes& outcomes) noexcept;
  void Collect(Collector& collector, Outcome& outcome) noexcept;
  [[nodiscard]] std::shared_ptr<Outcomes> NewOutcomes() const;
  /// The last that a run does with this object.
  void End();

  std::vector<std::unique_ptr<Collector>> collectors_;
  const Clock& clock_;
  const RunStarter start_;
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  /// Started so far.
  std::uint64_t runs_ = 0;
  std::optional<Clock::TimePoint> running_since_;
  SharedOutcomes under_way_;
};

Scheduler::Part Scheduler::Runner::Run() {
  std::unique_lock lock(mutex_);
  if (running_since_) return {names(), *running_since_, under_way_};
  // Shared with the run, which must not touch this object any more when it gives the outcomes out.
  const auto promise = std::make_shared<std::promise<std::shared_ptr<const Outcomes>>>();
  const auto outcomes = NewOutcomes();
  Part part{names(), clock_.Now(), promise->get_future().share()};
  running_since_ = part.since;
  ++runs_;
  under_way_ = part.outcomes;
  lock.unlock();
  try {
    start_([this, promise, outcomes] {
      Collect(*outcomes);
      End();
      promise->set_value(outcomes);
    });
  } catch (const std::system_error& error) {
    End();
    for (Outcome& outcome : *outcomes) {
      outcome.report.error = std::string("cannot start a thread: ") + error.what();
    }
    promise->set_value(outcomes);
  } catch (...) {
    End();
    promise->set_exception(std::current_exception());
  }
  return part;
}

Scheduler::Part Scheduler::Runner::RunHere() {
  std::promise<std::shared_ptr<const Outcomes>> promise;
  const auto outcomes = NewOutcomes();
  Part part{names(), clock_.Now(), promise.get_future().share()};
  Collect(*outcomes);
  promise.set_value(outcomes);
  return part;
}

std::shared_ptr<Outcomes> Scheduler::Runner::NewOutcomes() const {
  auto outcomes = std::make_shared<Outcomes>(collectors_.size());
  for (std::size_t i = 0; i < collectors_.size(); ++i) {
    (*outcomes)[i].report.collector = collectors_[i]->name();
  }
  return outcomes;
}

/// In a thread that nothing may leave.
void Scheduler::Runner::Collect(Outcomes& outcomes) noexcept {
  for (std::size_t i = 0; i < collectors_.size(); ++i) Collect(*collectors_[i], outcomes[i]);
}

void Scheduler::Runner::Collect(Collector& collector, Outcome& outcome) noexcept {
  const Clock::TimePoint start = clock_.Now();
  Result<void> result;
  Result<void> survived = Guard([&] { result = collector.Collect(outcome.findings); });
  if (!survived) {
    outcome.findings = {};
    result = std::move(survived);
  }
  if (!result) outcome.report.error = std::move(result.error().message);
  outcome.report.lack = outcome.findings.lack;
  outcome.report.seconds = std::chrono::duration<double>(clock_.Now() - start).count();
}

/// Before the outcomes are given out: whoever has it and asks again must get a newer one.
void Scheduler::Runner::End() {
  const std::lock_guard lock(mutex_);
  running_since_.reset();
  under_way_ = {};
  ended_.notify_all();
}

/// A collection that is shared by all who ask for one before it is whole.
struct Scheduler::Flight {
  /// Whether it is whole, at the latest at the deadline; without one it waits for all of it.
  [[nodiscard]] bool WaitUntil(std::optional<Clock::TimePoint> deadline) const {
    return std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
      if (deadline) return part.outcomes.wait_until(*deadline) == std::future_status::ready;
      part.outcomes.wait();
      return true;
    });
  }

  std::vector<Part> parts;
  std::mutex mutex;
  std::shared_ptr<const Collection> whole;
};

Scheduler::Scheduler(std::vector<std::unique_ptr<Collector>> collectors, Completion complete,
                     const Clock& clock, const RunStarter& start)
    : complete_(std::move(complete)), clock_(clock) {
  const auto make_runner = [&] { return std::make_unique<Runner>(clock, start); };
  Runner* shared = nullptr;
  for (std::unique_ptr<Collector>& collector : collectors) {
    if (collector->runs_in() == RunsIn::kLast) {
      if (!last_) last_ = make_runner();
      last_->Add(std::move(collector));
    } else if (collector->runs_in() == RunsIn::kSharedThread && shared != nullptr) {
      shared->Add(std::move(collector));
    } else {
      runners_.push_back(make_runner());
      if (collector->runs_in() == RunsIn::kSharedThread) shared = runners_.back().get();
      runners_.back()->Add(std::move(collector));
    }
  }
}

Scheduler::~Scheduler() = default;

std::shared_ptr<const Collection> Scheduler::Collect(std::optional<Clock::TimePoint> deadline) {
  const std::shared_ptr<Flight> flight = Join();
  if (!flight) return nullptr;
  ++waiting_;
  const bool is_whole = flight->WaitUntil(deadline);
  --waiting_;
  // Also a flight that is not whole: who comes later must not get what is old by then.
  CloseFlight(flight);
  return is_whole ? Whole(*flight) : Assemble(*flight);
}

/// Starts every collector that does not run already.
std::shared_ptr<Scheduler::Flight> Scheduler::Join() {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return nullptr;
  if (open_) return open_;
  auto flight = std::make_shared<Flight>();
  for (const std::unique_ptr<Runner>& runner : runners_) {
    flight->parts.push_back(runner->Run());
  }
  open_ = std::move(flight);
  return open_;
}

void Scheduler::Close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  open_.reset();
}

void Scheduler::CloseFlight(const std::shared_ptr<Flight>& flight) {
  const std::lock_guard lock(mutex_);
  if (open_ == flight) open_.reset();
}

/// The first one makes it for all.
std::shared_ptr<const Collection> Scheduler::Whole(Flight& flight) {
  const std::lock_guard lock(flight.mutex);
  if (!flight.whole) flight.whole = Assemble(flight);
  return flight.whole;
}

std::shared_ptr<const Collection> Scheduler::Assemble(const Flight& flight) {
  auto collection = std::make_shared<Collection>();
  std::vector<std::shared_ptr<const Findings>> findings;
  for (const Part& part : flight.parts) AddPart(part, findings, *collection);
  const std::lock_guard lock(completion_mutex_);
  if (last_) AddPart(last_->RunHere(), findings, *collection);
  complete_(findings, *collection);
  return collection;
}

void Scheduler::AddPart(const Part& part, std::vector<std::shared_ptr<const Findings>>& findings,
                        Collection& collection) const {
  if (part.HasEnded()) {
    const std::shared_ptr<const Outcomes> outcomes = part.outcomes.get();
    for (const Outcome& outcome : *outcomes) {
      findings.emplace_back(outcomes, &outcome.findings);
      AddReport(outcome.report, collection);
    }
    return;
  }
  const std::chrono::duration<double> age = clock_.Now() - part.since;
  for (const std::string& collector : part.collectors) {
    findings.emplace_back();
    AddReport({collector, age.count(), "not done in time"}, collection);
  }
}

void Scheduler::AddReport(CollectorReport report, Collection& collection) {
  collection.samples.Add(kSuccess, report.Succeeded() ? 1 : 0, report.collector);
  collection.samples.Add(kDuration, report.seconds, report.collector);
  collection.collectors.push_back(std::move(report));
}

std::optional<Clock::TimePoint> Scheduler::running_since() const {
  std::optional<Clock::TimePoint> earliest;
  for (const std::unique_ptr<Runner>& runner : runners_) {
    const std::optional<Clock::TimePoint> since = runner->running_since();
    if (since && (!earliest || *since < *earliest)) earliest = since;
  }
  return earliest;
}

bool Scheduler::WaitForRuns(std::chrono::milliseconds grace, std::string_view collector) const {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  return std::all_of(runners_.begin(), runners_.end(), [&](const auto& runner) {
    if (!collector.empty() && !runner->Runs(collector)) return true;
    const auto left = deadline - std::chrono::steady_clock::now();
    return runner->WaitForRun(std::chrono::ceil<std::chrono::milliseconds>(left));
  });
}

}  // namespace sockdiag
