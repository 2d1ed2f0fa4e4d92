#include "collectors/families/packet.h"

#include <gtest/gtest.h>
#include <linux/packet_diag.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "collectors/families/packet_diag.h"
#include "tests/collectors/families/family_answers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::BytesOf;
using testing::Figures;
using testing::FiguresOf;
using testing::Join;
using testing::LyingAttribute;
using testing::ReadFrom;
using testing::SockDiagAnswer;
using testing::ValueOf;

constexpr auto kDrops = "sockdiag_packet_drops_total";

Bytes Socket(std::uint8_t type, std::uint32_t cookie) {
  packet_diag_msg message{};
  message.pdiag_family = AF_PACKET;
  message.pdiag_type = type;
  message.pdiag_cookie[0] = cookie;
  message.pdiag_cookie[1] = 1;
  return BytesOf(message);
}

Bytes Dropping(std::uint32_t cookie, std::uint32_t drops) {
  const std::array<std::uint32_t, 9> memory{0, 0, 0, 0, 0, 0, 0, 0, drops};
  return Join(Socket(SOCK_RAW, cookie), Attribute(PACKET_DIAG_MEMINFO, BytesOf(memory)));
}

class PacketTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::FakeKernel kernel_;
  SocketDrops<std::uint32_t> drops_;
  PacketCollector collector_{kernel_.Opener(), drops_, clock_};
};

TEST_F(PacketTest, CountsByTypeAndAsksForTheMemory) {
  kernel_.Add(SockDiagAnswer(1, {Socket(SOCK_RAW, 1), Socket(SOCK_RAW, 2), Socket(SOCK_PACKET, 3),
                                 Socket(77, 4), Socket(78, 5)}));
  kernel_.Add(SockDiagAnswer(2, {}));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_packet_sockets"),
            (Figures{{"raw", 2}, {"datagram", 0}, {"packet", 1}, {"unknown", 2}}));
  EXPECT_EQ(FiguresOf(ReadFrom(collector_).samples, "sockdiag_packet_sockets"),
            (Figures{{"raw", 0}, {"datagram", 0}, {"packet", 0}, {"unknown", 0}}));
  ASSERT_EQ(kernel_.requests.size(), 2U);
  packet_diag_req request{};
  ASSERT_EQ(kernel_.requests[0].size(), sizeof(nlmsghdr) + sizeof(request));
  std::memcpy(&request, kernel_.requests[0].data() + sizeof(nlmsghdr), sizeof(request));
  EXPECT_EQ(request.sdiag_family, AF_PACKET);
  EXPECT_EQ(request.sdiag_protocol, 0);
  EXPECT_EQ(request.pdiag_show, static_cast<unsigned>(PACKET_SHOW_MEMINFO | PACKET_SHOW_RING_CFG));
}

TEST_F(PacketTest, DropsDoNotGoBackWhenASocketCloses) {
  kernel_.Add(SockDiagAnswer(1, {Dropping(1, 5), Dropping(2, 7)}));
  kernel_.Add(SockDiagAnswer(2, {Dropping(1, 6), Dropping(2, 7)}));
  kernel_.Add(SockDiagAnswer(3, {Dropping(2, 9)}));
  EXPECT_EQ(ValueOf(ReadFrom(collector_).samples, kDrops), 0) << "nobody knows when";
  EXPECT_EQ(ValueOf(ReadFrom(collector_).samples, kDrops), 1);
  EXPECT_EQ(ValueOf(ReadFrom(collector_).samples, kDrops), 3);
}

TEST_F(PacketTest, WhatASocketWithAReceiveRingDropsIsNotTold) {
  kernel_.Add(SockDiagAnswer(1, {}));
  const packet_diag_ring ring{};
  const Bytes attribute = Attribute(PACKET_DIAG_RX_RING, BytesOf(ring));
  kernel_.Add(SockDiagAnswer(2, {Join(Dropping(1, 5), attribute), Dropping(2, 7)}));
  static_cast<void>(ReadFrom(collector_));
  EXPECT_EQ(ValueOf(ReadFrom(collector_).samples, kDrops), 7);
}

TEST_F(PacketTest, ADumpThatFailsForgetsNothing) {
  kernel_.Add(SockDiagAnswer(1, {Dropping(1, 5), Dropping(2, 7)}));
  kernel_.Add(SockDiagAnswer(2, {Dropping(1, 5)}, -ENOMEM));
  kernel_.Add(SockDiagAnswer(3, {Dropping(1, 5), Dropping(2, 8)}));
  static_cast<void>(ReadFrom(collector_));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_NE(error, "");
  EXPECT_TRUE(samples.families().empty());
  EXPECT_EQ(ValueOf(ReadFrom(collector_).samples, kDrops), 1);
}

TEST_F(PacketTest, AKernelWithoutPacketDiagShowsNothingAndSaysSo) {
  kernel_.Add(SockDiagAnswer(1, {}, -ENOENT));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_TRUE(samples.families().empty());
  EXPECT_EQ(lack.find("the kernel lists no packet sockets: it has no packet_diag"), 0U) << lack;
}

TEST(PacketDiag, ReadsCookieAndDrops) {
  const auto socket = DecodePacketDiag(Dropping(3, 4));
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->type, SOCK_RAW);
  EXPECT_EQ(socket->cookie, (std::uint64_t{1} << 32) + 3);
  EXPECT_EQ(socket->drops, 4U);
}

TEST(PacketDiag, AKernelThatDoesNotSayHasDroppedNothing) {
  EXPECT_EQ(DecodePacketDiag(Socket(SOCK_RAW, 1))->drops, 0U);
  const Bytes before_drops = Attribute(PACKET_DIAG_MEMINFO, Bytes(32, std::byte{9}));
  EXPECT_EQ(DecodePacketDiag(Join(Socket(SOCK_RAW, 1), before_drops))->drops, 0U);
}

TEST(PacketDiag, RefusesWhatIsNoPacketSocket) {
  EXPECT_FALSE(DecodePacketDiag({}));
  Bytes cut = Socket(SOCK_RAW, 1);
  cut.pop_back();
  EXPECT_FALSE(DecodePacketDiag(cut));
  Bytes other = Socket(SOCK_RAW, 1);
  other[0] = std::byte{AF_UNIX};
  EXPECT_FALSE(DecodePacketDiag(other));
  EXPECT_FALSE(DecodePacketDiag(
      Join(Socket(SOCK_RAW, 1), LyingAttribute(PACKET_DIAG_MEMINFO, Bytes(36), 400))));
}

}  // namespace
}  // namespace sockdiag
