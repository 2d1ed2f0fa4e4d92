#include "collectors/rtnetlink/multicast_groups.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "tests/support/fake_rtnetlink.h"
#include "tests/support/figures.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::BytesOf;
using testing::FakeRtnetlink;
using testing::Figures;
using testing::FiguresOf;
using testing::Join;

constexpr std::array<std::uint8_t, 2> kBoth{AF_INET, AF_INET6};
constexpr const char* kIgmp = "thread-self/net/igmp";
constexpr const char* kTitle = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n";

Bytes Group(std::uint8_t family, std::uint32_t index) {
  ifaddrmsg header{};
  header.ifa_family = family;
  header.ifa_index = index;
  return Join(BytesOf(header), Attribute(IFA_MULTICAST, Bytes(4)));
}

Bytes Link(int index, const std::string& name) {
  ifinfomsg header{};
  header.ifi_index = index;
  Bytes text(name.size() + 1);
  std::memcpy(text.data(), name.data(), name.size());
  return Join(BytesOf(header), Attribute(IFLA_IFNAME, text));
}

class MulticastGroupsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const std::uint8_t family : kBoth) {
      kernel_.tables[{RTM_GETMULTICAST, family}].record_type = RTM_GETMULTICAST;
    }
    kernel_.tables[{RTM_GETLINK, AF_UNSPEC}].records = {Link(1, "lo"), Link(2, "eth0"),
                                                        Link(3, "eth1")};
  }
  testing::RtnetlinkTable& Groups(std::uint8_t family) {
    return kernel_.tables[{RTM_GETMULTICAST, family}];
  }

  Figures Collect(std::size_t limit = 20) {
    MulticastGroupsCollector collector(kernel_.Opener(), limit, root_.path());
    Findings findings;
    const Result<void> collected = collector.Collect(findings);
    error_ = collected ? "" : collected.error().message;
    return FiguresOf(findings.samples, "sockdiag_multicast_groups");
  }

  FakeRtnetlink kernel_;
  testing::TemporaryDirectory root_;
  std::string error_;
};

TEST_F(MulticastGroupsTest, AreCountedByFamilyAndDevice) {
  Groups(AF_INET).records = {Group(AF_INET, 1), Group(AF_INET, 2), Group(AF_INET, 2)};
  Groups(AF_INET6).records = {Group(AF_INET6, 2), Group(AF_INET, 2)};
  EXPECT_EQ(Collect(), (Figures{{"ipv4 lo", 1}, {"ipv4 eth0", 2}, {"ipv6 eth0", 1}}));
  EXPECT_EQ(error_, "");
}

TEST_F(MulticastGroupsTest, DevicesBeyondTheLimitAreOther) {
  Groups(AF_INET).records = {Group(AF_INET, 1), Group(AF_INET, 2), Group(AF_INET, 3)};
  EXPECT_EQ(Collect(/*limit=*/1), (Figures{{"ipv4 lo", 1}, {"ipv4 other", 2}}));
}

TEST_F(MulticastGroupsTest, OfDevicesWhoseNamesLookAlikeTheLaterOneIsOther) {
  kernel_.tables[{RTM_GETLINK, AF_UNSPEC}].records = {Link(1, "a\x01"), Link(2, "a\\x01")};
  Groups(AF_INET).records = {Group(AF_INET, 1), Group(AF_INET, 2), Group(AF_INET, 2)};
  EXPECT_EQ(Collect(), (Figures{{"ipv4 a\\x01", 1}, {"ipv4 other", 2}}));
}

TEST_F(MulticastGroupsTest, ThoseOfADeviceThatHasGoneAreLeftOut) {
  Groups(AF_INET).records = {Group(AF_INET, 9), Group(AF_INET, 1)};
  EXPECT_EQ(Collect(), (Figures{{"ipv4 lo", 1}}));
}

TEST_F(MulticastGroupsTest, OfAKernelThatListsOnlyIpv6TheOthersComeFromProc) {
  Groups(AF_INET).kernel_error = EOPNOTSUPP;
  Groups(AF_INET6).records = {Group(AF_INET6, 1)};
  root_.Write(kIgmp, std::string(kTitle) +
                         "1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n"
                         "2\tverylongname0:     2      V3\n"
                         "\t\t\t\tFB0000E0     1 0:00000000\t\t0\n"
                         "\t\t\t\t010000E0     1 0:00000000\t\t0\n");
  EXPECT_EQ(Collect(), (Figures{{"ipv4 lo", 1}, {"ipv4 eth0", 2}, {"ipv6 lo", 1}}));
  EXPECT_EQ(error_, "");
}

TEST_F(MulticastGroupsTest, WhatTheKernelDoesNotHaveIsAbsent) {
  for (const std::uint8_t family : kBoth) Groups(family).kernel_error = EOPNOTSUPP;
  EXPECT_EQ(Collect(), Figures());
  EXPECT_EQ(error_, "");
}

TEST_F(MulticastGroupsTest, FailWhenTheyCannotBeRead) {
  Groups(AF_INET6).kernel_error = EPERM;
  EXPECT_EQ(Collect(), Figures());
  EXPECT_EQ(error_, "ipv6 groups: the kernel refused the dump: Operation not permitted (EPERM)");
}

TEST_F(MulticastGroupsTest, AreCountedOnlyWhenNoneOfThemChangesMeanwhile) {
  Groups(AF_INET6).records = {Group(AF_INET6, 1)};
  kernel_.tables[{RTM_GETLINK, AF_UNSPEC}].interruptions = 3;
  EXPECT_EQ(Collect(), (Figures{{"ipv6 lo", 1}}));
  EXPECT_EQ(error_, "");
  Groups(AF_INET6).interruptions = 3;
  EXPECT_EQ(Collect(), Figures());
  EXPECT_EQ(error_, "ipv6 groups: the table changed during the dump");
}

TEST_F(MulticastGroupsTest, FailWhenAMessageIsCut) {
  Groups(AF_INET).records = {Bytes(7)};
  EXPECT_EQ(Collect(), Figures());
  EXPECT_EQ(error_, "ipv4 groups: a multicast group is shorter than its header");
}

TEST_F(MulticastGroupsTest, FailWhenTheirFileIsWrong) {
  Groups(AF_INET).kernel_error = EOPNOTSUPP;
  for (const char* line :
       {"1", "1\tlo", "1\tlo :", "1\tlo : many", "1\tlo : -1", "1\tlo : 18446744073709551615"}) {
    root_.Write(kIgmp, std::string(kTitle) + line + "\n");
    EXPECT_EQ(Collect(), Figures()) << line;
    EXPECT_EQ(error_,
              "ipv4 groups: " + root_.path() + "/" + kIgmp + ": device 1 has no number of groups");
  }
}

}  // namespace
}  // namespace sockdiag
