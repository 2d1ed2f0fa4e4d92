#include "sockets/source/inet_diag_codec.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>

#include "tests/support/inet_diag_message.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::DiagSocket;
using testing::InetDiagPayload;
using testing::Join;
using testing::LyingAttribute;
using testing::RecordList;

constexpr std::byte kOne{1};

DiagSocket Ipv6Listener() {
  DiagSocket socket;
  socket.family = AF_INET6;
  socket.state = 10;
  socket.local = "::";
  socket.remote = "::";
  socket.remote_port = 0;
  return socket;
}

TEST(InetDiagCodec, DecodesAnIpv4Socket) {
  DiagSocket socket;
  socket.state = 8;
  socket.local = "10.1.2.3";
  socket.local_port = 443;
  socket.remote = "192.0.2.9";
  socket.remote_port = 50000;
  socket.receive_queue = 17;
  socket.send_queue = 0xfedcba98;
  socket.cookie = 0x123456789abcdef0;
  const auto record = DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket));
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->protocol, Protocol::kTcp);
  EXPECT_EQ(record->family, Family::kIpv4);
  EXPECT_EQ(record->state, SocketState::kCloseWait);
  EXPECT_EQ(record->local, (Endpoint{*IpAddress::Parse("10.1.2.3"), Port::FromHost(443)}));
  EXPECT_EQ(record->remote, (Endpoint{*IpAddress::Parse("192.0.2.9"), Port::FromHost(50000)}));
  EXPECT_EQ(record->receive_queue, 17U);
  EXPECT_EQ(record->send_queue, 0xfedcba98U);
  EXPECT_EQ(record->cookie, 0x123456789abcdef0U);
}

TEST(InetDiagCodec, DecodesTimerAndInode) {
  DiagSocket socket;
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket))->timer, SocketTimer::kNone);
  EXPECT_TRUE(DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket))->has_inode);
  socket.timer = 4;
  socket.retransmits = 9;
  socket.inode = 0;
  const auto record = DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket));
  EXPECT_EQ(record->timer, SocketTimer::kZeroWindow);
  EXPECT_EQ(record->retransmits, 9);
  EXPECT_FALSE(record->has_inode);
}

TEST(InetDiagCodec, TakesATimerThatItDoesNotKnowForNone) {
  DiagSocket socket;
  for (const std::uint8_t timer : std::initializer_list<std::uint8_t>{5, 255}) {
    socket.timer = timer;
    EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket))->timer, SocketTimer::kNone);
  }
}

TEST(InetDiagCodec, KeepsTheFamilyOfADualStackSocketAndNormalisesItsAddresses) {
  DiagSocket socket;
  socket.family = AF_INET6;
  socket.local = "::ffff:10.1.2.3";
  socket.remote = "::ffff:192.0.2.9";
  const auto record = DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->family, Family::kIpv6);
  EXPECT_EQ(record->local.address, *IpAddress::Parse("10.1.2.3"));
}

TEST(InetDiagCodec, MapsStateSevenByProtocol) {
  DiagSocket socket;
  socket.state = 7;
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket))->state, SocketState::kClose);
  EXPECT_EQ(DecodeInetDiag(Protocol::kUdp, InetDiagPayload(socket))->state,
            SocketState::kUnconnected);
}

TEST(InetDiagCodec, CountsANewStateAsUnknown) {
  for (const std::uint8_t state : std::initializer_list<std::uint8_t>{0, 12, 13, 14, 255}) {
    DiagSocket socket;
    socket.state = state;
    EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, InetDiagPayload(socket))->state,
              SocketState::kUnknown);
  }
  DiagSocket socket;
  socket.state = 10;
  EXPECT_EQ(DecodeInetDiag(Protocol::kUdp, InetDiagPayload(socket))->state, SocketState::kUnknown);
}

TEST(InetDiagCodec, FindsIpv6OnlyBehindOtherAttributes) {
  const Bytes other = Attribute(INET_DIAG_SHUTDOWN, {kOne});
  for (const std::uint8_t ipv6_only : std::initializer_list<std::uint8_t>{0, 1}) {
    const Bytes payload = Join(Join(InetDiagPayload(Ipv6Listener()), other),
                               Attribute(INET_DIAG_SKV6ONLY, {std::byte{ipv6_only}}));
    const auto record = DecodeInetDiag(Protocol::kTcp, payload);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->ipv6_only, ipv6_only == 1);
  }
}

