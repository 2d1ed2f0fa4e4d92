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
using SharedOutcome = std::shared_future<std::shared_ptr<const Outcome>>;

/// Whatever the kernel may have named twice, the other figures of the host do not go with it.
void LeaveOutRepeated(Findings& findings) {
  const std::string repeated = findings.samples.TakeAwayRepeated();
  if (repeated.empty()) return;
  if (!findings.lack.empty()) findings.lack += "; ";
  findings.lack += "of samples with the same labels only the first one is shown: " + repeated;
}

}  // namespace

void RunInThread(std::function<void()> run) { std::thread(std::move(run)).detach(); }

/// One collector's part of a collection.
struct Scheduler::Part {
  std::string collector;
  Clock::TimePoint since;
  SharedOutcome outcome;

  [[nodiscard]] bool HasEnded() const {
    return outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
};

/// One run of a collector. Shared with whoever waits for it, as it must not touch its runner any
/// more when it gives the outcome out.
struct Scheduler::Run {
  std::promise<std::shared_ptr<const Outcome>> promise;
  const std::shared_ptr<Outcome> outcome = std::make_shared<Outcome>();
  /// By the thread that makes it. Behind one that hangs it waits in vain, and goes to another one.
  std::atomic<bool> is_taken = false;

  [[nodiscard]] bool Take() { return !is_taken.exchange(true); }
};

/// A run that a thread may take.
struct Scheduler::Job {
  Runner* runner;
  std::shared_ptr<Run> run;
};

/// Runs one collector; any thread may use it.
class Scheduler::Runner {
 public:
  Runner(std::unique_ptr<Collector> collector, const Clock& clock)
      : collector_(std::move(collector)), clock_(clock) {}
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() {
    std::unique_lock lock(mutex_);
    if (under_way_.run && under_way_.run->Take()) return;
    ended_.wait(lock, [this] { return !running_since_; });
  }

  /// The run under way, else a new one; among the jobs, too, while no thread has taken it.
  [[nodiscard]] Part Prepare(std::vector<Job>& jobs);
  /// Makes the run, unless another thread does. What a collector throws is its error.
  void Make(Run& run);
  /// There was no thread for it.
  void Fail(Run& run, const std::string& error);
  void Fail(Run& run, std::exception_ptr error);
  /// A new one in this thread; one thread at a time.
  [[nodiscard]] Part RunHere();

  [[nodiscard]] std::string name() const { return std::string(collector_->name()); }
  [[nodiscard]] RunsIn runs_in() const { return collector_->runs_in(); }
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
  void Collect(Outcome& outcome) noexcept;
  /// The last that a run does with this object.
  void End();

  const std::unique_ptr<Collector> collector_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  /// Started so far.
  std::uint64_t runs_ = 0;
  std::optional<Clock::TimePoint> running_since_;
  struct UnderWay {
    std::shared_ptr<Run> run;
    SharedOutcome outcome;
  };
  UnderWay under_way_;
};

Scheduler::Part Scheduler::Runner::Prepare(std::vector<Job>& jobs) {
  const std::lock_guard lock(mutex_);
  if (running_since_) {
    if (!under_way_.run->is_taken) jobs.push_back({this, under_way_.run});
    return {name(), *running_since_, under_way_.outcome};
  }
  UnderWay next{std::make_shared<Run>(), {}};
  next.run->outcome->report.collector = name();
  next.outcome = next.run->promise.get_future().share();
  Part part{name(), clock_.Now(), next.outcome};
  jobs.push_back({this, next.run});
  under_way_ = std::move(next);
  running_since_ = part.since;
  ++runs_;
  return part;
}

void Scheduler::Runner::Make(Run& run) {
  if (!run.Take()) return;
  Collect(*run.outcome);
  End();
  run.promise.set_value(run.outcome);
}

void Scheduler::Runner::Fail(Run& run, const std::string& error) {
  if (!run.Take()) return;
  run.outcome->report.error = error;
  End();
  run.promise.set_value(run.outcome);
}

void Scheduler::Runner::Fail(Run& run, std::exception_ptr error) {
  if (!run.Take()) return;
  End();
  run.promise.set_exception(std::move(error));
}

Scheduler::Part Scheduler::Runner::RunHere() {
  std::promise<std::shared_ptr<const Outcome>> promise;
  const auto outcome = std::make_shared<Outcome>();
  outcome->report.collector = name();
  Part part{name(), clock_.Now(), promise.get_future().share()};
  Collect(*outcome);
  promise.set_value(outcome);
  return part;
}

/// In a thread that nothing may leave.
void Scheduler::Runner::Collect(Outcome& outcome) noexcept {
  const Clock::TimePoint start = clock_.Now();
  Result<void> result;
  Result<void> survived = Guard([&] {
    result = collector_->Collect(outcome.findings);
    LeaveOutRepeated(outcome.findings);
  });
  if (!survived) {
    outcome.findings = {};
    result = std::move(survived);
  }
  if (!result) outcome.report.error = std::move(result.error().message);
  outcome.report.lack = outcome.findings.lack;
  outcome.report.is_beyond_limit = outcome.findings.is_beyond_limit;
  outcome.report.is_denied = outcome.findings.is_denied;
  outcome.report.seconds = std::chrono::duration<double>(clock_.Now() - start).count();
}

/// Before the outcome is given out: whoever has it and asks again must get a newer one.
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
      if (deadline) return part.outcome.wait_until(*deadline) == std::future_status::ready;
      part.outcome.wait();
      return true;
    });
  }

  std::vector<Part> parts;
  std::mutex mutex;
  std::shared_ptr<const Collection> whole;
};

