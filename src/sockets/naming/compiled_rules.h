#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/ip_address.h"
#include "model/port.h"
#include "sockets/naming/bit_rows.h"
#include "sockets/naming/interval_map.h"
#include "sockets/naming/service_names.h"
#include "sockets/naming/service_rule.h"

namespace sockdiag {

/// A rule with its name resolved; the rule must outlive it.
struct NamedRule {
  const ServiceRule* rule;
  ServiceId service;
};

/// What a socket is called, were it of one direction, and who says so.
struct ServiceMatch {
  ServiceId service = ServiceId::kOther;
  /// A rule matches it.
  bool by_rule = false;
  /// It does, and names the service port, by itself or in a short range.
  bool rule_names_port = false;
  /// The services database names its service port, whether a rule does or not.
  bool in_database = false;

  [[nodiscard]] bool IsNamed() const { return by_rule || in_database; }
};

/// The local or the remote address of compiled rules: which of them an address lets through.
class AddressRows {
 public:
  AddressRows(const std::vector<NamedRule>& rules, std::vector<Cidr> ServiceRule::*networks);

  /// One bit a rule.
  [[nodiscard]] const std::uint64_t* Row(const IpAddress& address) const {
    return rows_.Row(intervals_.Find(address));
  }

 private:
  IntervalMap<IpAddress> intervals_;
  BitRows rows_;
};

/// Of one protocol and direction, which rules let an owner through: one bit a rule, made once for
/// each owner.
using OwnerRow = std::vector<std::uint64_t>;

/// The rules of one protocol and direction, compiled.
///
/// Each of service port, local and remote address is cut into intervals within which no rule
/// changes its mind, and each interval has a row of bits, one a rule that holds there. A lookup is
/// a binary search in each, and the first bit that these rows and the owner's share. Ports whose
/// first rule asks for nothing else skip the rest.
class CompiledRules {
 public:
  using PortNames = std::map<Port, ServiceId>;
  /// A longer range in a rule names a service, and not each of its ports where the kernel gives
  /// them to clients: they could take all places there are.
  static constexpr std::size_t kLongestNamedRange = 100;

  /// What names a port, whatever the addresses.
  struct PortNaming {
    /// A rule, by itself or in a range that is not long.
    bool by_rule = false;
    bool by_long_range = false;
    bool by_database = false;
  };

  /// `port_names` names the ports that no rule names.
  CompiledRules(const std::vector<NamedRule>& rules, const PortNames& port_names);

  /// kOther, named by nobody, where nothing names it. `owner`: from RowOf() of these rules.
  [[nodiscard]] ServiceMatch Match(Port port, const IpAddress& local, const IpAddress& remote,
                                   const OwnerRow& owner) const;
  /// For an owner of this name; empty of nobody.
  [[nodiscard]] OwnerRow RowOf(const std::string& owner) const;
  /// Whether any rule asks for one.
  [[nodiscard]] bool AsksForOwners() const;
  [[nodiscard]] PortNaming NamingOf(Port port) const { return answers_[ports_.Find(port)].naming; }

 private:
  struct PortAnswer {
    /// When no rule that asks for more than the port holds.
    ServiceMatch match;
    bool asks_for_more = false;
    PortNaming naming;
  };

  void AddPorts(std::size_t row, const std::vector<NamedRule>& rules, const PortNames& port_names);

  IntervalMap<Port> ports_;
  BitRows port_rows_;
  /// Which of the rules in port_rows_ name the port.
  BitRows naming_rows_;
  std::vector<PortAnswer> answers_;  // one for each interval of ports
  AddressRows local_;
  AddressRows remote_;
  std::vector<ServiceId> services_;  // one for each rule
  std::vector<std::string> owners_;  // the globs, one for each rule
};

}  // namespace sockdiag