TEST(InetDiagCodec, TakesAListenerWithoutTheAttributeAsDualStack) {
  const auto record = DecodeInetDiag(Protocol::kTcp, InetDiagPayload(Ipv6Listener()));
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->ipv6_only);
}

/// A `tcp_info` of which only the last acknowledgement, at byte 56, is not 0.
Bytes TcpInfo(std::size_t size) {
  Bytes info(size);
  for (std::size_t i = 0; i < 4 && 56 + i < size; ++i) info[56 + i] = std::byte{1};
  return info;
}

TEST(InetDiagCodec, FindsTheLastAckWhereItIsWanted) {
  const Bytes other = Attribute(INET_DIAG_SHUTDOWN, {kOne});
  for (const std::size_t size : std::initializer_list<std::size_t>{60, 232, 280, 400}) {
    const Bytes payload =
        Join(Join(InetDiagPayload(DiagSocket()), other), Attribute(INET_DIAG_INFO, TcpInfo(size)));
    const auto record = DecodeInetDiag(Protocol::kTcp, payload, {.last_ack = true});
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->last_ack_ms, 0x01010101U) << size;
    EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, payload)->last_ack_ms, 0U);
  }
}

TEST(InetDiagCodec, KnowsNoLastAckWithoutTheWholeField) {
  const Bytes base = InetDiagPayload(DiagSocket());
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, base, {.last_ack = true})->last_ack_ms, 0U)
      << "as of a minisock";
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 56, 59}) {
    const Bytes payload = Join(base, Attribute(INET_DIAG_INFO, TcpInfo(size)));
    EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, payload, {.last_ack = true})->last_ack_ms, 0U) << size;
  }
}

TEST(InetDiagCodec, RejectsLyingAttributesBeforeTheLastAck) {
  const Bytes lie = LyingAttribute(INET_DIAG_SHUTDOWN, {kOne}, 9);
  const auto record =
      DecodeInetDiag(Protocol::kTcp, Join(InetDiagPayload(DiagSocket()), lie), {.last_ack = true});
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().reason, DumpErrorReason::kMalformed);
}

TEST(InetDiagCodec, FindsTheCgroupWhereItIsWanted) {
  const Bytes base = Join(InetDiagPayload(DiagSocket()), Attribute(INET_DIAG_SHUTDOWN, {kOne}));
  const Bytes id{kOne, std::byte{2}, {}, {}, {}, {}, {}, std::byte{3}};
  const Bytes payload = Join(base, Attribute(INET_DIAG_CGROUP_ID, id));
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, payload, {.cgroup = true})->cgroup_id,
            0x0300'0000'0000'0201U);
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, payload)->cgroup_id, 0U);
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, base, {.cgroup = true})->cgroup_id, 0U) << "a minisock";
}

TEST(InetDiagCodec, RejectsACgroupThatIsTooShort) {
  const Bytes payload =
      Join(InetDiagPayload(DiagSocket()), Attribute(INET_DIAG_CGROUP_ID, Bytes(7)));
  const auto record = DecodeInetDiag(Protocol::kTcp, payload, {.cgroup = true});
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().message, "INET_DIAG_CGROUP_ID has 7 bytes instead of 8");
}

/// `SK_MEMINFO_...`: nine numbers, of which older kernels have eight.
Bytes Memory(std::size_t numbers) {
  Bytes bytes;
  for (std::size_t place = 0; place < numbers; ++place) {
    bytes = Join(bytes, testing::BytesOf(static_cast<std::uint32_t>(100 + place)));
  }
  return Attribute(INET_DIAG_SKMEMINFO, bytes);
}

