#pragma once

#include <cstddef>
#include <span>

#include "model/socket_record.h"
#include "netlink/message.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// A socket from the payload of one netlink message: a 72-byte `inet_diag_msg`
/// (`uapi/linux/inet_diag.h`), then attributes. Of these INET_DIAG_SKV6ONLY is read where the
/// kernel attaches it, on IPv6 sockets that listen or are unconnected, and others where they are
/// wanted: INET_DIAG_INFO, of which a `tcp_info` that is too short leaves the time unknown, and
/// INET_DIAG_CGROUP_ID, which minisockets and kernels before 5.8 do not have, and
/// INET_DIAG_SKMEMINFO of sockets that listen or are unconnected, of which what is too short leaves
/// the rest 0.
/// kMalformed when the payload is short, the family is not IP, or an attribute that is looked at
/// lies about its length.
[[nodiscard]] DumpResult<SocketRecord> DecodeInetDiag(Protocol protocol,
                                                      std::span<const std::byte> payload,
                                                      WantedAttributes wanted = {});

/// Decodes each record of a dump of one protocol and hands it on.
class InetDiagDecoder final : public MessageSink {
 public:
  /// The sink must outlive the decoder.
  InetDiagDecoder(Protocol protocol, SocketSink& sink, WantedAttributes wanted = {})
      : protocol_(protocol), sink_(sink), wanted_(wanted) {}

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;

 private:
  Protocol protocol_;
  SocketSink& sink_;
  WantedAttributes wanted_;
};

}  // namespace sockdiag