Scheduler::Scheduler(std::vector<std::unique_ptr<Collector>> collectors, Completion complete,
                     const Clock& clock, const RunStarter& start)
    : complete_(std::move(complete)), clock_(clock), start_(start) {
  for (std::unique_ptr<Collector>& collector : collectors) {
    runners_.push_back(std::make_unique<Runner>(std::move(collector), clock));
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
  std::vector<Job> shared;
  for (const std::unique_ptr<Runner>& runner : runners_) {
    if (runner->runs_in() == RunsIn::kLast) continue;
    std::vector<Job> own;
    const bool is_shared = runner->runs_in() == RunsIn::kSharedThread;
    flight->parts.push_back(runner->Prepare(is_shared ? shared : own));
    Start(own);
  }
  Start(shared);
  open_ = std::move(flight);
  return open_;
}

/// One after the other, in one thread.
void Scheduler::Start(const std::vector<Job>& jobs) {
  if (jobs.empty()) return;
  try {
    start_([jobs] {
      for (const auto& [runner, run] : jobs) runner->Make(*run);
    });
  } catch (const std::system_error& error) {
    const std::string message = std::string("cannot start a thread: ") + error.what();
    for (const auto& [runner, run] : jobs) runner->Fail(*run, message);
  } catch (...) {
    for (const auto& [runner, run] : jobs) runner->Fail(*run, std::current_exception());
  }
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
  for (const std::unique_ptr<Runner>& runner : runners_) {
    if (runner->runs_in() == RunsIn::kLast) AddPart(runner->RunHere(), findings, *collection);
  }
  complete_(findings, *collection);
  return collection;
}

void Scheduler::AddPart(const Part& part, std::vector<std::shared_ptr<const Findings>>& findings,
                        Collection& collection) const {
  if (part.HasEnded()) {
    const std::shared_ptr<const Outcome> outcome = part.outcome.get();
    collection.collectors.push_back(outcome->report);
    findings.emplace_back(outcome, &outcome->findings);
  } else {
    const std::chrono::duration<double> age = clock_.Now() - part.since;
    collection.collectors.push_back({part.collector, age.count(), "not done in time"});
    findings.emplace_back();
  }
  const CollectorReport& report = collection.collectors.back();
  collection.samples.Add(kSuccess, report.Succeeded() ? 1 : 0, report.collector);
  collection.samples.Add(kDuration, report.seconds, report.collector);
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
    if (!collector.empty() && runner->name() != collector) return true;
    const auto left = deadline - std::chrono::steady_clock::now();
    return runner->WaitForRun(std::chrono::ceil<std::chrono::milliseconds>(left));
  });
}

}  // namespace sockdiag
