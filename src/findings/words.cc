#include "findings/words.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/duration_text.h"
#include "inspect/query.h"
#include "model/direction.h"
#include "sockets/naming/service_names.h"

namespace sockdiag {
namespace {

std::string FigureName(const std::string& what, const std::string& scope, const std::string& first,
                       const std::string& second) {
  return what + " " + (scope.empty() ? "own" : scope) + " " + first + " " + second;
}

}  // namespace

std::string PlaceText(const std::string& scope) {
  return scope.empty() ? "" : " in other network namespaces";
}

std::string ServiceText(const HostFigures::ServiceKey& key) {
  return (key.direction == Direction::kInbound ? " on " : " towards ") +
         std::string(PortOfNumberName(key.service) ? "port " : "") + key.service +
         PlaceText(key.scope);
}

std::string ListenerText(const HostFigures::ListenerKey& key) {
  const std::string port = "port " + key.port;
  return (key.service == key.port ? port : key.service + ", " + port) + PlaceText(key.scope);
}

std::string OwnersText(const HostFigures& figures, SocketState state) {
  constexpr std::size_t kMost = 3;
  const auto found = figures.stuck_owners.find(state);
  if (found == figures.stuck_owners.end()) return "";
  const auto& owners = found->second;
  std::string text;
  for (std::size_t i = 0; i < owners.size() && i < kMost; ++i) {
    const bool is_last = i + 1 == owners.size() || i + 1 == kMost;
    if (i != 0) text += is_last ? " and " : ", ";
    text += owners[i].first + " (" + CountText(owners[i].second) + ")";
  }
  // Owners are known by state and not by service.
  return " Of all that is stuck in this state, most is held by " + text + ".";
}

std::string SinceText(const Situation& situation, const std::string& figure, double least) {
  const auto since = situation.history.Since(figure, least);
  return since ? " It has been so since " + situation.now.TextOf(*since) + "." : "";
}

std::string OldestText(const HostFigures::Service& service, SocketState state) {
  const auto age = static_cast<std::int64_t>(service.oldest_age_seconds[Index(state)]);
  if (age == 0) return "";
  return " The oldest has been there for " + DurationText(std::chrono::seconds(age)) + ".";
}

std::string QueryOf(const HostFigures::ServiceKey& key, SocketState state) {
  Query query;
  query.states.wanted = {state};
  query.services.wanted = {key.service};
  query.directions.wanted = {key.direction};
  query.by = {Grouping::kRemote};
  return query.ToString();
}

std::string FigureName(const std::string& what, const HostFigures::ServiceKey& key) {
  return FigureName(what, key.scope, std::string(Name(key.direction)), key.service);
}

std::string FigureName(const std::string& what, const HostFigures::ListenerKey& key) {
  return FigureName(what, key.scope, key.port, key.service);
}

}  // namespace sockdiag
