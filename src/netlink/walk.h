#pragma once

#include <array>
#include <cstddef>

#include "netlink/dump_reader.h"
#include "netlink/transport.h"

namespace sockdiag {

/// For one datagram at a time. The kernel caps its dump messages at 32 KiB; a smaller buffer could
/// lose some.
using DumpBuffer = std::array<std::byte, 32768>;

/// Sends a request and gives each record of the answers to `sink`, to the end of the dump. After an
/// error, what the sink was given is a part of unknown size. A transport that has had an error must
/// be closed: that is the only way to end a dump before its end.
[[nodiscard]] DumpResult<WalkStats> Walk(NetlinkTransport& transport, const DumpRequest& request,
                                         DumpBuffer& buffer, MessageSink& sink);

}  // namespace sockdiag
