#include "sockets/watch/sampler.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/guard.h"
#include "sockets/naming/classifier.h"

namespace sockdiag {
namespace {

/// Classifies what a sample dumps and shows it to the watch.
class WatchSink final : public SocketSink {
 public:
  WatchSink(Classifier&& classifier, StateWatch::Pass& pass)
      : classifier_(std::move(classifier)), pass_(pass) {}

  void Add(const SocketRecord& record) override {
    pass_.Observe(record, classifier_.Classify(record));
  }

 private:
  Classifier classifier_;
  StateWatch::Pass& pass_;
};

}  // namespace

Sampler::Sampler(const SamplerOptions& options, SamplerEnvironment environment)
    : options_(options), environment_(std::move(environment)), interval_(options.interval) {}

Result<void> Sampler::SampleOnce() {
  const std::chrono::nanoseconds before = environment_.cpu_clock();
  Result<void> result = Dump();
  const std::chrono::duration<double> cost = environment_.cpu_clock() - before;
  const std::chrono::duration<double> affordable =
      std::min<std::chrono::duration<double>>(cost / options_.cpu_budget, kLongestInterval);
  interval_ = std::max(options_.interval, std::chrono::ceil<std::chrono::milliseconds>(affordable));
  return result;
}

Result<void> Sampler::Dump() {
  StateWatch::Pass pass = environment_.watch.Begin(environment_.generation);
  ListenerMemory::Pass listeners = environment_.listeners.Begin();
  std::optional<SocketOwners> owners;
  if (environment_.owners != nullptr) owners.emplace(*environment_.owners);
  WatchSink sink(Classifier(environment_.matcher, environment_.ephemeral_ports().range, listeners,
                            &pass, owners ? &*owners : nullptr),
                 pass);
  // With the listeners, which decide direction and owner, and cost next to nothing: the kernel
  // dumps them first.
  StateSet states = pass.states();
  states.Add(Traits(kWatchedProtocol).listening);
  const WantedSockets wanted{.states = states,
                             .attributes = {.last_ack = true, .cgroup = owners.has_value()}};
  const auto stats = environment_.source.Dump(kWatchedProtocol, wanted, sink);
  if (!stats) {
    environment_.errors.Add(kWatchedProtocol, stats.error().reason);
    return Fail(stats.error().message);
  }
  std::move(listeners).Commit(ListenerMemory::Coverage::kSomeStates);
  if (owners) std::move(*owners).Commit();
  std::move(pass).Commit(stats->source);
  return {};
}

void Sampler::Show(Samples& samples) const {
  samples.Add(kSamplingInterval, std::chrono::duration<double>(interval()).count());
}

void Sampler::Start() {
  if (options_.interval.count() == 0) return;
  thread_ = std::async(std::launch::async, [this] { Run(); });
}

void Sampler::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    sampling_since_ = environment_.clock.Now();
    lock.unlock();
    const Result<void> sampled = Guard([this] { return SampleOnce(); });
    // When there is not even memory to say so, the next sample is tried at its time all the same.
    static_cast<void>(
        Guard([&] { environment_.listener(sampled ? std::string() : sampled.error().message); }));
    lock.lock();
    sampling_since_.reset();
    sample_ended_.notify_all();
    stop_asked_.wait_for(lock, interval(), [this] { return stop_; });
  }
}

std::optional<Clock::TimePoint> Sampler::sampling_since() const {
  const std::lock_guard lock(mutex_);
  return sampling_since_;
}

bool Sampler::WaitForSample(std::chrono::milliseconds grace) const {
  std::unique_lock lock(mutex_);
  const std::optional<Clock::TimePoint> now_under_way = sampling_since_;
  return sample_ended_.wait_for(lock, grace,
                                [&] { return !now_under_way || sampling_since_ != now_under_way; });
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
