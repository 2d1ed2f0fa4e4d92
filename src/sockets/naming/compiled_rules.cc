#include "sockets/naming/compiled_rules.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace sockdiag {
namespace {

bool HasNetworks(const ServiceRule& rule) {
  return !rule.local_networks.empty() || !rule.remote_networks.empty();
}

/// The rank that a rule gives to a port that it holds.
PortRank RankBy(const ServiceRule& rule, Port port) {
  if (rule.ports.empty()) return PortRank::kRest;
  const auto names = [&](const PortRange& range) {
    const auto ports = static_cast<std::size_t>(range.last.Value() - range.first.Value()) + 1;
    return range.Contains(port) && ports <= CompiledRules::kLongestNamedRange;
  };
  const bool is_named = std::any_of(rule.ports.begin(), rule.ports.end(), names);
  return is_named ? PortRank::kRule : PortRank::kServing;
}

/// Where the address space must be cut so that each piece is inside or outside every network, and
/// all IPv4 or all IPv6.
std::vector<IpAddress> AddressStarts(const std::vector<NamedRule>& rules,
                                     std::vector<Cidr> ServiceRule::*networks) {
  std::vector<IpAddress> starts{IpAddress::FromBits(0, 0xffff'0000'0000),
                                IpAddress::FromBits(0, 0x1'0000'0000'0000)};
  for (const NamedRule& named_rule : rules) {
    for (const Cidr& network : named_rule.rule->*networks) {
      starts.push_back(network.First());
      const std::uint64_t low = network.Last().Low() + 1;
      const std::uint64_t high = network.Last().High() + (low == 0 ? 1 : 0);
      if (low != 0 || high != 0) starts.push_back(IpAddress::FromBits(high, low));
    }
  }
  return starts;
}

std::vector<Port> PortStarts(const std::vector<NamedRule>& rules,
                             const CompiledRules::PortNames& port_names) {
  std::vector<Port> starts;
  const auto add_range = [&](const PortRange& range) {
    starts.push_back(range.first);
    if (range.last.Value() == std::numeric_limits<std::uint16_t>::max()) return;
    starts.push_back(Port::FromHost(static_cast<std::uint16_t>(range.last.Value() + 1)));
  };
  for (const NamedRule& named_rule : rules) {
    std::for_each(named_rule.rule->ports.begin(), named_rule.rule->ports.end(), add_range);
  }
  for (const auto& [port, service] : port_names) add_range({port, port});
  return starts;
}

}  // namespace

AddressRows::AddressRows(const std::vector<NamedRule>& rules,
                         std::vector<Cidr> ServiceRule::*networks)
    : intervals_(AddressStarts(rules, networks)), rows_(intervals_.size(), rules.size()) {
  for (std::size_t bit = 0; bit < rules.size(); ++bit) {
    const std::vector<Cidr>& allowed = rules[bit].rule->*networks;
    if (allowed.empty()) {
      for (std::size_t row = 0; row < intervals_.size(); ++row) rows_.Set(row, bit);
    }
    for (const Cidr& network : allowed) {
      const std::size_t last = intervals_.Find(network.Last());
      for (std::size_t row = intervals_.Find(network.First()); row <= last; ++row) {
        // A network such as ::/0 spans the IPv4 interval and does not hold it.
        if (network.Contains(intervals_.Start(row))) rows_.Set(row, bit);
      }
    }
  }
}

CompiledRules::CompiledRules(const std::vector<NamedRule>& rules, const PortNames& port_names)
    : ports_(PortStarts(rules, port_names)),
      port_rows_(ports_.size(), rules.size()),
      naming_rows_(ports_.size(), rules.size()),
      local_(rules, &ServiceRule::local_networks),
      remote_(rules, &ServiceRule::remote_networks) {
  for (const NamedRule& rule : rules) services_.push_back(rule.service);
  for (std::size_t row = 0; row < ports_.size(); ++row) AddPorts(row, rules, port_names);
}

/// Fills the row's bits up to the first rule that asks for no address, since none after it counts.
void CompiledRules::AddPorts(std::size_t row, const std::vector<NamedRule>& rules,
                             const PortNames& port_names) {
  const Port port = ports_.Start(row);
  PortAnswer answer;
  const auto named = port_names.find(port);
  if (named != port_names.end()) {
    answer.match = {.service = named->second, .in_database = true};
    answer.naming.rank = PortRank::kDatabase;
  }
  for (std::size_t bit = 0; bit < rules.size(); ++bit) {
    if (!HoldsPort(*rules[bit].rule, port)) continue;
    const PortRank rank = RankBy(*rules[bit].rule, port);
    const bool names_port = rank == PortRank::kRule;
    answer.naming.rank = std::min(answer.naming.rank, rank);
    if (rank == PortRank::kServing) answer.naming.is_in_long_range = true;
    if (!HasNetworks(*rules[bit].rule)) {
      answer.match.service = rules[bit].service;
      answer.match.by_rule = true;
      answer.match.rule_names_port = names_port;
      break;
    }
    port_rows_.Set(row, bit);
    if (names_port) naming_rows_.Set(row, bit);
    answer.asks_for_addresses = true;
  }
  answers_.push_back(answer);
}

ServiceMatch CompiledRules::Match(Port port, const IpAddress& local,
                                  const IpAddress& remote) const {
  const std::size_t row = ports_.Find(port);
  const PortAnswer& answer = answers_[row];
  if (!answer.asks_for_addresses) return answer.match;
  const std::uint64_t* port_bits = port_rows_.Row(row);
  const std::uint64_t* local_bits = local_.Row(local);
  const std::uint64_t* remote_bits = remote_.Row(remote);
  for (std::size_t word = 0; word < port_rows_.words_per_row(); ++word) {
    const std::uint64_t bits = port_bits[word] & local_bits[word] & remote_bits[word];
    if (bits == 0) continue;
    const std::size_t rule = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
    return {.service = services_[rule],
            .by_rule = true,
            .rule_names_port = naming_rows_.Has(row, rule),
            .in_database = answer.match.in_database};
  }
  return answer.match;
}

}  // namespace sockdiag
