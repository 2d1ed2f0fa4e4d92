#include "sockets/naming/rule_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sockets/naming/range_starts.h"
#include "sockets/naming/service_names.h"

namespace sockdiag {
namespace {

using Rules = std::vector<const ServiceRule*>;

/// Comparisons for all rules together: a fraction of a second.
constexpr std::size_t kMostComparisons = 1'000'000;

/// What a rule looks at in a socket.
struct Place {
  Direction direction;
  Port port;
  IpAddress local;
  IpAddress remote;
};

bool Holds(const std::vector<Cidr>& networks, const IpAddress& address) {
  return networks.empty() ||
         std::any_of(networks.begin(), networks.end(),
                     [&](const Cidr& network) { return network.Contains(address); });
}

bool Holds(const ServiceRule& rule, Direction direction) {
  return !rule.direction || *rule.direction == direction;
}

bool Matches(const ServiceRule& rule, const Place& place) {
  return Holds(rule, place.direction) && HoldsPort(rule, place.port) &&
         Holds(rule.local_networks, place.local) && Holds(rule.remote_networks, place.remote);
}

template <typename T>
std::vector<T> WithoutRepetition(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// Where the rule's ports begin, and where within them those of others begin or have ended. What
/// holds for all of these ports holds for all that the rule has.
std::vector<Port> PortStarts(const ServiceRule& rule, const Rules& others) {
  std::vector<Port> starts{Port::FromHost(1)};
  for (const PortRange& range : rule.ports) starts.push_back(range.first);
  for (const ServiceRule* other : others) {
    for (const PortRange& range : other->ports) AddStarts(range, starts);
  }
  std::erase_if(starts, [&](Port port) { return !HoldsPort(rule, port); });
  return WithoutRepetition(std::move(starts));
}

/// The same for addresses.
std::vector<IpAddress> AddressStarts(const ServiceRule& rule, const Rules& others,
                                     std::vector<Cidr> ServiceRule::*networks) {
  std::vector<IpAddress> starts = Ipv4Starts();
  starts.push_back(IpAddress());
  for (const Cidr& network : rule.*networks) starts.push_back(network.First());
  for (const ServiceRule* other : others) {
    for (const Cidr& network : other->*networks) AddStarts(network, starts);
  }
  std::erase_if(starts, [&](const IpAddress& address) { return !Holds(rule.*networks, address); });
  return WithoutRepetition(std::move(starts));
}

/// Whether sockets can be on both ends of this kind.
bool IsPossible(const Place& place) { return place.local.IsIpv4() == place.remote.IsIpv4(); }

/// About what PortStarts() and AddressStarts() compare.
std::size_t CostOfStarts(const ServiceRule& rule, const Rules& others) {
  const auto size = [](const ServiceRule& of) {
    return of.ports.size() + of.local_networks.size() + of.remote_networks.size();
  };
  std::size_t starts = size(rule);
  for (const ServiceRule* other : others) starts += 2 * size(*other);
  return starts * (size(rule) + 1);
}

/// Takes so many comparisons of those that are left, unless they are fewer.
bool Spend(std::size_t comparisons, std::size_t& left) {
  if (left < comparisons) return false;
  left -= comparisons;
  return true;
}

/// Whether each socket that the rule matches is matched by one of the others, too; not known when
/// more comparisons are needed than are left.
std::optional<bool> IsCovered(const ServiceRule& rule, const Rules& others, std::size_t& left) {
  if (!Spend(CostOfStarts(rule, others), left)) return std::nullopt;
  const std::vector<Port> ports = PortStarts(rule, others);
  const std::vector<IpAddress> locals = AddressStarts(rule, others, &ServiceRule::local_networks);
  const std::vector<IpAddress> remotes = AddressStarts(rule, others, &ServiceRule::remote_networks);
  for (const Direction direction : kDirections) {
    if (!Holds(rule, direction)) continue;
    for (const Port port : ports) {
      for (const IpAddress& local : locals) {
        for (const IpAddress& remote : remotes) {
          if (!Spend(others.size() + 1, left)) return std::nullopt;
          const Place place{direction, port, local, remote};
          const auto matches = [&](const ServiceRule* other) { return Matches(*other, place); };
          if (IsPossible(place) && std::none_of(others.begin(), others.end(), matches)) {
            return false;
          }
        }
      }
    }
  }
  return true;
}

/// Why no socket gets this rule's name; empty when some do.
std::string WhyNeverMatched(const std::vector<ServiceRule>& rules, std::size_t index,
                            std::size_t& left) {
  const ServiceRule& rule = rules[index];
  if (IsCovered(rule, {}, left).value_or(false)) {
    return "its local and its remote networks are IPv4 on one side and IPv6 on the other";
  }
  Rules earlier;
  for (std::size_t i = 0; i < index; ++i) {
    // Which owners a glob takes is not known here, but that all are taken where none is asked for.
    const bool may_cover = rules[i].owner.empty() || rules[i].owner == rule.owner;
    if (rules[i].protocol == rule.protocol && may_cover) earlier.push_back(&rules[i]);
  }
  if (!IsCovered(rule, earlier, left).value_or(false)) return {};
  for (const ServiceRule* other : earlier) {
    if (!IsCovered(rule, {other}, left).value_or(false)) continue;
    const auto i = static_cast<std::size_t>(other - rules.data());
    return RuleText(rules, i) + " comes first and takes all that it would";
  }
  return "earlier rules together take all that it would";
}

}  // namespace

std::string RuleText(const std::vector<ServiceRule>& rules, std::size_t index) {
  return "services[" + std::to_string(index) + "] (" + rules[index].name + ")";
}

std::vector<std::string> FindRuleDoubts(const std::vector<ServiceRule>& rules) {
  std::vector<std::string> doubts;
  std::size_t left = kMostComparisons;
  for (std::size_t index = 0; index < rules.size(); ++index) {
    const std::string why = WhyNeverMatched(rules, index, left);
    if (!why.empty()) doubts.push_back(RuleText(rules, index) + " never matches: " + why);
    if (rules[index].name == kOtherName) {
      doubts.push_back(RuleText(rules, index) +
                       " has the name of what has no name, or no place under limits: nothing "
                       "will tell the two apart");
    }
  }
  return doubts;
}

}  // namespace sockdiag
