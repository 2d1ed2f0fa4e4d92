#include "metrics/json.h"

#include <nlohmann/json.hpp>

namespace sockdiag {
namespace {

using Json = nlohmann::ordered_json;

Json Sockets(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const SocketCount& count : snapshot.sockets) {
    list.push_back({{"protocol", Name(count.protocol)},
                    {"family", Name(count.family)},
                    {"state", Name(count.state)},
                    {"sockets", count.sockets}});
  }
  return list;
}

Json ServiceSockets(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const ServiceSocketCount& count : snapshot.service_sockets) {
    list.push_back({{"protocol", Name(count.protocol)},
                    {"service_name", count.service_name},
                    {"direction", Name(count.direction)},
                    {"state", Name(count.state)},
                    {"sockets", count.sockets}});
  }
  return list;
}

Json Queues(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const ServiceQueues& queues : snapshot.service_queues) {
    list.push_back({{"protocol", Name(queues.protocol)},
                    {"service_name", queues.service_name},
                    {"direction", Name(queues.direction)},
                    {"receive_queue_bytes", queues.receive_bytes},
                    {"send_queue_bytes", queues.send_bytes}});
  }
  return list;
}

Json PortSockets(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const PortSocketCount& count : snapshot.port_sockets) {
    list.push_back({{"protocol", Name(count.protocol)},
                    {"port", Name(count.port)},
                    {"direction", Name(count.direction)},
                    {"state", Name(count.state)},
                    {"sockets", count.sockets}});
  }
  return list;
}

Json Listeners(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const ListenerGroup& group : snapshot.listeners) {
    Json& entry = list.emplace_back(Json{{"protocol", Name(group.protocol)},
                                         {"port", Name(group.port)},
                                         {"service_name", group.service_name},
                                         {"listeners", group.listeners}});
    if (group.protocol != Protocol::kTcp) continue;
    entry["listen_queue_length"] = group.queue_length;
    entry["listen_queue_limit"] = group.queue_limit;
    entry["listen_queue_saturation_ratio"] = group.saturation;
  }
  return list;
}

Json Watched(const Snapshot& snapshot) {
  Json list = Json::array();
  for (const WatchedState& watched : snapshot.watched) {
    list.push_back({{"service_name", watched.service_name},
                    {"direction", Name(watched.direction)},
                    {"state", Name(watched.state)},
                    {"stuck_sockets", watched.stuck},
                    {"oldest_socket_age_seconds", watched.oldest_age_seconds},
                    {"state_entries", watched.entries},
                    {"sockets_peak", watched.peak}});
  }
  return list;
}

Json EphemeralFigures(const Snapshot& snapshot) {
  if (!snapshot.ephemeral_ports) return nullptr;
  return {{"limit", snapshot.ephemeral_ports->limit},
          {"used", snapshot.ephemeral_ports->used},
          {"max_used_per_destination", snapshot.ephemeral_ports->max_per_destination}};
}

Json Optional(const std::optional<double>& figure) { return figure ? Json(*figure) : Json(); }

Json KernelFigures(const Collection& collection) {
  if (!collection.kernel_limits) return nullptr;
  const KernelLimits& limits = *collection.kernel_limits;
  return {{"tcp_time_wait_limit", Optional(limits.time_wait_limit)},
          {"tcp_orphans", Optional(limits.orphans)},
          {"tcp_orphans_limit", Optional(limits.orphans_limit)},
          {"tcp_memory_bytes", Optional(limits.memory_bytes)},
          {"tcp_memory_limit_bytes",
           {{"min", Optional(limits.memory_min_bytes)},
            {"pressure", Optional(limits.memory_pressure_bytes)},
            {"max", Optional(limits.memory_max_bytes)}}},
          {"somaxconn", Optional(limits.somaxconn)},
          {"tcp_max_syn_backlog", Optional(limits.max_syn_backlog)}};
}

Json Dumps(const Collection& collection) {
  Json list = Json::array();
  for (const DumpReport& dump : collection.dumps) {
    list.push_back({{"protocol", Name(dump.protocol)},
                    {"duration_seconds", dump.seconds},
                    {"sockets", dump.stats.sockets},
                    {"bytes", dump.stats.bytes}});
  }
  return list;
}

Json Collectors(const Collection& collection) {
  Json list = Json::array();
  for (const CollectorReport& report : collection.collectors) {
    Json& entry = list.emplace_back(Json{{"collector", report.collector},
                                         {"success", report.Succeeded()},
                                         {"duration_seconds", report.seconds}});
    if (!report.Succeeded()) entry["error"] = report.error;
  }
  return list;
}

}  // namespace

std::string ToJson(const Exposition& exposition) {
  const Snapshot& snapshot = exposition.collection.snapshot;
  const Json document{
      {"version", exposition.build.version},
      {"revision", exposition.build.revision},
      {"collectors", Collectors(exposition.collection)},
      {"dumps", Dumps(exposition.collection)},
      {"sockets", Sockets(snapshot)},
      {"service_sockets", ServiceSockets(snapshot)},
      {"service_queues", Queues(snapshot)},
      {"port_sockets", PortSockets(snapshot)},
      {"listeners", Listeners(snapshot)},
      {"watched_states", Watched(snapshot)},
      {"untracked_sockets",
       snapshot.untracked_sockets ? Json(*snapshot.untracked_sockets) : Json()},
      {"ephemeral_ports", EphemeralFigures(snapshot)},
      {"kernel_limits", KernelFigures(exposition.collection)},
      {"folded_keys", {{"services", snapshot.folded_services}, {"ports", snapshot.folded_ports}}}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sockdiag
