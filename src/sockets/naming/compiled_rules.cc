#include "sockets/naming/compiled_rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <bit>

#include "sockets/naming/range_starts.h"

namespace sockdiag {
namespace {

/// `*` and `?` alone have a meaning.
bool MatchesGlob(const std::string& glob, const std::string& name) {
  std::string pattern;
  for (const char c : glob) {
    if (c == '[' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return !name.empty() && fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// Whether a rule names a port by itself or in a range that is not long.
bool NamesPort(const ServiceRule& rule, Port port) {
  return std::any_of(rule.ports.begin(), rule.ports.end(), [&](const PortRange& range) {
    const auto ports = static_cast<std::size_t>(range.last.Value() - range.first.Value()) + 1;
    return range.Contains(port) && ports <= CompiledRules::kLongestNamedRange;
  });
}

/// Where the address space must be cut so that each piece is inside or outside every network, and
/// all IPv4 or all IPv6.
std::vector<IpAddress> AddressStarts(const std::vector<NamedRule>& rules,
                                     std::vector<Cidr> ServiceRule::*networks) {
  std::vector<IpAddress> starts = Ipv4Starts();
  for (const NamedRule& named_rule : rules) {
    for (const Cidr& network : named_rule.rule->*networks) AddStarts(network, starts);
  }
  return starts;
}

std::vector<Port> PortStarts(const std::vector<NamedRule>& rules,
                             const CompiledRules::PortNames& port_names) {
  std::vector<Port> starts;
  for (const NamedRule& named_rule : rules) {
    for (const PortRange& range : named_rule.rule->ports) AddStarts(range, starts);
  }
  for (const auto& [port, service] : port_names) AddStarts(PortRange{port, port}, starts);
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
  for (const NamedRule& rule : rules) {
    services_.push_back(rule.service);
    owners_.push_back(rule.rule->owner);
  }
  for (std::size_t row = 0; row < ports_.size(); ++row) AddPorts(row, rules, port_names);
}

/// Fills the row's bits up to the first rule that asks for the port alone, since none after it
/// counts.
void CompiledRules::AddPorts(std::size_t row, const std::vector<NamedRule>& rules,
                             const PortNames& port_names) {
  const Port port = ports_.Start(row);
  PortAnswer answer;
  const auto named = port_names.find(port);
  if (named != port_names.end()) {
    answer.match = {.service = named->second, .in_database = true};
    answer.naming.by_database = true;
  }
  for (std::size_t bit = 0; bit < rules.size(); ++bit) {
    const ServiceRule& rule = *rules[bit].rule;
    if (!HoldsPort(rule, port)) continue;
    const bool names_port = NamesPort(rule, port);
    if (names_port) answer.naming.by_rule = true;
    if (!names_port && !rule.ports.empty()) answer.naming.by_long_range = true;
    if (!AsksForMoreThanPorts(rule)) {
      answer.match.service = rules[bit].service;
      answer.match.by_rule = true;
      answer.match.rule_names_port = names_port;
      break;
    }
    port_rows_.Set(row, bit);
    if (names_port) naming_rows_.Set(row, bit);
    answer.asks_for_more = true;
  }
  answers_.push_back(answer);
}

OwnerRow CompiledRules::RowOf(const std::string& owner) const {
  OwnerRow row(port_rows_.words_per_row());
  for (std::size_t bit = 0; bit < owners_.size(); ++bit) {
    const bool holds = owners_[bit].empty() || MatchesGlob(owners_[bit], owner);
    if (holds) row[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return row;
}

bool CompiledRules::AsksForOwners() const {
  return std::any_of(owners_.begin(), owners_.end(),
                     [](const std::string& glob) { return !glob.empty(); });
}

ServiceMatch CompiledRules::Match(Port port, const IpAddress& local, const IpAddress& remote,
                                  const OwnerRow& owner) const {
  const std::size_t row = ports_.Find(port);
  const PortAnswer& answer = answers_[row];
  if (!answer.asks_for_more) return answer.match;
  const std::uint64_t* port_bits = port_rows_.Row(row);
  const std::uint64_t* local_bits = local_.Row(local);
  const std::uint64_t* remote_bits = remote_.Row(remote);
  for (std::size_t word = 0; word < port_rows_.words_per_row(); ++word) {
    const std::uint64_t bits = port_bits[word] & local_bits[word] & remote_bits[word] & owner[word];
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
