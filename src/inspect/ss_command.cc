#include "inspect/ss_command.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sockets/naming/service_names.h"

namespace sockdiag {
namespace {

/// As ss calls it; empty of what it has no word for.
std::string_view SsName(SocketState state) {
  switch (state) {
    case SocketState::kEstablished:
      return "established";
    case SocketState::kSynSent:
      return "syn-sent";
    case SocketState::kSynRecv:
      return "syn-recv";
    case SocketState::kFinWait1:
      return "fin-wait-1";
    case SocketState::kFinWait2:
      return "fin-wait-2";
    case SocketState::kTimeWait:
      return "time-wait";
    case SocketState::kClose:
      return "closed";
    case SocketState::kCloseWait:
      return "close-wait";
    case SocketState::kLastAck:
      return "last-ack";
    case SocketState::kListen:
      return "listening";
    case SocketState::kClosing:
      return "closing";
    case SocketState::kUnconnected:
      return "unconnected";
    case SocketState::kUnknown:
      return "";
  }
  return "";
}

/// Terms of which one must hold, or one alone.
std::string AnyOf(const std::vector<std::string>& terms) {
  std::string text;
  for (const std::string& term : terms) text += (text.empty() ? "" : " or ") + term;
  return terms.size() == 1 ? text : "( " + text + " )";
}

/// `( a or b ) and not c`, a term for each part of a filter.
template <typename Value, typename ToTerm>
void AddTerms(const Filter<Value>& filter, const ToTerm& to_term, std::vector<std::string>& terms) {
  std::vector<std::string> wanted;
  for (const Value& value : filter.wanted) wanted.push_back(to_term(value));
  if (!wanted.empty()) terms.push_back(AnyOf(wanted));
  for (const Value& value : filter.unwanted) terms.push_back("not " + to_term(value));
}

std::string EndTerm(std::string_view end, const EndpointPattern& pattern) {
  std::string text = pattern.ToString();
  // Without brackets ss takes what is behind the last colon for a port.
  const bool is_bare_ipv6 = !pattern.port && text.find(':') != std::string::npos;
  if (is_bare_ipv6) text = "[" + text + "]";
  return std::string(end) + " " + text;
}

std::string PortTerm(std::string_view port, const PortRange& range) {
  const auto one = [&](std::string_view comparison, Port value) {
    return std::string(port) + " " + std::string(comparison) + " :" + std::to_string(value.Value());
  };
  if (range.first == range.last) return one("=", range.first);
  return "( " + one(">=", range.first) + " and " + one("<=", range.last) + " )";
}

/// The one direction that a query is about, if it is.
std::optional<Direction> DirectionOf(const Query& query) {
  std::optional<Direction> only;
  for (const Direction direction : kDirections) {
    const bool accepts =
        query.directions.Accepts([&](Direction each) { return each == direction; });
    if (!accepts) continue;
    if (only) return std::nullopt;
    only = direction;
  }
  return only;
}

std::string ServicePortTerm(const Query& query, const PortRange& range) {
  const std::optional<Direction> direction = DirectionOf(query);
  if (direction) return PortTerm(*direction == Direction::kInbound ? "sport" : "dport", range);
  return AnyOf({PortTerm("sport", range), PortTerm("dport", range)});
}

/// Services that are called by a port's number, as ports; nothing when others are among them.
std::optional<Filter<PortRange>> PortsOf(const Filter<std::string>& services) {
  Filter<PortRange> ports;
  for (auto [names, ranges] : {std::pair(&services.wanted, &ports.wanted),
                               std::pair(&services.unwanted, &ports.unwanted)}) {
    for (const std::string& name : *names) {
      const std::optional<Port> port = PortOfNumberName(name);
      if (!port) return std::nullopt;
      ranges->push_back({*port, *port});
    }
  }
  return ports;
}

std::string Flags(const Query& query) {
  std::string flags = "-";
  for (const Protocol protocol : kProtocols) {
    const bool accepts = query.protocols.Accepts([&](Protocol each) { return each == protocol; });
    if (accepts) flags += Name(protocol).front();
  }
  // Without a word on states ss leaves out those that listen.
  return flags + (query.states.wanted.empty() ? "anp" : "np");
}

std::string States(const Query& query, std::vector<std::string_view>& lacks) {
  std::string text;
  const auto add = [&](std::string_view word, const std::vector<SocketState>& states) {
    for (const SocketState state : states) {
      const std::string_view name = SsName(state);
      if (name.empty()) {
        lacks.emplace_back("state");
      } else {
        text += " " + std::string(word) + " " + std::string(name);
      }
    }
  };
  add("state", query.states.wanted);
  add("exclude", query.states.unwanted);
  return text;
}

}  // namespace

SsCommand SsCommandOf(const Query& query) {
  SsCommand command;
  command.text = "ss " + Flags(query) + States(query, command.lacks);
  std::vector<std::string> terms;
  const auto port_term = [&](const PortRange& range) { return ServicePortTerm(query, range); };
  const std::optional<Filter<PortRange>> services = PortsOf(query.services);
  if (services) AddTerms(*services, port_term, terms);
  AddTerms(query.ports, port_term, terms);
  AddTerms(
      query.local, [](const auto& pattern) { return EndTerm("src", pattern); }, terms);
  AddTerms(
      query.remote, [](const auto& pattern) { return EndTerm("dst", pattern); }, terms);
  std::string filter;
  for (const std::string& term : terms) filter += (filter.empty() ? "" : " and ") + term;
  if (!filter.empty()) command.text += " '" + filter + "'";
  const bool has_ports = !query.ports.wanted.empty() || (services && !services->wanted.empty());
  if (!services) command.lacks.emplace_back("service");
  if (!query.directions.IsEmpty() && !has_ports) command.lacks.emplace_back("direction");
  if (!query.owners.IsEmpty()) command.lacks.emplace_back("owner");
  if (query.older_than) command.lacks.emplace_back("older_than");
  if (query.accepted) command.lacks.emplace_back("accepted");
  if (query.retransmitting) command.lacks.emplace_back("retransmitting");
  return command;
}

}  // namespace sockdiag
