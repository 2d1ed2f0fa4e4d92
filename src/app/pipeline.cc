#include "app/pipeline.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/all_metrics.h"
#include "collectors/registry.h"
#include "metrics/text.h"

namespace sockdiag {
namespace {

bool WatchesSockets(const Config& config) {
  return config.collectors.IsEnabled(Name(kWatchedProtocol)) &&
         !config.sampling.watched_states.empty();
}

SocketMemory::Settings MakeSettings(const Config& config, const ServiceMatcher& matcher,
                                    std::uint64_t generation) {
  SocketMemory::Settings settings{.limits = config.limits,
                                  .watch = {},
                                  .configured = matcher.configured(),
                                  .generation = generation};
  if (WatchesSockets(config)) {
    for (const SocketState state : config.sampling.watched_states) settings.watch.states.Add(state);
  }
  settings.watch.stuck_after = config.stuck_after;
  settings.watch.max_tracked_sockets = config.sampling.max_tracked_sockets;
  settings.watch.peak_window = config.sampling.peak_window;
  return settings;
}

NamespaceReach MakeReach(const Config& config, const PipelineEnvironment& environment) {
  NamespaceReach reach = environment.namespaces;
  if (environment.is_used_again) reach.cpu_budget = config.namespaces.cpu_budget;
  return reach;
}

ProtocolFlags CollectedProtocols(const Config& config) {
  ProtocolFlags is_collected{};
  for (const Protocol protocol : kProtocols) {
    is_collected[Index(protocol)] = config.collectors.IsEnabled(Name(protocol));
  }
  return is_collected;
}

std::vector<std::unique_ptr<Collector>> MakeCollectors(const Config& config,
                                                       const CollectorEnvironment& environment) {
  std::vector<std::unique_ptr<Collector>> collectors;
  for (const CollectorEntry& entry : AllCollectors()) {
    const bool runs = entry.make != nullptr && config.collectors.IsEnabled(entry.name);
    if (runs) collectors.push_back(entry.make(environment));
  }
  return collectors;
}

std::chrono::milliseconds TimeLeft(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::max(std::chrono::floor<std::chrono::milliseconds>(left),
                  std::chrono::milliseconds::zero());
}

}  // namespace

Pipeline::Pipeline(const Config& config, const ServicesDatabase& database,
                   const PipelineEnvironment& environment)
    : memory_(environment.memory),
      owners_(config.owners.enabled ? environment.owners : nullptr),
      collects_drops_(config.collectors.IsEnabled(kDropsName)),
      collects_namespaces_(config.collectors.IsEnabled(NamespacesCollector::kName)),
      show_self_(environment.show_self),
      open_source_(environment.open_source),
      ephemeral_ports_(environment.ephemeral_ports),
      order_(AllMetrics()),
      matcher_(std::make_shared<ServiceMatcher>(
          config.services, database, environment.memory.names(), config.services_fallback)),
      settings_(MakeSettings(config, *matcher_, memory_.NewGeneration())),
      source_(environment.open_source()),
      scheduler_(
          MakeCollectors(config, {.open_source = environment.open_source,
                                  .matcher = matcher_,
                                  .ephemeral_ports = environment.ephemeral_ports,
                                  .owners = owners_,
                                  .memory = environment.memory,
                                  .generation = settings_.generation,
                                  .watch = settings_.watch,
                                  .is_collected = CollectedProtocols(config),
                                  .collects_drops = collects_drops_,
                                  .namespaces = MakeReach(config, environment),
                                  .options = config.collector_options,
                                  .open_netlink = environment.open_netlink,
                                  .is_used_again = environment.is_used_again,
                                  .clock = environment.clock}),
          [this](const auto& findings, Collection& collection) { Complete(findings, collection); },
          environment.clock, environment.start) {
  if (settings_.watch.states.IsEmpty() || config.sampling.interval.count() == 0) return;
  sampler_ = std::make_unique<Sampler>(
      SamplerOptions{config.sampling.interval, config.sampling.cpu_budget},
      SamplerEnvironment{.source = *source_,
                         .matcher = *matcher_,
                         .watch = memory_.watch(),
                         .listeners = memory_.listeners(kWatchedProtocol),
                         .generation = settings_.generation,
                         .errors = memory_.errors(),
                         .ephemeral_ports = environment.ephemeral_ports,
                         .owners = owners_,
                         .cpu_clock = ThreadCpuTime,
                         .listener = environment.on_sample,
                         .clock = environment.clock});
}

void Pipeline::TakeEffect() {
  memory_.Configure(settings_);
  if (owners_ != nullptr) owners_->SetRetention(settings_.limits.retention);
}

void Pipeline::Complete(const std::vector<std::shared_ptr<const Findings>>& findings,
                        Collection& collection) const {
  SocketMemory::Round round;
  round.generation = settings_.generation;
  round.owners = owners_;
  round.are_drops_collected = collects_drops_;
  round.are_namespaces_collected = collects_namespaces_;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const auto protocol = ProtocolFromName(collection.collectors[i].collector);
    if (protocol) round.is_collected[Index(*protocol)] = true;
    if (!findings[i]) continue;
    collection.samples.Append(Samples(findings[i]->samples));
    if (protocol) round.tallies[Index(*protocol)] = findings[i]->sockets;
    if (findings[i]->namespaces) round.namespaces = findings[i]->namespaces;
  }
  if (sampler_) sampler_->Show(collection.samples);
  show_self_(collection.samples);
  memory_.Show(round, collection.samples);
  // What fails from here on loses nothing: what was counted is shown by the next collection.
  collection.samples.Sort(order_);
  collection.text = std::make_shared<const std::string>(ToText(collection.samples));
}

Result<Inspection> Pipeline::Inspect(std::span<const Query> queries) const {
  const std::unique_ptr<SocketSource> source = open_source_();
  const EphemeralPorts ephemeral = ephemeral_ports_();
  DumpResult<Inspection> inspection =
      sockdiag::Inspect(queries, {.source = *source,
                                  .matcher = *matcher_,
                                  .names = memory_.names(),
                                  .ephemeral = ephemeral,
                                  .owners = owners_,
                                  .watch = memory_.watch(),
                                  .listeners = memory_.listeners(),
                                  .generation = settings_.generation});
  if (!inspection) return Fail(std::move(inspection.error().message));
  return *std::move(inspection);
}

void Pipeline::StartSampling() {
  if (sampler_) sampler_->Start();
}

bool Pipeline::WaitForDumps(std::chrono::milliseconds grace) const {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  const bool sampled = !sampler_ || sampler_->WaitForSample(grace);
  return scheduler_.WaitForRuns(TimeLeft(deadline), Name(kWatchedProtocol)) && sampled;
}

bool Pipeline::Stop(std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  scheduler_.Close();
  const bool sampler_ended = !sampler_ || sampler_->Stop(grace);
  return scheduler_.WaitForRuns(TimeLeft(deadline)) && sampler_ended;
}

std::optional<Clock::TimePoint> Pipeline::running_since() const {
  const std::optional<Clock::TimePoint> collecting = scheduler_.running_since();
  const std::optional<Clock::TimePoint> sampling =
      sampler_ ? sampler_->sampling_since() : std::nullopt;
  if (!collecting || !sampling) return collecting ? collecting : sampling;
  return std::min(*collecting, *sampling);
}

}  // namespace sockdiag
