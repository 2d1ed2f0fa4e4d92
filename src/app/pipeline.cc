#include "app/pipeline.h"

#include <algorithm>
#include <utility>

#include "collectors/kernel_limits_collector.h"
#include "collectors/socket_collector.h"

namespace sockdiag {
namespace {

WatchOptions MakeWatchOptions(const Config& config) {
  WatchOptions options;
  for (const SocketState state : config.sampling.watched_states) options.states.Add(state);
  const StuckAfter& after = config.stuck_after;
  const std::pair<SocketState, std::chrono::milliseconds> limits[] = {
      {SocketState::kSynSent, after.syn_sent},     {SocketState::kSynRecv, after.syn_recv},
      {SocketState::kFinWait1, after.fin_wait1},   {SocketState::kFinWait2, after.fin_wait2},
      {SocketState::kCloseWait, after.close_wait}, {SocketState::kLastAck, after.last_ack},
      {SocketState::kClosing, after.closing}};
  for (const auto& [state, limit] : limits) options.stuck_after[Index(state)] = limit;
  options.max_tracked_sockets = config.sampling.max_tracked_sockets;
  options.peak_window = config.sampling.peak_window;
  return options;
}

std::unique_ptr<StateWatch> MakeWatch(const Config& config, const Clock& clock) {
  if (!config.collectors.tcp || config.sampling.watched_states.empty()) return nullptr;
  return std::make_unique<StateWatch>(MakeWatchOptions(config), clock);
}

}  // namespace

Pipeline::Pipeline(const Config& config, const ServicesDatabase& database,
                   const PipelineEnvironment& environment)
    : matcher_(config.services, database),
      watch_(MakeWatch(config, environment.clock)),
      run_(MakeCollectors(config, environment),
           SnapshotBuilder(matcher_, config.limits, watch_ ? watch_->states() : StateSet()),
           watch_.get(), environment.errors, environment.clock, environment.start) {
  if (!watch_ || config.sampling.interval.count() == 0) return;
  sampler_ = std::make_unique<Sampler>(
      SamplerOptions{config.sampling.interval, config.sampling.cpu_budget}, NewSource(environment),
      matcher_, *watch_, environment.errors, environment.ephemeral_ports, Sampler::ThreadCpuTime,
      environment.on_sample, environment.clock);
}

SocketSource& Pipeline::NewSource(const PipelineEnvironment& environment) {
  return *sources_.emplace_back(environment.open_source());
}

std::vector<std::unique_ptr<Collector>> Pipeline::MakeCollectors(
    const Config& config, const PipelineEnvironment& environment) {
  std::vector<std::unique_ptr<Collector>> collectors;
  const auto add = [&](Protocol protocol, StateWatch* watch) {
    collectors.push_back(std::make_unique<SocketCollector>(
        protocol, NewSource(environment), matcher_, environment.ephemeral_ports, watch,
        environment.errors, environment.clock));
  };
  if (config.collectors.tcp) add(Protocol::kTcp, watch_.get());
  if (config.collectors.udp) add(Protocol::kUdp, nullptr);
  if (config.collectors.kernel_limits) {
    collectors.push_back(std::make_unique<KernelLimitsCollector>());
  }
  return collectors;
}

Collection Pipeline::Assemble(const CollectionRound& round) {
  Collection collection = run_.Assemble(round);
  if (sampler_) {
    collection.sampling_interval_seconds =
        std::chrono::duration<double>(sampler_->interval()).count();
  }
  return collection;
}

Collection Pipeline::Collect() {
  const CollectionRound round = Begin();
  round.WaitUntil(std::nullopt);
  return Assemble(round);
}

void Pipeline::StartSampling() {
  if (sampler_) sampler_->Start();
}

bool Pipeline::StartFrom(Pipeline& before, std::chrono::milliseconds grace) {
  // Holds the sampler off until its watch knows what the other one's does.
  const std::optional<StateWatch::Pass> own = watch_ ? watch_->TryBegin() : std::nullopt;
  StartSampling();
  return run_.TakeOver(before.run_, Translate(before.matcher_, matcher_), grace);
}

bool Pipeline::Stop(std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  const bool sampler_ended = !sampler_ || sampler_->Stop(grace);
  const auto left = std::max(deadline - std::chrono::steady_clock::now(), Clock::Duration::zero());
  return run_.WaitUntilIdle(std::chrono::floor<std::chrono::milliseconds>(left)) && sampler_ended;
}

std::optional<Clock::TimePoint> Pipeline::running_since() const {
  const std::optional<Clock::TimePoint> collecting = run_.running_since();
  const std::optional<Clock::TimePoint> sampling =
      sampler_ ? sampler_->sampling_since() : std::nullopt;
  if (!collecting || !sampling) return collecting ? collecting : sampling;
  return std::min(*collecting, *sampling);
}

}  // namespace sockdiag
