#include "config/service_section.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "model/cidr.h"
#include "model/protocol.h"
#include "yaml/values.h"

namespace sockdiag {
namespace {

constexpr auto kProtocolWords = [] {
  std::array<std::pair<std::string_view, Protocol>, kProtocols.size()> words;
  std::transform(kProtocols.begin(), kProtocols.end(), words.begin(),
                 [](Protocol protocol) { return std::pair(Name(protocol), protocol); });
  return words;
}();

constexpr std::array<std::pair<std::string_view, std::optional<Direction>>, 3> kDirectionWords{
    {{"inbound", Direction::kInbound},
     {"outbound", Direction::kOutbound},
     {"any", std::optional<Direction>()}}};

constexpr std::string_view kPortExamples = "a port or a range such as 6432-6440";
constexpr std::string_view kNetworkExamples = "a network such as 10.0.0.0/8 or 2001:db8::/32";

Result<std::string> ParseServiceName(const YamlNode& node) {
  Result<std::string> name = ParseText(node, "a name");
  if (!name) return name;
  if (name->empty()) return Fail("the name is empty");
  if (name->size() > kMaxServiceNameBytes) {
    return Fail(Shown(*name) + " is " + std::to_string(name->size()) + " bytes long, at most " +
                std::to_string(kMaxServiceNameBytes) + " are allowed");
  }
  if (!std::all_of(name->begin(), name->end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    return Fail(Shown(*name) + " holds a character that is not printable ASCII");
  }
  if (name->front() == ' ' || name->back() == ' ') {
    return Fail(Shown(*name) + " begins or ends with a space");
  }
  return name;
}

Result<std::string> ParseOwner(const YamlNode& node) {
  Result<std::string> glob = ParseText(node, "an owner such as nginx.service, * and ? allowed");
  if (!glob) return glob;
  if (glob->empty()) return Fail("an empty text matches nobody; leave the key out for any owner");
  if (glob->size() > kMaxOwnerGlobBytes) {
    return Fail(Shown(*glob) + " is " + std::to_string(glob->size()) + " bytes long, at most " +
                std::to_string(kMaxOwnerGlobBytes) + " are allowed");
  }
  return glob;
}

Result<PortRange> ParsePorts(const YamlNode& node) {
  const Result<std::string> text = ParseText(node, kPortExamples);
  if (!text) return tl::unexpected(text.error());
  return ParsePortRange(*text);
}

Result<Cidr> ParseNetwork(const YamlNode& node) {
  const Result<std::string> text = ParseText(node, kNetworkExamples);
  if (!text) return tl::unexpected(text.error());
  // Cidr's messages repeat its input, so only what cannot break their line gets there.
  constexpr std::size_t kLongestNetwork = 64;
  const bool plausible = text->size() <= kLongestNetwork &&
                         text->find_first_not_of("0123456789abcdefABCDEF:./") == std::string::npos;
  if (!plausible || text->empty()) {
    return Fail(Shown(*text) + " is not " + std::string(kNetworkExamples));
  }
  return Cidr::Parse(*text);
}

/// Digits, perhaps with a sign, or what other languages write numbers with, such as 0x50 and 1e3:
/// then the number is what is wrong, and not the form of the whole.
bool IsLikeANumber(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.front() >= '0' && text.front() <= '9' &&
         text.find_first_not_of("0123456789abcdefABCDEFoOxX_.+") == std::string_view::npos;
}

/// A list that, when it is given, has to hold something: none of it would match nothing, while
/// leaving the key out matches everything.
template <typename Parse, typename T>
void ReadFilter(MappingReader& keys, std::string_view key, std::string_view item,
                const Parse& parse, std::vector<T>& out) {
  const auto value = keys.Find(key);
  if (!value) return;
  value->ReadList("a list, each " + std::string(item), kMaxRuleEntries, parse, out);
  if (value->Node().kind == YamlNode::Kind::kSequence && value->Node().items.empty()) {
    value->Complain("an empty list matches nothing; leave the key out to match everything");
  }
}

void ReadRule(MappingReader& keys, ServiceRule& rule) {
  keys.ReadRequired("name", ParseServiceName, rule.name);
  keys.Read("protocol", OneOf<Protocol>{kProtocolWords}, rule.protocol);
  keys.Read("direction", OneOf<std::optional<Direction>>{kDirectionWords}, rule.direction);
  ReadFilter(keys, "ports", kPortExamples, ParsePorts, rule.ports);
  ReadFilter(keys, "local_networks", kNetworkExamples, ParseNetwork, rule.local_networks);
  ReadFilter(keys, "remote_networks", kNetworkExamples, ParseNetwork, rule.remote_networks);
  keys.Read("owner", ParseOwner, rule.owner);
}

}  // namespace

Result<PortRange> ParsePortRange(std::string_view text) {
  const auto parse_port = [](std::string_view part) { return ParseInteger(part, 1, 65'535); };
  const std::size_t dash = text.find('-', 1);  // a leading one is a sign
  const bool is_range = dash != std::string_view::npos;
  const std::string_view first_text = text.substr(0, dash);
  const std::string_view last_text = is_range ? text.substr(dash + 1) : first_text;
  if (!IsLikeANumber(first_text) || !IsLikeANumber(last_text) ||
      (is_range && last_text.starts_with('-'))) {
    return Fail(Shown(text) + " is not " + std::string(kPortExamples));
  }
  const Result<std::uint64_t> first = parse_port(first_text);
  const Result<std::uint64_t> last = parse_port(last_text);
  if (!first || !last) {
    const std::string& reason = (first ? last : first).error().message;
    return Fail(is_range ? Shown(text) + ": " + reason : reason);
  }
  if (*first > *last) return Fail(Shown(text) + " ends before it begins");
  return PortRange{Port::FromHost(static_cast<std::uint16_t>(*first)),
                   Port::FromHost(static_cast<std::uint16_t>(*last))};
}

void ReadServices(const NodeReader& node, std::vector<ServiceRule>& rules) {
  rules.clear();
  node.ReadItems("a list of rules, or [] for none", kMaxServiceRules, [&](const NodeReader& item) {
    item.ReadMapping([&](MappingReader& keys) { ReadRule(keys, rules.emplace_back()); });
  });
  std::size_t networks = 0;
  for (const ServiceRule& rule : rules) {
    networks += rule.local_networks.size() + rule.remote_networks.size();
  }
  if (networks > kMaxNetworks) {
    node.Complain(std::to_string(networks) + " networks in all rules together, at most " +
                  std::to_string(kMaxNetworks) + " are allowed");
  }
}

}  // namespace sockdiag
