#include "collectors/collector_runner.h"

#include <exception>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace sockdiag {

void RunInThread(std::function<void()> run) { std::thread(std::move(run)).detach(); }

CollectorRunner::CollectorRunner(std::unique_ptr<Collector> collector, const Clock& clock,
                                 RunStarter start)
    : collector_(std::move(collector)), clock_(clock), start_(std::move(start)) {}

CollectorRunner::~CollectorRunner() {
  std::unique_lock lock(mutex_);
  landed_.wait(lock, [this] { return !running_since_; });
}

std::shared_future<CollectorRunner::Outcome> CollectorRunner::Run() {
  std::unique_lock lock(mutex_);
  if (running_since_) return under_way_;
  // Shared with the run, which must not touch this object any more when it gives the outcome out.
  const auto promise = std::make_shared<std::promise<Outcome>>();
  const auto outcome = std::make_shared<CollectorOutcome>();
  outcome->report.collector = name();
  std::shared_future<Outcome> future = promise->get_future().share();
  running_since_ = clock_.Now();
  under_way_ = future;
  lock.unlock();
  try {
    start_([this, promise, outcome] {
      const std::exception_ptr failure = Collect(*outcome);
      Land();
      failure ? promise->set_exception(failure) : promise->set_value(outcome);
    });
  } catch (const std::system_error& error) {
    Land();
    outcome->report.error = std::string("cannot start a thread: ") + error.what();
    promise->set_value(outcome);
  } catch (...) {
    Land();
    promise->set_exception(std::current_exception());
  }
  return future;
}

std::exception_ptr CollectorRunner::Collect(CollectorOutcome& outcome) noexcept {
  try {
    const Clock::TimePoint start = clock_.Now();
    try {
      const Result<void> result = collector_->Collect(outcome.findings);
      if (!result) outcome.report.error = result.error().message;
    } catch (const std::bad_alloc&) {
      outcome.findings = {};
      outcome.report.error = "out of memory";
    } catch (const std::exception& error) {
      outcome.findings = {};
      outcome.report.error = error.what();
    }
    const std::chrono::duration<double> duration = clock_.Now() - start;
    outcome.report.seconds = duration.count();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

/// Before the outcome is given out: whoever has it and asks again must get a newer one.
void CollectorRunner::Land() {
  const std::lock_guard lock(mutex_);
  running_since_.reset();
  under_way_ = {};
  landed_.notify_all();
}

std::optional<Clock::TimePoint> CollectorRunner::running_since() const {
  const std::lock_guard lock(mutex_);
  return running_since_;
}

bool CollectorRunner::WaitUntilIdle(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  return landed_.wait_for(lock, grace, [this] { return !running_since_; });
}

}  // namespace sockdiag
