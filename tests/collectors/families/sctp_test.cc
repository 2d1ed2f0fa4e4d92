#include "collectors/families/sctp.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "collectors/families/sctp_diag.h"
#include "tests/collectors/families/family_answers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/figures.h"
#include "tests/support/inet_diag_message.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::Figures;
using testing::FiguresOf;
using testing::InetDiagPayload;
using testing::Join;
using testing::LyingAttribute;
using testing::ReadFrom;
using testing::SockDiagAnswer;

constexpr std::size_t kAddress = 128;  // sockaddr_storage
constexpr std::uint8_t kListen = 10;

Bytes Socket(std::uint8_t state, std::uint64_t cookie) {
  return Join(InetDiagPayload({.state = state, .cookie = cookie}),
              Attribute(INET_DIAG_LOCALS, Bytes(kAddress)));
}

Bytes Association(std::uint8_t state, std::uint64_t cookie) {
  return Join(Socket(state, cookie), Attribute(INET_DIAG_PEERS, Bytes(kAddress)));
}

class SctpTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::FakeKernel kernel_;
  SctpCollector collector_{kernel_.Opener(), clock_};
};

TEST_F(SctpTest, CountsSocketsAndAssociationsApartAndNothingTwice) {
  kernel_.Add(SockDiagAnswer(1, {Socket(kListen, 1), Socket(7, 2), Socket(kListen, 1),
                                 Association(3, 1), Association(3, 1), Association(1, 1)}));
  kernel_.Add(SockDiagAnswer(2, {}));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_sctp_sockets"),
            (Figures{{"ipv4 listen", 1}, {"ipv4 close", 1}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_sctp_associations"),
            (Figures{{"ipv4 established", 2}, {"ipv4 cookie_wait", 1}}));
}

TEST_F(SctpTest, AsksForBothFamilies) {
  kernel_.Add(SockDiagAnswer(1, {}));
  kernel_.Add(SockDiagAnswer(2, {}));
  static_cast<void>(ReadFrom(collector_));
  ASSERT_EQ(kernel_.requests.size(), 2U);
  for (const int family : {AF_INET, AF_INET6}) {
    const Bytes& bytes = kernel_.requests[family == AF_INET ? 0 : 1];
    inet_diag_req_v2 request{};
    ASSERT_EQ(bytes.size(), sizeof(nlmsghdr) + sizeof(request));
    std::memcpy(&request, bytes.data() + sizeof(nlmsghdr), sizeof(request));
    EXPECT_EQ(request.sdiag_family, family);
    EXPECT_EQ(request.sdiag_protocol, IPPROTO_SCTP);
    EXPECT_EQ(request.idiag_states, 0xffffffff);
  }
}

TEST_F(SctpTest, AHostWithoutSctpShowsNothingAndSaysSo) {
  kernel_.Add(SockDiagAnswer(1, {}, -ENOENT));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_TRUE(samples.families().empty());
  EXPECT_EQ(lack.find("the kernel lists no sctp sockets: it has no sctp_diag"), 0U) << lack;
}

TEST(SctpDiag, RefusesWhatIsNoSctpSocket) {
  EXPECT_FALSE(DecodeSctpDiag({}));
  EXPECT_FALSE(DecodeSctpDiag(Bytes(72)));
  Bytes cut = InetDiagPayload({});
  cut.pop_back();
  EXPECT_FALSE(DecodeSctpDiag(cut));
  EXPECT_FALSE(DecodeSctpDiag(
      Join(InetDiagPayload({}), LyingAttribute(INET_DIAG_LOCALS, Bytes(kAddress), 400))));
}

TEST(SctpDiag, NamesStates) {
  const auto name = [](bool is_association, std::uint8_t state) {
    return SctpStateName({Family::kIpv4, is_association, state, 0});
  };
  EXPECT_EQ(name(false, 1), "established");
  EXPECT_EQ(name(false, 99), "unknown");
  EXPECT_EQ(name(true, 0), "closed");
  EXPECT_EQ(name(true, 7), "shutdown_ack_sent");
  EXPECT_EQ(name(true, 8), "unknown");
}

}  // namespace
}  // namespace sockdiag
