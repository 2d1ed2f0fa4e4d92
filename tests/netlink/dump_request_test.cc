#include "netlink/dump_request.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <algorithm>
#include <optional>

#include "netlink/bytes.h"

namespace sockdiag {
namespace {

TEST(DumpRequest, IsAHeaderThatAsksForADumpAndThePayload) {
  const std::vector<std::byte> payload(12, std::byte{7});
  const DumpRequest request = MakeDumpRequest({.request = 18, .record = 16}, 99, payload);
  std::span<const std::byte> bytes(request.bytes);
  const std::optional<nlmsghdr> header = TakeStruct<nlmsghdr>(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->nlmsg_len, sizeof(nlmsghdr) + payload.size());
  EXPECT_EQ(header->nlmsg_type, 18);
  EXPECT_EQ(header->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
  EXPECT_EQ(header->nlmsg_seq, 99U);
  EXPECT_EQ(header->nlmsg_pid, 0U);
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), payload.begin(), payload.end()));
  EXPECT_EQ(request.sequence, 99U);
  EXPECT_EQ(request.record_type, 16);
}

TEST(DumpRequest, AsksForOneRecordWhereNoDumpIsWanted) {
  const DumpRequest request = MakeDumpRequest({.request = 18, .record = 16}, 99, {}, 0);
  std::span<const std::byte> bytes(request.bytes);
  const std::optional<nlmsghdr> header = TakeStruct<nlmsghdr>(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->nlmsg_flags, NLM_F_REQUEST);
}

TEST(TakeStruct, LeavesBytesThatAreTooFew) {
  const std::vector<std::byte> short_of_one(sizeof(nlmsghdr) - 1);
  std::span<const std::byte> bytes(short_of_one);
  EXPECT_FALSE(TakeStruct<nlmsghdr>(bytes));
  EXPECT_EQ(bytes.size(), short_of_one.size());
  EXPECT_TRUE(TakeStruct<std::uint32_t>(bytes));
  EXPECT_EQ(bytes.size(), short_of_one.size() - sizeof(std::uint32_t));
}

}  // namespace
}  // namespace sockdiag
