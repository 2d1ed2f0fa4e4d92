#include "collectors/families/family_dump.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <utility>

#include "netlink/dump_request.h"
#include "netlink/walk.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

/// ENOENT is in NLMSG_ERROR when the family itself or its module is missing, and in NLMSG_DONE when
/// it is what lists one of the family's protocols (net/core/sock_diag.c, net/ipv4/inet_diag.c).
/// What is denied stays so, too. gVisor answers EINVAL to all that it does not know.
bool IsLack(const DumpError& error) {
  return error.is_denied || error.reason == DumpErrorReason::kUnsupported ||
         error.kernel_errno == ENOENT || error.kernel_errno == EINVAL;
}

}  // namespace

FamilyDump::FamilyDump(NetlinkOpener open, const Clock& clock, std::string_view sockets,
                       std::string_view module, RefusalMemory::Options refusals)
    : open_(std::move(open)),
      sockets_(sockets),
      module_(module),
      refusal_(clock, std::move(refusals)) {}

Result<bool> FamilyDump::Walk(std::span<const std::byte> payload, MessageSink& sink) {
  if (refusal_.Find()) return false;
  lack_.clear();
  is_denied_ = false;
  const DumpResult<void> walked = WalkOnce(payload, sink);
  if (walked) return true;
  if (!IsLack(walked.error())) {
    return Fail(std::string(sockets_) + " sockets: " + walked.error().message);
  }
  DumpError refusal = walked.error();
  const std::string sockets(sockets_);
  const std::string module(module_);
  const std::string why = refusal.is_denied
                              ? refusal.message
                              : "it has no " + module + ", or no " + sockets + " at all";
  refusal.message = "the kernel lists no " + sockets + " sockets: " + why;
  is_denied_ = refusal.is_denied;
  lack_ = refusal_.Note(refusal, refusal.is_denied ? "" : module).message;
  return false;
}

/// A netlink socket is for one walk: closing it is the only way to end one before its end.
DumpResult<void> FamilyDump::WalkOnce(std::span<const std::byte> payload, MessageSink& sink) {
  const auto transport = open_(NETLINK_SOCK_DIAG);
  if (!transport) return tl::unexpected(SockDiagOpenError(transport.error()));
  const DumpTypes types{.request = SOCK_DIAG_BY_FAMILY, .record = SOCK_DIAG_BY_FAMILY};
  DumpBuffer buffer;
  const auto walk =
      sockdiag::Walk(**transport, MakeDumpRequest(types, ++sequence_, payload), buffer, sink);
  if (!walk) return tl::unexpected(walk.error());
  return {};
}

}  // namespace sockdiag
