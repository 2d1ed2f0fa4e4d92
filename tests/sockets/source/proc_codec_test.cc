#include "sockets/source/proc_codec.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

/// The timer and the two counters as the columns tr, retrnsmt and timeout.
std::string Tcp(const std::string& ends, const std::string& state,
                const std::string& queues = "00000000:00000000",
                const std::string& timer = "00:00000000 00000000     0        0",
                const std::string& inode = "4711") {
  return "   0: " + ends + " " + state + " " + queues + " " + timer + " " + inode +
         " 1 0000000000000000 20 4 30 10 -1";
}
const std::string kEnds = "0100007F:1F90 0100007F:A1B2";

SocketRecord Decoded(const std::string& line, Protocol protocol = Protocol::kTcp,
                     Family family = Family::kIpv4) {
  return DecodeProcLine(protocol, family, line).value();
}

TEST(ProcCodec, DecodesAConnection) {
  const SocketRecord record = Decoded(Tcp(kEnds, "08", "00000002:00000003"));
  EXPECT_EQ(record.protocol, Protocol::kTcp);
  EXPECT_EQ(record.family, Family::kIpv4);
  EXPECT_EQ(record.state, SocketState::kCloseWait);
  EXPECT_EQ(record.local, testing::ParseEndpoint("127.0.0.1:8080"));
  EXPECT_EQ(record.remote, testing::ParseEndpoint("127.0.0.1:41394"));
  EXPECT_EQ(record.send_queue, 2U);
  EXPECT_EQ(record.receive_queue, 3U);
  EXPECT_TRUE(record.has_inode);
  EXPECT_EQ(record.cgroup_id, 0U);
  EXPECT_EQ(record.drops, 0U);
}

TEST(ProcCodec, AMappedAddressIsOfAnIpv6Socket) {
  const std::string mapped = "0000000000000000FFFF00000100007F";
  const SocketRecord record =
      Decoded(Tcp(mapped + ":1F90 " + mapped + ":A1B2", "01"), Protocol::kTcp, Family::kIpv6);
  EXPECT_EQ(record.family, Family::kIpv6);
  EXPECT_EQ(record.local, testing::ParseEndpoint("127.0.0.1:8080"));
}

TEST(ProcCodec, TakesTheCounterThatGoesWithTheTimer) {
  const auto retransmits = [](const std::string& timer) {
    return Decoded(Tcp(kEnds, "01", "00000000:00000000", timer + " 00000003     0        5"));
  };
  EXPECT_EQ(retransmits("00:00000000").retransmits, 0);
  EXPECT_EQ(retransmits("01:00000010").timer, SocketTimer::kRetransmit);
  EXPECT_EQ(retransmits("01:00000010").retransmits, 3);
  EXPECT_EQ(retransmits("02:00000010").timer, SocketTimer::kKeepalive);
  EXPECT_EQ(retransmits("02:00000010").retransmits, 5);
  EXPECT_EQ(retransmits("04:00000010").retransmits, 5);
  EXPECT_EQ(retransmits("07:00000010").timer, SocketTimer::kNone);
}

TEST(ProcCodec, AConnectionKeepsItsCookieWhateverItsState) {
  const std::uint64_t cookie = Decoded(Tcp(kEnds, "01")).cookie;
  EXPECT_NE(cookie, 0U);
  const std::string closed = "03:00000010 00000000     0        0";
  EXPECT_EQ(Decoded(Tcp(kEnds, "06", "00000000:00000000", closed, "0")).cookie, cookie);
  EXPECT_NE(Decoded(Tcp("0100007F:A1B2 0100007F:1F90", "01")).cookie, cookie) << "its other end";
  EXPECT_NE(Decoded(Tcp("0100007F:1F90 0100007F:A1B3", "01")).cookie, cookie);
}

std::string Udp(const std::string& state, const std::string& end = " 17") {
  return "  362: 00000000:0035 00000000:0000 " + state +
         " 00000000:00000300 00:00000000 00000000     0        0 20449 2 0000000000000000" + end;
}

TEST(ProcCodec, HasTheDropsOfUdp) {
  const SocketRecord record = Decoded(Udp("07"), Protocol::kUdp);
  EXPECT_EQ(record.state, SocketState::kUnconnected);
  EXPECT_EQ(record.drops, 17U);
  EXPECT_EQ(record.cookie, 20449U);
  EXPECT_EQ(record.receive_buffer_bytes, 768U);
  EXPECT_EQ(Decoded(Udp("01"), Protocol::kUdp).drops, 0U) << "of receivers alone, as sock_diag's";
}

TEST(ProcCodec, AnUnknownStateIsUnknown) {
  EXPECT_EQ(Decoded(Tcp(kEnds, "0D")).state, SocketState::kUnknown);
  EXPECT_EQ(Decoded(Udp("0A"), Protocol::kUdp).state, SocketState::kUnknown);
}

TEST(ProcCodec, RefusesALineOfAnotherTable) {
  EXPECT_FALSE(DecodeProcLine(Protocol::kTcp, Family::kIpv6, Tcp(kEnds, "01")));
  EXPECT_FALSE(DecodeProcLine(Protocol::kUdp, Family::kIpv4, Udp("07", "")));
  EXPECT_FALSE(DecodeProcLine(Protocol::kUdp, Family::kIpv4, Udp("07", " x")));
  EXPECT_FALSE(DecodeProcLine(Protocol::kTcp, Family::kIpv4, ""));
}

}  // namespace
}  // namespace sockdiag
