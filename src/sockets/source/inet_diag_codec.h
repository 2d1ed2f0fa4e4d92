#pragma once

#include <cstddef>
#include <span>

#include "model/socket_record.h"
#include "netlink/message.h"

namespace sockdiag {

/// A socket from the payload of one netlink message: a 72-byte `inet_diag_msg`
/// (`uapi/linux/inet_diag.h`), then attributes. Of these only INET_DIAG_SKV6ONLY is read, and only
/// where the kernel attaches it: on IPv6 sockets that listen or are unconnected.
/// kMalformed when the payload is short, the family is not IP, or an attribute lies about its
/// length.
[[nodiscard]] DumpResult<SocketRecord> DecodeInetDiag(Protocol protocol,
                                                      std::span<const std::byte> payload);

/// Decodes each record of a dump of one protocol and hands it on.
class InetDiagDecoder final : public MessageSink {
 public:
  /// The sink must outlive the decoder.
  InetDiagDecoder(Protocol protocol, SocketSink& sink) : protocol_(protocol), sink_(sink) {}

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;

 private:
  Protocol protocol_;
  SocketSink& sink_;
};

}  // namespace sockdiag
