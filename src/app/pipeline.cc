#include "app/pipeline.h"

#include <utility>

#include "collect/kernel_limits_collector.h"
#include "collect/socket_collector.h"
#include "services/ephemeral_ports.h"

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

Pipeline::Pipeline(const Config& config, const ServicesDatabase& database, const Sources& sources,
                   const Clock& clock, Sampler::Listener on_sample)
    : matcher_(config.services, database),
      watch_(MakeWatch(config, clock)),
      run_(MakeCollectors(config, sources.scrapes, clock),
           SnapshotBuilder(matcher_, config.limits, watch_ ? watch_->states() : StateSet()),
           watch_.get(), errors_, clock) {
  if (!watch_ || config.sampling.interval.count() == 0) return;
  sampler_ = std::make_unique<Sampler>(
      SamplerOptions{config.sampling.interval, config.sampling.cpu_budget}, sources.samples,
      matcher_, *watch_, errors_, ReadEphemeralPorts, Sampler::ThreadCpuTime, std::move(on_sample));
}

std::vector<std::unique_ptr<Collector>> Pipeline::MakeCollectors(const Config& config,
                                                                 SocketSource& source,
                                                                 const Clock& clock) {
  std::vector<std::unique_ptr<Collector>> collectors;
  const auto add = [&](Protocol protocol, StateWatch* watch) {
    collectors.push_back(std::make_unique<SocketCollector>(
        protocol, source, matcher_, ReadEphemeralPorts, watch, errors_, clock));
  };
  if (config.collectors.tcp) add(Protocol::kTcp, watch_.get());
  if (config.collectors.udp) add(Protocol::kUdp, nullptr);
  if (config.collectors.kernel_limits) {
    collectors.push_back(std::make_unique<KernelLimitsCollector>());
  }
  return collectors;
}

Collection Pipeline::Collect() {
  Collection collection = run_.Collect();
  if (sampler_) {
    collection.sampling_interval_seconds =
        std::chrono::duration<double>(sampler_->interval()).count();
  }
  return collection;
}

void Pipeline::StartSampling() {
  if (sampler_) sampler_->Start();
}

bool Pipeline::StopSampling(std::chrono::milliseconds grace) {
  return !sampler_ || sampler_->Stop(grace);
}

}  // namespace sockdiag
