#include "metrics/families.h"

#include <prometheus/text_serializer.h>

#include <cstddef>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "metrics/metric_table.h"

namespace sockdiag {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

/// A family that is being filled with samples.
class FamilyBuilder {
 public:
  explicit FamilyBuilder(const Metric& metric) : metric_(metric) {
    family_.name = metric.name;
    family_.help = metric.help;
    family_.type = metric.type;
  }

  /// One value for each label of the metric, in its order.
  template <typename... LabelValues>
  void Add(double value, const LabelValues&... label_values) {
    static_assert(sizeof...(LabelValues) <= std::tuple_size_v<decltype(Metric::labels)>);
    ClientMetric& sample = family_.metric.emplace_back();
    sample.label.reserve(sizeof...(LabelValues));
    std::size_t place = 0;
    (sample.label.push_back({std::string(metric_.labels[place++]), std::string(label_values)}),
     ...);
    if (metric_.type == prometheus::MetricType::Counter) {
      sample.counter.value = value;
    } else {
      sample.gauge.value = value;
    }
  }

  void MoveTo(std::vector<MetricFamily>& families) && {
    if (!family_.metric.empty()) families.push_back(std::move(family_));
  }

 private:
  const Metric& metric_;
  MetricFamily family_;
};

double Value(std::uint64_t count) { return static_cast<double>(count); }

std::optional<double> Figure(const std::optional<std::uint64_t>& count) {
  return count ? std::optional(Value(*count)) : std::nullopt;
}

void AddSockets(const Snapshot& snapshot, std::vector<MetricFamily>& families) {
  FamilyBuilder sockets(metrics::kSockets);
  for (const SocketCount& count : snapshot.sockets) {
    sockets.Add(Value(count.sockets), Name(count.protocol), Name(count.family), Name(count.state));
  }
  std::move(sockets).MoveTo(families);

  FamilyBuilder services(metrics::kServiceSockets);
  for (const ServiceSocketCount& count : snapshot.service_sockets) {
    services.Add(Value(count.sockets), Name(count.protocol), count.service_name,
                 Name(count.direction), Name(count.state));
  }
  std::move(services).MoveTo(families);

  FamilyBuilder ports(metrics::kPortSockets);
  for (const PortSocketCount& count : snapshot.port_sockets) {
    ports.Add(Value(count.sockets), Name(count.protocol), Name(count.port), Name(count.direction),
              Name(count.state));
  }
  std::move(ports).MoveTo(families);
}

void AddQueues(const Snapshot& snapshot, std::vector<MetricFamily>& families) {
  FamilyBuilder receive(metrics::kReceiveQueue);
  FamilyBuilder send(metrics::kSendQueue);
  for (const ServiceQueues& queues : snapshot.service_queues) {
    receive.Add(Value(queues.receive_bytes), Name(queues.protocol), queues.service_name,
                Name(queues.direction));
    send.Add(Value(queues.send_bytes), Name(queues.protocol), queues.service_name,
             Name(queues.direction));
  }
  std::move(receive).MoveTo(families);
  std::move(send).MoveTo(families);
}

void AddListeners(const Snapshot& snapshot, std::vector<MetricFamily>& families) {
  FamilyBuilder listeners(metrics::kListeners);
  FamilyBuilder length(metrics::kListenQueueLength);
  FamilyBuilder limit(metrics::kListenQueueLimit);
  FamilyBuilder saturation(metrics::kListenQueueSaturation);
  for (const ListenerGroup& group : snapshot.listeners) {
    const std::string port = Name(group.port);
    listeners.Add(Value(group.listeners), Name(group.protocol), port, group.service_name);
    if (group.protocol != Protocol::kTcp) continue;
    length.Add(Value(group.queue_length), port, group.service_name);
    limit.Add(Value(group.queue_limit), port, group.service_name);
    saturation.Add(group.saturation, port, group.service_name);
  }
  for (FamilyBuilder* family : {&listeners, &length, &limit, &saturation}) {
    std::move(*family).MoveTo(families);
  }
}

/// A metric without labels, when there is a figure.
void AddFigure(const Metric& metric, const std::optional<double>& figure,
               std::vector<MetricFamily>& families) {
  FamilyBuilder family(metric);
  if (figure) family.Add(*figure);
  std::move(family).MoveTo(families);
}

void AddWatched(const Collection& collection, std::vector<MetricFamily>& families) {
  const Snapshot& snapshot = collection.snapshot;
  FamilyBuilder stuck(metrics::kStuckSockets);
  FamilyBuilder oldest(metrics::kOldestSocketAge);
  FamilyBuilder entries(metrics::kStateEntries);
  FamilyBuilder peak(metrics::kSocketsPeak);
  for (const WatchedState& watched : snapshot.watched) {
    const auto add = [&](FamilyBuilder& family, double value) {
      family.Add(value, watched.service_name, Name(watched.direction), Name(watched.state));
    };
    add(stuck, Value(watched.stuck));
    add(oldest, watched.oldest_age_seconds);
    add(entries, Value(watched.entries));
    add(peak, Value(watched.peak));
  }
  for (FamilyBuilder* family : {&stuck, &oldest, &entries, &peak}) {
    std::move(*family).MoveTo(families);
  }
  AddFigure(metrics::kUntrackedSockets, Figure(snapshot.untracked_sockets), families);
  AddFigure(metrics::kSamplingInterval, collection.sampling_interval_seconds, families);
}

void AddEphemeralPorts(const Snapshot& snapshot, std::vector<MetricFamily>& families) {
  if (!snapshot.ephemeral_ports) return;
  const EphemeralTotals& ports = *snapshot.ephemeral_ports;
  AddFigure(metrics::kEphemeralLimit, Value(ports.limit), families);
  AddFigure(metrics::kEphemeralUsed, Value(ports.used), families);
  AddFigure(metrics::kEphemeralPerDestination, Value(ports.max_per_destination), families);
}

void AddKernelLimits(const KernelLimits& limits, std::vector<MetricFamily>& families) {
  AddFigure(metrics::kTimeWaitLimit, limits.time_wait_limit, families);
  AddFigure(metrics::kOrphans, limits.orphans, families);
  AddFigure(metrics::kOrphansLimit, limits.orphans_limit, families);
  AddFigure(metrics::kMemory, limits.memory_bytes, families);
  FamilyBuilder memory_limit(metrics::kMemoryLimit);
  if (limits.memory_min_bytes) memory_limit.Add(*limits.memory_min_bytes, "min");
  if (limits.memory_pressure_bytes) memory_limit.Add(*limits.memory_pressure_bytes, "pressure");
  if (limits.memory_max_bytes) memory_limit.Add(*limits.memory_max_bytes, "max");
  std::move(memory_limit).MoveTo(families);
  AddFigure(metrics::kSomaxconn, limits.somaxconn, families);
  AddFigure(metrics::kMaxSynBacklog, limits.max_syn_backlog, families);
}

void AddCollectors(const Collection& collection, std::vector<MetricFamily>& families) {
  FamilyBuilder success(metrics::kCollectorSuccess);
  FamilyBuilder duration(metrics::kCollectorDuration);
  for (const CollectorReport& report : collection.collectors) {
    success.Add(report.Succeeded() ? 1 : 0, report.collector);
    duration.Add(report.seconds, report.collector);
  }
  std::move(success).MoveTo(families);
  std::move(duration).MoveTo(families);
}

void AddDumps(const Collection& collection, std::vector<MetricFamily>& families) {
  FamilyBuilder duration(metrics::kDumpDuration);
  FamilyBuilder sockets(metrics::kDumpSockets);
  FamilyBuilder bytes(metrics::kDumpBytes);
  for (const DumpReport& dump : collection.dumps) {
    duration.Add(dump.seconds, Name(dump.protocol));
    sockets.Add(Value(dump.stats.sockets), Name(dump.protocol));
    bytes.Add(Value(dump.stats.bytes), Name(dump.protocol));
  }
  FamilyBuilder errors(metrics::kDumpErrors);
  for (const DumpErrorCount& error : collection.dump_errors) {
    errors.Add(Value(error.count), Name(error.protocol), Name(error.reason));
  }
  for (FamilyBuilder* family : {&duration, &sockets, &bytes, &errors}) {
    std::move(*family).MoveTo(families);
  }
}

void AddFoldedKeys(const Snapshot& snapshot, std::vector<MetricFamily>& families) {
  FamilyBuilder folded(metrics::kFoldedKeys);
  folded.Add(Value(snapshot.folded_services), "services");
  folded.Add(Value(snapshot.folded_ports), "ports");
  std::move(folded).MoveTo(families);
}

void AddReloads(const ReloadStatuses& reloads, std::vector<MetricFamily>& families) {
  const auto add = [&](const Metric& successful, const Metric& time, const ReloadStatus& status) {
    AddFigure(successful, status.successful ? 1 : 0, families);
    AddFigure(time, status.last_success_seconds, families);
  };
  add(metrics::kConfigReloadSuccessful, metrics::kConfigReloadSuccessTime, reloads.config);
  if (!reloads.web_config) return;
  add(metrics::kWebConfigReloadSuccessful, metrics::kWebConfigReloadSuccessTime,
      *reloads.web_config);
}

void AddSelf(const Exposition& exposition, std::vector<MetricFamily>& families) {
  FamilyBuilder build(metrics::kBuildInfo);
  build.Add(1, exposition.build.version, exposition.build.revision, exposition.build.compiler);
  std::move(build).MoveTo(families);

  const ProcessStats& process = exposition.process;
  AddFigure(metrics::kProcessCpu, process.cpu_seconds, families);
  AddFigure(metrics::kProcessResident, process.resident_memory_bytes, families);
  AddFigure(metrics::kProcessVirtual, process.virtual_memory_bytes, families);
  AddFigure(metrics::kProcessOpenFds, process.open_fds, families);
  AddFigure(metrics::kProcessMaxFds, process.max_fds, families);
  AddFigure(metrics::kProcessStart, process.start_time_seconds, families);
}

}  // namespace

std::vector<MetricFamily> ToFamilies(const Exposition& exposition) {
  const Collection& collection = exposition.collection;
  std::vector<MetricFamily> families;
  families.reserve(AllMetrics().size());
  AddSockets(collection.snapshot, families);
  AddQueues(collection.snapshot, families);
  AddListeners(collection.snapshot, families);
  AddWatched(collection, families);
  AddEphemeralPorts(collection.snapshot, families);
  if (collection.kernel_limits) AddKernelLimits(*collection.kernel_limits, families);
  AddCollectors(collection, families);
  AddDumps(collection, families);
  AddFoldedKeys(collection.snapshot, families);
  AddReloads(exposition.reloads, families);
  AddSelf(exposition, families);
  return families;
}

std::string ToText(const std::vector<MetricFamily>& families) {
  std::ostringstream text;
  // Otherwise a stream that finds no memory goes on without what it could not write.
  text.exceptions(std::ios::badbit);
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace sockdiag
