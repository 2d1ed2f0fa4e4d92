#include "sockets/watch/sampler.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "sockets/naming/classifier.h"

namespace sockdiag {
namespace {

/// Classifies what a sample dumps and shows it to the watch.
class WatchSink final : public SocketSink {
 public:
  WatchSink(Classifier classifier, StateWatch::Pass& pass)
      : classifier_(std::move(classifier)), pass_(pass) {}

  void Add(const SocketRecord& record) override {
    pass_.Observe(record, classifier_.Classify(record));
  }

 private:
  Classifier classifier_;
  StateWatch::Pass& pass_;
};

}  // namespace

Sampler::Sampler(const SamplerOptions& options, SocketSource& source, const ServiceMatcher& matcher,
                 StateWatch& watch, DumpErrors& errors, EphemeralPortsReader ephemeral_ports,
                 CpuClock cpu_clock, Listener listener, const Clock& clock)
    : options_(options),
      source_(source),
      matcher_(matcher),
      watch_(watch),
      errors_(errors),
      ephemeral_ports_(std::move(ephemeral_ports)),
      cpu_clock_(std::move(cpu_clock)),
      listener_(std::move(listener)),
      interval_(options.interval),
      clock_(clock) {}

std::chrono::nanoseconds Sampler::ThreadCpuTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Result<Sampler::Turn> Sampler::SampleOnce() {
  std::optional<StateWatch::Pass> pass = watch_.TryBegin();
  if (!pass) return Turn::kSkipped;
  const std::chrono::nanoseconds before = cpu_clock_();
  Result<Turn> result = Dump(*std::move(pass));
  const std::chrono::duration<double> cost = cpu_clock_() - before;
  const std::chrono::duration<double> affordable =
      std::min<std::chrono::duration<double>>(cost / options_.cpu_budget, kLongestInterval);
  interval_ = std::max(options_.interval, std::chrono::ceil<std::chrono::milliseconds>(affordable));
  return result;
}

Result<Sampler::Turn> Sampler::Dump(StateWatch::Pass pass) {
  WatchSink sink(Classifier(matcher_, ephemeral_ports_().range), pass);
  // With the listeners, which decide direction and cost next to nothing: the kernel dumps them
  // first.
  StateSet states = watch_.states();
  states.Add(SocketState::kListen);
  const auto stats = source_.Dump(Protocol::kTcp, states, sink);
  if (!stats) {
    errors_.Add(Protocol::kTcp, stats.error().reason);
    return Fail(stats.error().message);
  }
  std::move(pass).Commit();
  return Turn::kTaken;
}

void Sampler::Start() {
  if (options_.interval.count() == 0) return;
  thread_ = std::async(std::launch::async, [this] { Run(); });
}

std::optional<std::string> Sampler::TakeTurn() {
  try {
    const Result<Turn> turn = SampleOnce();
    if (turn == Turn::kSkipped) return std::nullopt;
    return turn ? std::string() : turn.error().message;
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& error) {
    return error.what();
  }
}

void Sampler::TakeTurnAndTell() noexcept {
  try {
    const std::optional<std::string> error = TakeTurn();
    if (error) listener_(*error);
  } catch (...) {
    // There is not even memory to say so. The next sample is tried at its time all the same.
  }
}

void Sampler::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    sampling_since_ = clock_.Now();
    lock.unlock();
    TakeTurnAndTell();
    lock.lock();
    sampling_since_.reset();
    stop_asked_.wait_for(lock, interval(), [this] { return stop_; });
  }
}

std::optional<Clock::TimePoint> Sampler::sampling_since() const {
  const std::lock_guard lock(mutex_);
  return sampling_since_;
}

bool Sampler::Stop(std::chrono::milliseconds grace) {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_asked_.notify_all();
  return !thread_.valid() || thread_.wait_for(grace) == std::future_status::ready;
}

Sampler::~Sampler() {
  // The future's own end waits without limit.
  static_cast<void>(Stop(std::chrono::milliseconds(0)));
}

}  // namespace sockdiag
