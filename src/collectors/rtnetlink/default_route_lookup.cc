#include "collectors/rtnetlink/default_route_lookup.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "collectors/rtnetlink/route_counts.h"
#include "collectors/rtnetlink/route_message.h"
#include "model/protocol.h"

namespace sockdiag {
namespace {

/// Takes the one route that answers.
class TakenRoute final : public RtnetlinkSink {
 public:
  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<RouteMessage> route = DecodeRoute(message.payload, Family::kIpv6);
    if (!route) return tl::unexpected(route.error());
    has_answer_ = true;
    lets_rest_out_ = LetsTheRestOut(*route);
    return EndDump();  // nothing comes behind it
  }
  [[nodiscard]] bool HasEnough() const override { return has_answer_; }
  /// Nothing when it is no default route of the main table.
  [[nodiscard]] std::optional<bool> lets_rest_out() const { return lets_rest_out_; }

 private:
  bool has_answer_ = false;
  std::optional<bool> lets_rest_out_;
};

/// Of all rules (RTM_NEWRULE, `uapi/linux/fib_rules.h`), whether a packet that no table has a route
/// for was looked up in the main one.
class RulesToMain final : public RtnetlinkSink {
 public:
  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override {
    std::span<const std::byte> attributes = message.payload;
    const auto header = TakeStruct<fib_rule_hdr>(attributes);
    if (!header) {
      return FailDump(DumpErrorReason::kMalformed, "a rule is shorter than its header");
    }
    name_tables_ = name_tables_ && header->family == AF_INET6 && header->action == FR_ACT_TO_TBL;
    const bool is_for_all = header->src_len == 0 && header->dst_len == 0 && header->tos == 0 &&
                            (header->flags & FIB_RULE_INVERT) == 0;
    if (!is_for_all || header->table != RT_TABLE_MAIN) return {};
    const DumpResult<bool> plain = HasNoCondition(attributes);
    if (!plain) return tl::unexpected(plain.error());
    have_main_ = have_main_ || *plain;
    return {};
  }
  [[nodiscard]] bool lead_to_main() const { return name_tables_ && have_main_; }

 private:
  static DumpResult<bool> HasNoCondition(std::span<const std::byte> attributes) {
    while (!attributes.empty()) {
      DumpResult<NetlinkAttribute> attribute = TakeAttribute(attributes);
      if (!attribute) return tl::unexpected(attribute.error());
      switch (attribute->type) {
        case FRA_TABLE:
        case FRA_PRIORITY:
        case FRA_PROTOCOL:
        case FRA_PAD:
          break;
        case FRA_SUPPRESS_PREFIXLEN:  // the kernel always says it: -1 is none
          if (TakeStruct<std::uint32_t>(attribute->payload) !=
              std::numeric_limits<std::uint32_t>::max()) {
            return false;
          }
          break;
        default:
          return false;
      }
    }
    return true;
  }

  bool name_tables_ = true;
  bool have_main_ = false;
};

RtnetlinkRequest LookupRequest() {
  constexpr std::array kAddress{std::byte{0x40}, std::byte{}, std::byte{}, std::byte{},
                                std::byte{},     std::byte{}, std::byte{}, std::byte{},
                                std::byte{},     std::byte{}, std::byte{}, std::byte{},
                                std::byte{},     std::byte{}, std::byte{}, std::byte{1}};
  rtmsg header{};
  header.rtm_family = AF_INET6;
  header.rtm_dst_len = 8 * kAddress.size();
  header.rtm_flags = RTM_F_FIB_MATCH;
  RtnetlinkRequest request = MakeRtnetlinkRequest({RTM_GETROUTE, RTM_NEWROUTE}, header);
  request.flags = 0;
  AddAttribute(RTA_DST, kAddress, request);
  return request;
}

RtnetlinkRequest RulesRequest() {
  fib_rule_hdr header{};
  header.family = AF_INET6;
  return MakeRtnetlinkRequest({RTM_GETRULE, RTM_NEWRULE}, header);
}

}  // namespace

std::optional<bool> LookUpIpv6DefaultRoute(RtnetlinkDumper& dumper) {
  const auto taken = dumper.Dump(LookupRequest(), TakenRoute());
  if (taken) return taken->lets_rest_out();
  if (taken.error().kernel_errno != ENETUNREACH) return std::nullopt;
  const auto rules = dumper.Dump(RulesRequest(), RulesToMain());
  return rules && rules->lead_to_main() ? std::optional(false) : std::nullopt;
}

}  // namespace sockdiag
