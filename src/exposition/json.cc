#include "exposition/json.h"

#include <nlohmann/json.hpp>

namespace sockdiag {
namespace {

using Json = nlohmann::ordered_json;

std::string PortValue(ShownPort port) { return port ? std::to_string(port->Value()) : "other"; }

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
                    {"port", PortValue(count.port)},
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
                                         {"port", PortValue(group.port)},
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
      {"collectors", Collectors(exposition.collection)},
      {"sockets", Sockets(snapshot)},
      {"service_sockets", ServiceSockets(snapshot)},
      {"service_queues", Queues(snapshot)},
      {"port_sockets", PortSockets(snapshot)},
      {"listeners", Listeners(snapshot)},
      {"watched_states", Watched(snapshot)},
      {"ephemeral_ports", EphemeralFigures(snapshot)},
      {"folded_keys", {{"services", snapshot.folded_services}, {"ports", snapshot.folded_ports}}}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sockdiag
