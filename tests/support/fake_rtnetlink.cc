#include "tests/support/fake_rtnetlink.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <optional>

#include "netlink/bytes.h"
#include "netlink/message.h"

namespace sockdiag::testing {
namespace {

/// The table of a route, or the one that a request for routes names.
std::optional<std::uint32_t> TableOf(std::span<const std::byte> route) {
  if (!TakeStruct<rtmsg>(route)) return std::nullopt;
  auto table = FindAttribute(route, RTA_TABLE);
  if (!table || !*table) return std::nullopt;
  return TakeStruct<std::uint32_t>(**table);
}

class RtnetlinkTransport final : public NetlinkTransport {
 public:
  explicit RtnetlinkTransport(FakeRtnetlink& kernel) : kernel_(kernel) {}

  [[nodiscard]] std::uint32_t port_id() const override { return FakeRtnetlink::kPortId; }

  [[nodiscard]] tl::expected<void, int> Send(std::span<const std::byte> request) override {
    const auto header = TakeStruct<nlmsghdr>(request);
    std::span<const std::byte> payload = request;
    const auto family = TakeStruct<std::uint8_t>(payload);
    if (!header || !family) return tl::unexpected(EINVAL);
    const bool filters = kernel_.filters_tables && header->nlmsg_type == RTM_GETROUTE;
    wanted_table_ = filters ? TableOf(request) : std::nullopt;
    kernel_.requests.push_back(header->nlmsg_type);
    if ((header->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) {
      AnswerLookup(*header);
      return {};
    }
    Answer(*header, kernel_.tables[{header->nlmsg_type, *family}]);
    return {};
  }

  [[nodiscard]] tl::expected<std::size_t, int> Receive(std::span<std::byte> buffer) override {
    if (answers_.empty()) return tl::unexpected(EAGAIN);
    const Bytes answer = std::move(answers_.front());
    answers_.pop_front();
    if (!answers_.empty()) ++kernel_.fetched;
    std::copy(answer.begin(), answer.end(), buffer.begin());
    return answer.size();
  }

 private:
  void AnswerLookup(const nlmsghdr& request) {
    DatagramBuilder datagram(request.nlmsg_seq, FakeRtnetlink::kPortId);
    if (kernel_.found_route) {
      datagram.Message(RTM_NEWROUTE, *kernel_.found_route, 0);
    } else {
      datagram.Error(-kernel_.lookup_error);
    }
    answers_.push_back(datagram.bytes());
  }

  void Answer(const nlmsghdr& request, RtnetlinkTable& table) {
    const auto datagram = [&] {
      return DatagramBuilder(request.nlmsg_seq, FakeRtnetlink::kPortId);
    };
    constexpr std::uint16_t kFromGetToNew = 2;
    const auto type = static_cast<std::uint16_t>(request.nlmsg_type - kFromGetToNew);
    const bool is_interrupted = table.interruptions > 0 && table.interruptions-- > 0;
    const auto flags =
        static_cast<std::uint16_t>(NLM_F_MULTI | (is_interrupted ? NLM_F_DUMP_INTR : 0));
    for (const Bytes& record : table.records) {
      if (wanted_table_ && TableOf(record) != wanted_table_) continue;
      answers_.push_back(
          datagram().Message(table.record_type.value_or(type), record, flags).bytes());
    }
    answers_.push_back(datagram().Done(-table.kernel_error).bytes());
  }

  FakeRtnetlink& kernel_;
  std::optional<std::uint32_t> wanted_table_;
  std::deque<Bytes> answers_;
};

}  // namespace

NetlinkOpener FakeRtnetlink::Opener() {
  return [this](int protocol) -> tl::expected<std::unique_ptr<NetlinkTransport>, int> {
    EXPECT_EQ(protocol, NETLINK_ROUTE);
    if (open_error != 0) return tl::unexpected(open_error);
    return std::make_unique<RtnetlinkTransport>(*this);
  };
}

}  // namespace sockdiag::testing
