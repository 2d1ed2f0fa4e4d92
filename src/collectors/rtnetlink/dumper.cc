#include "collectors/rtnetlink/dumper.h"

#include <linux/netlink.h>

#include "base/error.h"

namespace sockdiag {

void AddAttribute(std::uint16_t type, std::uint32_t number, RtnetlinkRequest& request) {
  AddAttribute(type, BytesOf(number), request);
}

void AddAttribute(std::uint16_t type, std::span<const std::byte> value, RtnetlinkRequest& request) {
  const nlattr header{static_cast<std::uint16_t>(sizeof(header) + value.size()), type};
  for (const auto part : {BytesOf(header), value}) {
    request.payload.insert(request.payload.end(), part.begin(), part.end());
  }
}

DumpResult<void> RtnetlinkDumper::WalkOnce(const RtnetlinkRequest& request, bool is_last,
                                           RtnetlinkSink& sink) {
  // A socket for each: to close it is the only way to end a dump before its end.
  const auto transport = open_(NETLINK_ROUTE);
  if (!transport) {
    return tl::unexpected<DumpError>(
        DumpError{.reason = DumpErrorReason::kOpen,
                  .message = ErrnoMessage("cannot open an rtnetlink socket", transport.error()),
                  .is_denied = IsDenial(transport.error())});
  }
  DumpRequest dump = MakeDumpRequest(request.types, ++sequence_, request.payload, request.flags);
  dump.may_change_meanwhile = is_last && sink.MayChangeMeanwhile();
  const DumpResult<WalkStats> walked = Walk(**transport, dump, *buffer_, sink);
  if (!walked && !sink.HasEnough()) return tl::unexpected(walked.error());
  return {};
}

}  // namespace sockdiag
