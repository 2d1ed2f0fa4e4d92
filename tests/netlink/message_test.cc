#include "netlink/message.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/support/netlink_message.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::DatagramBuilder;
using testing::Join;
using testing::LyingAttribute;

Bytes CopyOf(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

TEST(TakeMessage, TakesOneAfterTheOtherWithTheirPadding) {
  const Bytes first(5, std::byte{1});
  const Bytes second(8, std::byte{2});
  const Bytes datagram = DatagramBuilder(3, 4).Message(20, first).Message(21, second).bytes();
  std::span<const std::byte> rest(datagram);
  const auto one = TakeMessage(rest);
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->header.nlmsg_type, 20);
  EXPECT_EQ(one->header.nlmsg_seq, 3U);
  EXPECT_EQ(one->header.nlmsg_pid, 4U);
  EXPECT_EQ(CopyOf(one->payload), first);
  const auto two = TakeMessage(rest);
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(CopyOf(two->payload), second);
  EXPECT_TRUE(rest.empty());
}

TEST(TakeMessage, TakesTheLastOneWithoutItsPadding) {
  Bytes datagram = DatagramBuilder(3, 4).Message(20, Bytes(5)).bytes();
  datagram.resize(sizeof(nlmsghdr) + 5);
  std::span<const std::byte> rest(datagram);
  ASSERT_TRUE(TakeMessage(rest));
  EXPECT_TRUE(rest.empty());
}

TEST(TakeMessage, RejectsTooFewBytesForAHeader) {
  const Bytes whole = DatagramBuilder(3, 4).Message(20, {}).bytes();
  for (std::size_t size = 0; size < sizeof(nlmsghdr); ++size) {
    std::span<const std::byte> rest = std::span(whole).first(size);
    EXPECT_EQ(TakeMessage(rest).error().message, "a netlink message does not fit the " +
                                                     std::to_string(size) +
                                                     " bytes left in its datagram");
  }
}

TEST(TakeMessage, RejectsALengthThatIsTooSmallOrTooLarge) {
  Bytes datagram = DatagramBuilder(3, 4).Message(20, Bytes(8)).bytes();
  for (const std::uint32_t length : {0U, 15U, 25U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    std::memcpy(datagram.data(), &length, sizeof(length));
    std::span<const std::byte> rest(datagram);
    const auto message = TakeMessage(rest);
    ASSERT_FALSE(message) << length;
    EXPECT_EQ(message.error().reason, DumpErrorReason::kMalformed);
    EXPECT_EQ(rest.size(), datagram.size());
  }
}

TEST(TakeAttribute, TakesOneAfterTheOtherWithTheirPadding) {
  const Bytes one_byte(1, std::byte{9});
  const Bytes attributes = Join(Attribute(8, one_byte), Attribute(11, {}));
  std::span<const std::byte> rest(attributes);
  const auto first = TakeAttribute(rest);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->type, 8);
  EXPECT_EQ(CopyOf(first->payload), one_byte);
  const auto second = TakeAttribute(rest);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->type, 11);
  EXPECT_TRUE(second->payload.empty());
  EXPECT_TRUE(rest.empty());
}

TEST(TakeAttribute, LeavesTheFlagsOutOfTheType) {
  const Bytes nested = Attribute(NLA_F_NESTED | 5, Bytes(4));
  std::span<const std::byte> rest(nested);
  EXPECT_EQ(TakeAttribute(rest)->type, 5);
}

TEST(TakeAttribute, RejectsTooFewBytesForAHeader) {
  const Bytes whole = Attribute(5, {});
  for (std::size_t size = 0; size < sizeof(nlattr); ++size) {
    std::span<const std::byte> rest = std::span(whole).first(size);
    EXPECT_EQ(TakeAttribute(rest).error().message, "an attribute's length does not fit the " +
                                                       std::to_string(size) +
                                                       " bytes left in its message");
  }
}

TEST(TakeAttribute, RejectsALengthThatIsTooSmallOrTooLarge) {
  for (const std::uint16_t length : std::initializer_list<std::uint16_t>{0, 3, 9, 0xffff}) {
    const Bytes attribute = LyingAttribute(5, Bytes(4), length);
    std::span<const std::byte> rest(attribute);
    const auto taken = TakeAttribute(rest);
    ASSERT_FALSE(taken) << length;
    EXPECT_EQ(taken.error().reason, DumpErrorReason::kMalformed);
    EXPECT_EQ(rest.size(), attribute.size());
  }
}

}  // namespace
}  // namespace sockdiag
