#include "collectors/families/unix_diag.h"

#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <string>

#include "netlink/bytes.h"

namespace sockdiag {
namespace {

constexpr std::uint32_t kEveryState = ~std::uint32_t{0};

DumpResult<std::optional<UnixSocket::Queue>> FindQueue(std::span<const std::byte> attributes) {
  const auto found = FindAttribute(attributes, UNIX_DIAG_RQLEN);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  std::span<const std::byte> bytes = **found;
  const auto queue = TakeStruct<unix_diag_rqlen>(bytes);
  if (!queue) {
    return FailDump(DumpErrorReason::kMalformed,
                    "UNIX_DIAG_RQLEN has " + std::to_string(bytes.size()) + " bytes instead of 8");
  }
  return UnixSocket::Queue{queue->udiag_rqueue, queue->udiag_wqueue};
}

DumpResult<std::string_view> FindName(std::span<const std::byte> attributes) {
  const auto found = FindAttribute(attributes, UNIX_DIAG_NAME);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::string_view();
  return std::string_view(reinterpret_cast<const char*>((*found)->data()), (*found)->size());
}

}  // namespace

std::vector<std::byte> UnixDiagRequest(const UnixQuestion& question) {
  unix_diag_req request{};
  static_assert(sizeof(request) == 24);
  request.sdiag_family = AF_UNIX;
  request.udiag_states =
      question.only_listeners ? std::uint32_t{1} << UnixSocket::kListen : kEveryState;
  request.udiag_show = UDIAG_SHOW_RQLEN;
  if (question.wants_names) request.udiag_show |= UDIAG_SHOW_NAME;
  return CopyBytes(request);
}

DumpResult<UnixSocket> DecodeUnixDiag(std::span<const std::byte> payload) {
  const auto message = TakeStruct<unix_diag_msg>(payload);
  static_assert(sizeof(*message) == 16);
  if (!message || message->udiag_family != AF_UNIX) {
    return FailDump(DumpErrorReason::kMalformed, "a record is not one of a unix socket");
  }
  DumpResult<UnixSocket> socket =
      UnixSocket{message->udiag_type, message->udiag_state,
                 std::uint64_t{message->udiag_cookie[1]} << 32 | message->udiag_cookie[0]};
  if (!socket->IsListener()) return socket;
  const auto queue = FindQueue(payload);
  if (!queue) return tl::unexpected(queue.error());
  socket->queue = *queue;
  const auto name = FindName(payload);
  if (!name) return tl::unexpected(name.error());
  socket->name = *name;
  return socket;
}

}  // namespace sockdiag
