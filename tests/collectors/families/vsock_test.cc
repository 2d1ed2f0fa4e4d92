#include "collectors/families/vsock.h"

#include <gtest/gtest.h>
#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "collectors/families/vsock_diag.h"
#include "tests/collectors/families/family_answers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Bytes;
using testing::BytesOf;
using testing::Figures;
using testing::FiguresOf;
using testing::ReadFrom;
using testing::SockDiagAnswer;
using testing::SockDiagRefusal;

Bytes Socket(std::uint8_t type, std::uint8_t state) {
  vsock_diag_msg message{};
  message.vdiag_family = AF_VSOCK;
  message.vdiag_type = type;
  message.vdiag_state = state;
  return BytesOf(message);
}

class VsockTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::FakeKernel kernel_;
  VsockCollector collector_{kernel_.Opener(), clock_};
};

TEST_F(VsockTest, CountsByTypeAndStateAndKeepsWhatWasSeen) {
  kernel_.Add(SockDiagAnswer(
      1, {Socket(SOCK_STREAM, 1), Socket(SOCK_STREAM, 1), Socket(SOCK_STREAM, 10),
          Socket(SOCK_DGRAM, 7), Socket(SOCK_SEQPACKET, 11), Socket(SOCK_STREAM, 99)}));
  kernel_.Add(SockDiagAnswer(2, {Socket(SOCK_STREAM, 2)}));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_vsock_sockets"), (Figures{{"stream established", 2},
                                                                   {"stream listen", 1},
                                                                   {"datagram unconnected", 1},
                                                                   {"seqpacket closing", 1},
                                                                   {"stream unknown", 1}}));
  const Figures after = FiguresOf(ReadFrom(collector_).samples, "sockdiag_vsock_sockets");
  EXPECT_EQ(after.size(), 6U);
  EXPECT_EQ(after.at("stream established"), 0);
  EXPECT_EQ(after.at("stream syn_sent"), 1);
}

TEST_F(VsockTest, AHostWithoutVsockShowsNothingAndSaysSo) {
  kernel_.Add(SockDiagRefusal(1, -ENOENT));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_TRUE(samples.families().empty());
  EXPECT_EQ(lack.find("the kernel lists no vsock sockets: it has no vsock_diag"), 0U) << lack;
}

TEST(VsockDiag, AsksWithTheSizeThatTheKernelWants) {
  const Bytes request = VsockDiagRequest();
  ASSERT_EQ(request.size(), 24U);
  EXPECT_EQ(request[0], std::byte{AF_VSOCK});
}

TEST(VsockDiag, RefusesWhatIsNoVsockSocket) {
  EXPECT_FALSE(DecodeVsockDiag({}));
  Bytes cut = Socket(SOCK_STREAM, 1);
  cut.pop_back();
  EXPECT_FALSE(DecodeVsockDiag(cut));
  Bytes other = Socket(SOCK_STREAM, 1);
  other[0] = std::byte{AF_UNIX};
  EXPECT_FALSE(DecodeVsockDiag(other));
}

}  // namespace
}  // namespace sockdiag
