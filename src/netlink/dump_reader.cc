#include "netlink/dump_reader.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "sockets/source/inet_diag_codec.h"

namespace sockdiag {
namespace {

using Progress = DumpReader::Progress;

tl::unexpected<DumpError> Malformed(std::string message) {
  return FailDump(DumpErrorReason::kMalformed, std::move(message));
}

/// From the negative errno of a message.
tl::unexpected<DumpError> KernelError(Protocol protocol, int status) {
  constexpr int kMaxErrno = 4095;  // MAX_ERRNO in the kernel's include/linux/err.h
  if (status < -kMaxErrno) {
    return Malformed("the status " + std::to_string(status) + " is no errno");
  }
  return tl::unexpected(DumpErrorFromKernel(protocol, -status));
}

/// NLMSG_DONE carries an int: 0, or the negative errno with which the dump ended. libmnl's own
/// handler does not look at it, and a missing protocol handler says so only here.
DumpResult<Progress> ReadDone(Protocol protocol, std::span<const std::byte> payload) {
  int status = 0;
  if (payload.size() < sizeof(status)) return Malformed("NLMSG_DONE carries no status");
  std::memcpy(&status, payload.data(), sizeof(status));
  if (status < 0) return KernelError(protocol, status);
  return Progress::kDone;
}

DumpResult<Progress> ReadError(Protocol protocol, std::span<const std::byte> payload) {
  nlmsgerr error;
  if (payload.size() < sizeof(error)) return Malformed("NLMSG_ERROR is shorter than its header");
  std::memcpy(&error, payload.data(), sizeof(error));
  if (error.error >= 0) {
    return Malformed("NLMSG_ERROR without an error answered the dump request");
  }
  return KernelError(protocol, error.error);
}

/// Takes the message at the front of a datagram off; nothing when its length contradicts what is
/// left. Not mnl_nlmsg_ok(), which takes lengths from 2^31 on for negative and lets them pass.
std::optional<NetlinkMessage> TakeMessage(std::span<const std::byte>& datagram) {
  NetlinkMessage message;
  if (datagram.size() < sizeof(message.header)) return std::nullopt;
  std::memcpy(&message.header, datagram.data(), sizeof(message.header));
  const std::size_t length = message.header.nlmsg_len;
  if (length < sizeof(message.header) || length > datagram.size()) return std::nullopt;
  message.payload = datagram.subspan(sizeof(message.header), length - sizeof(message.header));
  datagram = datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(length), datagram.size()));
  return message;
}

}  // namespace

DumpReader::DumpReader(const DumpRequest& request, std::uint32_t port_id, SocketSink& sink)
    : sequence_(request.sequence),
      port_id_(port_id),
      record_type_(request.record_type),
      protocol_(request.protocol),
      sink_(sink) {}

DumpResult<Progress> DumpReader::Read(std::span<const std::byte> datagram) {
  stats_.bytes += datagram.size();
  if (datagram.empty()) return Malformed("an empty datagram");
  while (!datagram.empty()) {
    const std::size_t left = datagram.size();
    const std::optional<NetlinkMessage> message = TakeMessage(datagram);
    if (!message) {
      return Malformed("a netlink message does not fit the " + std::to_string(left) +
                       " bytes left in its datagram");
    }
    DumpResult<Progress> progress = ReadMessage(*message);
    if (!progress || *progress == Progress::kDone) return progress;
  }
  return Progress::kMore;
}

DumpResult<Progress> DumpReader::ReadMessage(const NetlinkMessage& message) {
  if (message.header.nlmsg_seq != sequence_ || message.header.nlmsg_pid != port_id_) {
    return FailDump(DumpErrorReason::kSequence,
                    "an answer to request " + std::to_string(message.header.nlmsg_seq) +
                        " arrived instead of one to request " + std::to_string(sequence_));
  }
  if ((message.header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) {
    return FailDump(DumpErrorReason::kInterrupted, "the table changed during the dump");
  }
  if (message.header.nlmsg_type == record_type_) return ReadRecord(message.payload);
  switch (message.header.nlmsg_type) {
    case NLMSG_DONE:
      return ReadDone(protocol_, message.payload);
    case NLMSG_ERROR:
      return ReadError(protocol_, message.payload);
    case NLMSG_OVERRUN:
      return FailDump(DumpErrorReason::kOverrun, "the kernel reported lost answers");
    case NLMSG_NOOP:
      return Progress::kMore;
    default:
      return Malformed("unexpected netlink message type " +
                       std::to_string(message.header.nlmsg_type));
  }
}

DumpResult<Progress> DumpReader::ReadRecord(std::span<const std::byte> payload) {
  const DumpResult<SocketRecord> record = DecodeInetDiag(protocol_, payload);
  if (!record) return tl::unexpected(record.error());
  ++stats_.sockets;
  sink_.Add(*record);
  return Progress::kMore;
}

}  // namespace sockdiag
