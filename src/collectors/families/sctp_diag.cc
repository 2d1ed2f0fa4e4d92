#include "collectors/families/sctp_diag.h"

#include <linux/inet_diag.h>

#include <array>
#include <optional>

#include "model/address_family.h"
#include "model/socket_state.h"
#include "netlink/bytes.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

constexpr std::array<std::string_view, 8> kAssociationStates{
    "closed",           "cookie_wait",   "cookie_echoed",     "established",
    "shutdown_pending", "shutdown_sent", "shutdown_received", "shutdown_ack_sent"};

}  // namespace

DumpResult<SctpRecord> DecodeSctpDiag(std::span<const std::byte> payload) {
  const auto message = TakeStruct<inet_diag_msg>(payload);
  static_assert(sizeof(*message) == 72);
  const auto family = message ? FamilyFromAddressFamily(message->idiag_family) : std::nullopt;
  if (!family) {
    return FailDump(DumpErrorReason::kMalformed, "a record is not one of an SCTP socket");
  }
  const auto peers = FindAttribute(payload, INET_DIAG_PEERS);
  if (!peers) return tl::unexpected(peers.error());
  return SctpRecord{.family = *family,
                    .is_association = peers->has_value(),
                    .state = message->idiag_state,
                    .cookie = CookieFromHalves(message->id.idiag_cookie)};
}

std::string_view SctpStateName(const SctpRecord& record) {
  if (!record.is_association) return Name(StateFromKernel(Protocol::kTcp, record.state));
  return record.state < kAssociationStates.size() ? kAssociationStates[record.state] : "unknown";
}

}  // namespace sockdiag
