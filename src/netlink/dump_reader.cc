#include "netlink/dump_reader.h"

#include <linux/netlink.h>

#include <optional>
#include <string>
#include <utility>

#include "netlink/bytes.h"

namespace sockdiag {
namespace {

using Progress = DumpReader::Progress;

tl::unexpected<DumpError> Malformed(std::string message) {
  return FailDump(DumpErrorReason::kMalformed, std::move(message));
}

/// From the negative errno of a message.
tl::unexpected<DumpError> KernelError(int status) {
  constexpr int kMaxErrno = 4095;  // MAX_ERRNO in the kernel's include/linux/err.h
  if (status < -kMaxErrno) {
    return Malformed("the status " + std::to_string(status) + " is no errno");
  }
  return tl::unexpected(DumpErrorFromKernel(-status));
}

/// NLMSG_DONE carries an int: 0, or the negative errno with which the dump ended. libmnl's own
/// handler does not look at it, and a missing protocol handler says so only here.
DumpResult<Progress> ReadDone(std::span<const std::byte> payload) {
  const std::optional<int> status = TakeStruct<int>(payload);
  if (!status) return Malformed("NLMSG_DONE carries no status");
  if (*status < 0) return KernelError(*status);
  return Progress::kDone;
}

DumpResult<Progress> ReadError(std::span<const std::byte> payload) {
  const std::optional<nlmsgerr> error = TakeStruct<nlmsgerr>(payload);
  if (!error) return Malformed("NLMSG_ERROR is shorter than its header");
  if (error->error >= 0) {
    return Malformed("NLMSG_ERROR without an error answered the dump request");
  }
  return KernelError(error->error);
}

}  // namespace

DumpReader::DumpReader(const DumpRequest& request, std::uint32_t port_id, MessageSink& sink)
    : sequence_(request.sequence),
      port_id_(port_id),
      record_type_(request.record_type),
      may_change_meanwhile_(request.may_change_meanwhile),
      sink_(sink) {}

DumpResult<Progress> DumpReader::Read(std::span<const std::byte> datagram) {
  stats_.bytes += datagram.size();
  if (datagram.empty()) return Malformed("an empty datagram");
  while (!datagram.empty()) {
    const DumpResult<NetlinkMessage> message = TakeMessage(datagram);
    if (!message) return tl::unexpected(message.error());
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
  const bool is_interrupted = (message.header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
  if (is_interrupted && !may_change_meanwhile_) {
    return FailDump(DumpErrorReason::kInterrupted, "the table changed during the dump");
  }
  if (message.header.nlmsg_type == record_type_) return ReadRecord(message);
  switch (message.header.nlmsg_type) {
    case NLMSG_DONE:
      return ReadDone(message.payload);
    case NLMSG_ERROR:
      return ReadError(message.payload);
    case NLMSG_OVERRUN:
      return FailDump(DumpErrorReason::kOverrun, "the kernel reported lost answers");
    case NLMSG_NOOP:
      return Progress::kMore;
    default:
      return Malformed("unexpected netlink message type " +
                       std::to_string(message.header.nlmsg_type));
  }
}

DumpResult<Progress> DumpReader::ReadRecord(const NetlinkMessage& message) {
  const DumpResult<void> added = sink_.Add(message);
  if (!added) return tl::unexpected(added.error());
  ++stats_.records;
  return Progress::kMore;
}

}  // namespace sockdiag
