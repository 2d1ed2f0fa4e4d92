#pragma once

#include <cstddef>
#include <span>

#include "model/socket_record.h"
#include "netlink/message.h"

namespace sockdiag {

/// A socket from the payload of one netlink message: a 72-byte `inet_diag_msg`
/// (`uapi/linux/inet_diag.h`), then attributes. Of these INET_DIAG_SKV6ONLY is read where the
/// kernel attaches it, on IPv6 sockets that listen or are unconnected, and INET_DIAG_INFO where
/// `with_last_ack` says so; a `tcp_info` that is too short leaves the time unknown.
/// kMalformed when the payload is short, the family is not IP, or an attribute that is looked at
/// lies about its length.
[[nodiscard]] DumpResult<SocketRecord> DecodeInetDiag(Protocol protocol,
                                                      std::span<const std::byte> payload,
                                                      bool with_last_ack = false);

/// Decodes each record of a dump of one protocol and hands it on.
class InetDiagDecoder final : public MessageSink {
 public:
  /// The sink must outlive the decoder.
  InetDiagDecoder(Protocol protocol, SocketSink& sink, bool with_last_ack = false)
      : protocol_(protocol), sink_(sink), with_last_ack_(with_last_ack) {}

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;

 private:
  Protocol protocol_;
  SocketSink& sink_;
  bool with_last_ack_;
};

}  // namespace sockdiag
