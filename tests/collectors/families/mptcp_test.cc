#include "collectors/families/mptcp.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "tests/collectors/families/family_answers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/figures.h"
#include "tests/support/inet_diag_message.h"

namespace sockdiag {
namespace {

using testing::Bytes;
using testing::DiagSocket;
using testing::Figures;
using testing::FiguresOf;
using testing::InetDiagPayload;
using testing::ReadFrom;
using testing::SockDiagAnswer;

constexpr const char* kSockets = "sockdiag_mptcp_sockets";

Bytes Socket(std::uint8_t family, std::uint8_t state) {
  const char* address = family == AF_INET ? "127.0.0.1" : "::1";
  return InetDiagPayload({.family = family, .state = state, .local = address, .remote = address});
}

class MptcpTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::FakeKernel kernel_;
  MptcpCollector collector_{kernel_.Opener(), clock_};
};

TEST_F(MptcpTest, ShowsNothingUntilOneWasSeenAndThenZero) {
  kernel_.Add(SockDiagAnswer(1, {}));
  kernel_.Add(SockDiagAnswer(2, {}));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_TRUE(samples.families().empty());
  clock_.Advance(MptcpCollector::kPause);
  kernel_.Add(SockDiagAnswer(3, {Socket(AF_INET, 1), Socket(AF_INET, 1), Socket(AF_INET, 10)}));
  kernel_.Add(SockDiagAnswer(4, {Socket(AF_INET6, 8)}));
  EXPECT_EQ(FiguresOf(ReadFrom(collector_).samples, kSockets),
            (Figures{{"ipv4 established", 2}, {"ipv4 listen", 1}, {"ipv6 close_wait", 1}}));
  kernel_.Add(SockDiagAnswer(5, {}));
  kernel_.Add(SockDiagAnswer(6, {}));
  EXPECT_EQ(FiguresOf(ReadFrom(collector_).samples, kSockets),
            (Figures{{"ipv4 established", 0}, {"ipv4 listen", 0}, {"ipv6 close_wait", 0}}));
  kernel_.Add(SockDiagAnswer(7, {Socket(AF_INET, 1)}));
  kernel_.Add(SockDiagAnswer(8, {}));
  EXPECT_EQ(FiguresOf(ReadFrom(collector_).samples, kSockets),
            (Figures{{"ipv4 established", 1}, {"ipv4 listen", 0}, {"ipv6 close_wait", 0}}))
      << "asked for at each scrape once they were seen";
}

TEST_F(MptcpTest, UntilOneWasSeenItAsksOnceAMinute) {
  for (std::uint32_t i = 1; i <= 4; ++i) kernel_.Add(SockDiagAnswer(i, {}));
  EXPECT_EQ(ReadFrom(collector_).error, "");
  clock_.Advance(MptcpCollector::kPause - std::chrono::seconds(1));
  EXPECT_EQ(ReadFrom(collector_).error, "");
  EXPECT_EQ(kernel_.opened, 2);
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(ReadFrom(collector_).error, "");
  EXPECT_EQ(kernel_.opened, 4);
}

TEST_F(MptcpTest, AsksForAProtocolThatDoesNotFitTheRequest) {
  kernel_.Add(SockDiagAnswer(1, {}));
  kernel_.Add(SockDiagAnswer(2, {}));
  static_cast<void>(ReadFrom(collector_));
  ASSERT_EQ(kernel_.requests.size(), 2U);
  for (const int family : {AF_INET, AF_INET6}) {
    const Bytes& bytes = kernel_.requests[family == AF_INET ? 0 : 1];
    std::span<const std::byte> rest = std::span(bytes).subspan(sizeof(nlmsghdr));
    inet_diag_req_v2 request{};
    ASSERT_EQ(rest.size(), sizeof(request) + 8);
    std::memcpy(&request, rest.data(), sizeof(request));
    EXPECT_EQ(request.sdiag_family, family);
    EXPECT_EQ(request.sdiag_protocol, 0);
    const auto protocol = FindAttribute(rest.subspan(sizeof(request)), INET_DIAG_REQ_PROTOCOL);
    ASSERT_TRUE(protocol && *protocol);
    std::uint32_t value = 0;
    std::memcpy(&value, (*protocol)->data(), sizeof(value));
    EXPECT_EQ(value, 262U);
  }
}

TEST_F(MptcpTest, AKernelWithoutMptcpShowsNothingAndSaysSo) {
  kernel_.Add(SockDiagAnswer(1, {}, -ENOENT));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_TRUE(samples.families().empty());
  EXPECT_EQ(lack.find("the kernel lists no mptcp sockets: it has no mptcp_diag"), 0U) << lack;
  EXPECT_EQ(kernel_.opened, 1);
}

TEST_F(MptcpTest, ARecordThatIsCutFails) {
  kernel_.Add(SockDiagAnswer(1, {Socket(AF_INET, 1), Bytes(40)}));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_NE(error, "");
  EXPECT_TRUE(samples.families().empty());
}

}  // namespace
}  // namespace sockdiag
