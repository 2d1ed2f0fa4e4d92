#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "netlink/bytes.h"
#include "netlink/dump_request.h"
#include "netlink/message.h"
#include "netlink/transport.h"
#include "netlink/walk.h"

namespace sockdiag {

/// What is asked of rtnetlink: a dump of which records, and the struct, with attributes behind it,
/// that says which of them.
struct RtnetlinkRequest {
  DumpTypes types;
  std::vector<std::byte> payload;
  /// See MakeDumpRequest().
  std::uint16_t flags = NLM_F_DUMP;
};

/// `header` is the kernel's struct that the type asks for.
template <typename Header>
[[nodiscard]] RtnetlinkRequest MakeRtnetlinkRequest(const DumpTypes& types, const Header& header) {
  const std::span<const std::byte> bytes = BytesOf(header);
  return {types, {bytes.begin(), bytes.end()}};
}
/// Adds an attribute.
void AddAttribute(std::uint16_t type, std::span<const std::byte> value, RtnetlinkRequest& request);
void AddAttribute(std::uint16_t type, std::uint32_t number, RtnetlinkRequest& request);

/// Takes from the records of one dump what it wants, and copies as a value.
class RtnetlinkSink : public MessageSink {
 public:
  /// Whether it ended the dump by an error of Add() since it knows all that it wants to.
  [[nodiscard]] virtual bool HasEnough() const { return false; }
  /// See DumpRequest: whether it makes do with a table that changed at every attempt.
  [[nodiscard]] virtual bool MayChangeMeanwhile() const { return false; }
};

/// What such a sink ends a dump with.
[[nodiscard]] inline tl::unexpected<DumpError> EndDump() {
  return FailDump(DumpErrorReason::kReceive, "the dump was ended here");
}

/// Dumps tables of the network namespace of the calling thread over rtnetlink(7). One thread at a
/// time.
class RtnetlinkDumper {
 public:
  explicit RtnetlinkDumper(NetlinkOpener open) : open_(std::move(open)) {}

  /// What a sink that was as `fresh` made of all records, or of as many as it wanted. Asked a few
  /// times where the table changes meanwhile; the last answer is taken as it is by a sink that
  /// makes do with that.
  template <typename Sink>
  [[nodiscard]] DumpResult<Sink> Dump(const RtnetlinkRequest& request, const Sink& fresh) {
    for (int attempts_left = kAttempts - 1;; --attempts_left) {
      Sink sink = fresh;
      const DumpResult<void> walked = WalkOnce(request, attempts_left == 0, sink);
      if (walked) return sink;
      const bool may_go_better = walked.error().reason == DumpErrorReason::kInterrupted;
      if (!may_go_better || attempts_left == 0) return tl::unexpected(walked.error());
    }
  }

 private:
  static constexpr int kAttempts = 3;

  [[nodiscard]] DumpResult<void> WalkOnce(const RtnetlinkRequest& request, bool is_last,
                                          RtnetlinkSink& sink);

  NetlinkOpener open_;
  std::uint32_t sequence_ = 0;
  std::unique_ptr<DumpBuffer> buffer_ = std::make_unique<DumpBuffer>();
};

}  // namespace sockdiag