TEST(InetDiagCodec, FindsTheMemoryOfAListenerWhereItIsWanted) {
  constexpr WantedAttributes kMemory{.memory = true};
  DiagSocket socket;
  socket.state = 10;
  const Bytes payload = Join(InetDiagPayload(socket), Memory(9));
  const auto record = DecodeInetDiag(Protocol::kTcp, payload, kMemory);
  EXPECT_EQ(record->receive_buffer_bytes, 100U);
  EXPECT_EQ(record->receive_buffer_limit_bytes, 101U);
  EXPECT_EQ(record->drops, 108U);
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, payload)->drops, 0U);
  const Bytes of_old_kernel = Join(InetDiagPayload(socket), Memory(8));
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, of_old_kernel, kMemory)->drops, 0U);
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, of_old_kernel, kMemory)->receive_buffer_bytes, 100U);
  EXPECT_EQ(DecodeInetDiag(Protocol::kTcp, Join(InetDiagPayload(socket), Memory(0)), kMemory)
                ->receive_buffer_bytes,
            0U);
}

TEST(InetDiagCodec, RejectsPayloadShorterThanHeader) {
  const Bytes whole = InetDiagPayload(DiagSocket());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto record = DecodeInetDiag(Protocol::kTcp, std::span(whole).first(size));
    ASSERT_FALSE(record) << size;
    EXPECT_EQ(record.error().reason, DumpErrorReason::kMalformed);
    EXPECT_EQ(record.error().message,
              "a socket record has " + std::to_string(size) + " bytes instead of at least 72");
  }
}

TEST(InetDiagCodec, RejectsAnotherAddressFamily) {
  DiagSocket socket;
  socket.family = AF_INET6;
  socket.local = "::1";
  socket.remote = "::1";
  Bytes payload = InetDiagPayload(socket);
  payload[0] = std::byte{AF_UNIX};
  const auto record = DecodeInetDiag(Protocol::kTcp, payload);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().message,
            "a socket record has address family 1 instead of AF_INET or AF_INET6");
}

TEST(InetDiagCodec, RejectsLyingAttributes) {
  const Bytes listener = InetDiagPayload(Ipv6Listener());
  for (const std::uint16_t length : std::initializer_list<std::uint16_t>{0, 1, 3, 9, 12, 0xffff}) {
    const auto record = DecodeInetDiag(
        Protocol::kTcp, Join(listener, LyingAttribute(INET_DIAG_SHUTDOWN, {kOne}, length)));
    ASSERT_FALSE(record) << length;
    EXPECT_EQ(record.error().reason, DumpErrorReason::kMalformed);
  }
}

TEST(InetDiagCodec, RejectsAnEmptyIpv6OnlyAttribute) {
  const auto record = DecodeInetDiag(
      Protocol::kTcp, Join(InetDiagPayload(Ipv6Listener()), Attribute(INET_DIAG_SKV6ONLY, {})));
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().message, "INET_DIAG_SKV6ONLY has no payload");
}

TEST(InetDiagCodec, RejectsAttributesCutAnywhere) {
  const Bytes base = InetDiagPayload(Ipv6Listener());
  const Bytes attributes =
      Join(Attribute(INET_DIAG_SHUTDOWN, {kOne}), Attribute(INET_DIAG_SKV6ONLY, {kOne}));
  // The second attribute ends, without its padding, at byte 13; the first can end there with it.
  for (std::size_t size = 1; size < 13; ++size) {
    if (size == 8 || (size >= 5 && size < 8)) continue;
    const auto record = DecodeInetDiag(
        Protocol::kTcp,
        Join(base, Bytes(attributes.begin(), attributes.begin() + static_cast<long>(size))));
    EXPECT_FALSE(record) << size;
  }
}

TEST(InetDiagDecoder, HandsOnEachRecordOfItsProtocol) {
  RecordList sink;
  InetDiagDecoder decoder(Protocol::kUdp, sink);
  const Bytes payload = InetDiagPayload(DiagSocket());
  ASSERT_TRUE(decoder.Add({{}, payload}));
  ASSERT_EQ(sink.records.size(), 1U);
  EXPECT_EQ(sink.records.front().protocol, Protocol::kUdp);
}

TEST(InetDiagDecoder, RejectsARecordShorterThanItsHeader) {
  RecordList sink;
  InetDiagDecoder decoder(Protocol::kTcp, sink);
  const Bytes payload(68);
  const DumpResult<void> added = decoder.Add({{}, payload});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().reason, DumpErrorReason::kMalformed);
  EXPECT_EQ(added.error().message, "a socket record has 68 bytes instead of at least 72");
  EXPECT_TRUE(sink.records.empty());
}

}  // namespace
}  // namespace sockdiag
