#include "netlink/walk.h"

#include <cerrno>
#include <span>

#include "base/error.h"

namespace sockdiag {

DumpResult<WalkStats> Walk(NetlinkTransport& transport, const DumpRequest& request,
                           DumpBuffer& buffer, MessageSink& sink) {
  const auto sent = transport.Send(request.bytes);
  if (!sent) {
    return tl::unexpected(DumpError{DumpErrorReason::kSend,
                                    ErrnoMessage("cannot send the dump request", sent.error()), 0,
                                    IsDenial(sent.error())});
  }
  DumpReader reader(request, transport.port_id(), sink);
  while (true) {
    const auto size = transport.Receive(buffer);
    if (!size && size.error() == EINTR) continue;
    if (!size) return tl::unexpected(DumpErrorFromReceive(size.error()));
    const auto progress = reader.Read(std::span<const std::byte>(buffer).first(*size));
    if (!progress) return tl::unexpected(progress.error());
    if (*progress == DumpReader::Progress::kDone) return reader.stats();
  }
}

}  // namespace sockdiag
