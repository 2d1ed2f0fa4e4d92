#include "inspect/socket_filter.h"

namespace sockdiag {
namespace {

template <typename Value>
bool AcceptsValue(const Filter<Value>& filter, const Value& value) {
  return filter.Accepts([&](const Value& each) { return each == value; });
}

/// Whether the name of an id is let through; each is looked up once.
template <typename Id, typename NameOf>
bool AcceptsNamed(const Filter<std::string>& filter, Id id, std::unordered_map<Id, bool>& known,
                  const NameOf& name_of) {
  if (filter.IsEmpty()) return true;
  const auto [place, is_new] = known.try_emplace(id, false);
  if (is_new) place->second = AcceptsValue(filter, name_of(id));
  return place->second;
}

/// Whether a program has it from accept().
bool WasAccepted(const SocketRecord& record, const Classification& classification) {
  return Traits(record.protocol).has_connections &&
         classification.direction == Direction::kInbound && !IsListening(record) &&
         record.state != SocketState::kSynRecv && !IsUnaccepted(record);
}

}  // namespace

std::string SocketNames::OwnerName(OwnerId owner) const {
  const Owner named = owners == nullptr ? Owner() : owners->Name(owner);
  return named.kind == OwnerKind::kNone ? std::string(Name(OwnerKind::kNone)) : named.name;
}

StateSet SocketFilter::States(Protocol protocol) const {
  StateSet states;
  if (!AcceptsValue(query_.protocols, protocol)) return states;
  for (const SocketState state : kAllStates) {
    const bool is_its = state == SocketState::kUnknown || StateSet::All(protocol).Contains(state);
    if (is_its && AcceptsValue(query_.states, state)) states.Add(state);
  }
  return states;
}

bool SocketFilter::Accepts(const SocketRecord& record, const Classification& classification,
                           const SocketAge& age) {
  return AcceptsValue(query_.protocols, record.protocol) &&
         AcceptsValue(query_.states, record.state) &&
         AcceptsValue(query_.directions, classification.direction) &&
         query_.ports.Accepts(
             [&](const PortRange& range) { return range.Contains(classification.service_port); }) &&
         query_.local.Accepts(
             [&](const EndpointPattern& pattern) { return pattern.Matches(record.local); }) &&
         query_.remote.Accepts(
             [&](const EndpointPattern& pattern) { return pattern.Matches(record.remote); }) &&
         AcceptsName(classification) && AcceptsCondition(record, classification, age);
}

bool SocketFilter::AcceptsName(const Classification& classification) {
  return AcceptsNamed(query_.services, GroupOf(classification.group).service, services_,
                      [this](ServiceId service) { return names_.services.Name(service); }) &&
         AcceptsNamed(query_.owners, classification.owner, owners_,
                      [this](OwnerId owner) { return names_.OwnerName(owner); });
}

bool SocketFilter::AcceptsCondition(const SocketRecord& record,
                                    const Classification& classification,
                                    const SocketAge& age) const {
  if (query_.older_than && (!age || *age <= *query_.older_than)) return false;
  if (query_.accepted) {
    const bool is_it =
        *query_.accepted ? WasAccepted(record, classification) : IsUnaccepted(record);
    if (!is_it) return false;
  }
  return !query_.retransmitting || *query_.retransmitting == IsRetransmitting(record);
}

}  // namespace sockdiag
