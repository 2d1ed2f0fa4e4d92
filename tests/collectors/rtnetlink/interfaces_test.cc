#include "collectors/rtnetlink/interfaces.h"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "collectors/folded_keys.h"
#include "tests/support/fake_rtnetlink.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::BytesOf;
using testing::FakeRtnetlink;
using testing::Figures;
using testing::FiguresOf;
using testing::Join;
using testing::LyingAttribute;
using testing::ValueOf;

constexpr std::uint32_t kSetUp = IFF_UP | IFF_RUNNING;

Bytes Header(int index, std::uint32_t flags = kSetUp) {
  ifinfomsg header{};
  header.ifi_index = index;
  header.ifi_flags = flags;
  return BytesOf(header);
}

Bytes Name(const std::string& name) {
  Bytes bytes;
  for (const char letter : name) bytes.push_back(static_cast<std::byte>(letter));
  bytes.push_back(std::byte{0});
  return Attribute(IFLA_IFNAME, bytes);
}

/// Of which all that is shown is the same number, but for what makes up the drops.
Bytes Statistics(std::uint64_t number, std::uint64_t missed = 0) {
  rtnl_link_stats64 statistics{};
  statistics.rx_bytes = statistics.tx_bytes = number;
  statistics.rx_packets = statistics.tx_packets = number;
  statistics.rx_errors = statistics.tx_errors = number;
  statistics.rx_dropped = statistics.tx_dropped = number;
  statistics.rx_missed_errors = missed;
  return BytesOf(statistics);
}

Bytes Link(int index, const std::string& name, std::uint64_t number = 0,
           std::uint32_t flags = kSetUp) {
  return Join(Join(Header(index, flags), Name(name)),
              Join(Attribute(IFLA_STATS64, Statistics(number)),
                   Attribute(IFLA_CARRIER_CHANGES, BytesOf(static_cast<std::uint32_t>(number)))));
}

class InterfacesTest : public ::testing::Test {
 protected:
  std::vector<Bytes>& Links() { return kernel_.tables[{RTM_GETLINK, AF_UNSPEC}].records; }

  Samples Collect() {
    Findings findings;
    const Result<void> collected = collector_->Collect(findings);
    error_ = collected ? "" : collected.error().message;
    return std::move(findings.samples);
  }

  void LimitTo(std::size_t limit) { collector_.emplace(kernel_.Opener(), limit); }
  void SetUp() override { LimitTo(20); }

  FakeRtnetlink kernel_;
  std::optional<InterfacesCollector> collector_;
  std::string error_;
};

TEST_F(InterfacesTest, ShowEachCounterOfADevice) {
  rtnl_link_stats64 statistics{};
  statistics.rx_bytes = 1;
  statistics.rx_packets = 2;
  statistics.rx_errors = 3;
  statistics.rx_dropped = 4;
  statistics.rx_missed_errors = 40;
  statistics.tx_bytes = 5;
  statistics.tx_packets = 6;
  statistics.tx_errors = 7;
  statistics.tx_dropped = 8;
  Links() = {Join(Join(Header(1), Name("eth0")),
                  Join(Attribute(IFLA_STATS64, BytesOf(statistics)),
                       Attribute(IFLA_CARRIER_CHANGES, BytesOf(std::uint32_t{9}))))};
  const Samples samples = Collect();
  EXPECT_EQ(error_, "");
  const auto value = [&](const std::string& name) {
    return ValueOf(samples, "sockdiag_interface_" + name, "eth0");
  };
  EXPECT_EQ(value("receive_bytes_total"), 1);
  EXPECT_EQ(value("receive_packets_total"), 2);
  EXPECT_EQ(value("receive_errors_total"), 3);
  EXPECT_EQ(value("receive_dropped_total"), 44);
  EXPECT_EQ(value("transmit_bytes_total"), 5);
  EXPECT_EQ(value("transmit_packets_total"), 6);
  EXPECT_EQ(value("transmit_errors_total"), 7);
  EXPECT_EQ(value("transmit_dropped_total"), 8);
  EXPECT_EQ(value("carrier_changes_total"), 9);
  EXPECT_EQ(value("up"), 1);
  EXPECT_EQ(ValueOf(samples, kFoldedKeys, "interfaces"), 0);
}

TEST_F(InterfacesTest, ADeviceThatIsSetUpWithoutACarrierIsNotUp) {
  Links() = {Link(1, "lo"), Link(2, "eth0", 0, IFF_UP), Link(3, "eth1", 0, 0)};
  EXPECT_EQ(FiguresOf(Collect(), "sockdiag_interface_up"),
            (Figures{{"lo", 1}, {"eth0", 0}, {"eth1", 0}}));
}

TEST_F(InterfacesTest, StatisticsOfAnOldKernelAreEnough) {
  constexpr std::size_t kFirstBytes = 16 * 8;
  Bytes old = Statistics(5, /*missed=*/1);
  old.resize(kFirstBytes);
  Links() = {Join(Join(Header(1), Name("lo")), Attribute(IFLA_STATS64, old))};
  const Samples samples = Collect();
  EXPECT_EQ(ValueOf(samples, "sockdiag_interface_receive_dropped_total", "lo"), 6);
  EXPECT_EQ(ValueOf(samples, "sockdiag_interface_carrier_changes_total", "lo"), 0);
}

TEST_F(InterfacesTest, ThoseMadeFirstHaveAPlace) {
  Links() = {Link(9, "late", 1), Link(2, "eth0", 2), Link(1, "lo", 3)};
  LimitTo(2);
  const Samples samples = Collect();
  EXPECT_EQ(FiguresOf(samples, "sockdiag_interface_up"), (Figures{{"lo", 1}, {"eth0", 1}}));
  EXPECT_EQ(ValueOf(samples, kFoldedKeys, "interfaces"), 1);
}

TEST_F(InterfacesTest, WhatTheOthersCountNeverFalls) {
  const auto others = [this] {
    return ValueOf(Collect(), "sockdiag_interface_receive_bytes_total", "other");
  };
  LimitTo(1);
  Links() = {Link(1, "lo", 1), Link(2, "a", 1000), Link(3, "b", 2000)};
  EXPECT_EQ(others(), 0) << "what was before";
  Links() = {Link(1, "lo", 1), Link(2, "a", 1010), Link(3, "b", 2000)};
  EXPECT_EQ(others(), 10);
  Links() = {Link(1, "lo", 1), Link(3, "b", 2001)};
  EXPECT_EQ(others(), 11) << "one has gone";
  Links() = {Link(1, "lo", 1), Link(3, "b", 2001), Link(4, "c", 100)};
  EXPECT_EQ(others(), 111) << "a new one";
  Links() = {Link(1, "lo", 1), Link(3, "b", 5), Link(4, "c", 100)};
  EXPECT_EQ(others(), 116) << "one has begun anew";
  Links() = {Link(3, "b", 7), Link(4, "c", 101)};
  EXPECT_EQ(others(), 117) << "one has a place now";
}

TEST_F(InterfacesTest, WhatADeviceCountedBeforeItWasAmongTheOthersIsNotTheirs) {
  const auto others = [this] {
    return ValueOf(Collect(), "sockdiag_interface_receive_bytes_total", "other");
  };
  LimitTo(2);
  Links() = {Link(1, "lo", 1), Link(7, "a", 1000), Link(9, "b", 2000)};
  EXPECT_EQ(others(), 0);
  Links() = {Link(1, "lo", 1), Link(3, "moved", 500), Link(7, "a", 1010), Link(9, "b", 2000)};
  EXPECT_EQ(others(), 10) << "a lost its place to one of another namespace";
  Links().push_back(Link(8, "moved_too", 700));
  EXPECT_EQ(others(), 10) << "one of another namespace without a place";
  Links().back() = Link(8, "moved_too", 703);
  EXPECT_EQ(others(), 13);
  Links().push_back(Link(10, "new", 40));
  EXPECT_EQ(others(), 53);
}

TEST_F(InterfacesTest, ADeviceThatIsCalledOtherHasNoPlace) {
  Links() = {Link(1, "other", 5), Link(2, "eth0", 6)};
  LimitTo(1);
  EXPECT_EQ(FiguresOf(Collect(), "sockdiag_interface_receive_bytes_total"),
            (Figures{{"other", 0}, {"eth0", 6}}));
}

/// The kernel takes both, and lists a device that takes another's name during a dump after it.
TEST_F(InterfacesTest, OfNamesThatLookAlikeOneHasAPlace) {
  Links() = {Link(1, "a\x01", 1), Link(2, "a\\x01", 2), Link(3, "eth0", 3), Link(4, "eth0", 4)};
  const Samples samples = Collect();
  EXPECT_EQ(FiguresOf(samples, "sockdiag_interface_up"), (Figures{{"a\\x01", 1}, {"eth0", 1}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_interface_receive_bytes_total"),
            (Figures{{"a\\x01", 1}, {"eth0", 3}, {"other", 0}}));
  EXPECT_EQ(ValueOf(samples, kFoldedKeys, "interfaces"), 2);
}

TEST_F(InterfacesTest, NamesAreShownInUtf8) {
  Links() = {Link(1, "a\xff")};
  EXPECT_EQ(FiguresOf(Collect(), "sockdiag_interface_up"), (Figures{{"a\\xff", 1}}));
}

TEST_F(InterfacesTest, AreReadAgainWhenTheyChangeMeanwhile) {
  Links() = {Link(1, "lo")};
  kernel_.tables[{RTM_GETLINK, AF_UNSPEC}].interruptions = 2;
  EXPECT_EQ(FiguresOf(Collect(), "sockdiag_interface_up"), (Figures{{"lo", 1}}));
  EXPECT_EQ(error_, "");
  EXPECT_EQ(kernel_.requests.size(), 3U);
}

TEST_F(InterfacesTest, AreShownAsTheyWereSeenWhenTheyNeverStopChanging) {
  Links() = {Link(1, "lo"), Link(2, "eth0", 7)};
  kernel_.tables[{RTM_GETLINK, AF_UNSPEC}].interruptions = 1000;
  EXPECT_EQ(FiguresOf(Collect(), "sockdiag_interface_receive_bytes_total"),
            (Figures{{"lo", 0}, {"eth0", 7}}));
  EXPECT_EQ(error_, "");
  EXPECT_EQ(kernel_.requests.size(), 3U);
}

TEST_F(InterfacesTest, FailWhenTheyCannotBeRead) {
  kernel_.open_error = EMFILE;
  EXPECT_TRUE(Collect().families().empty());
  EXPECT_EQ(error_, "devices: cannot open an rtnetlink socket: Too many open files (EMFILE)");
}

struct BadLink {
  const char* name;
  Bytes record;
  const char* error;
};
const std::array kBadLinks{
    BadLink{"HeaderCut", Bytes(15), "devices: a device is shorter than its header"},
    BadLink{"NoName", Header(1), "devices: a device has no name"},
    BadLink{"EmptyName", Join(Header(1), Name("")), "devices: a device has no name"},
    BadLink{"AttributeTooLong", Join(Header(1), LyingAttribute(IFLA_IFNAME, Bytes(4), 9)),
            "devices: an attribute's length does not fit the 8 bytes left in its message"},
    BadLink{"AttributeTooShort", Join(Header(1), LyingAttribute(IFLA_IFNAME, Bytes(4), 3)),
            "devices: an attribute's length does not fit the 8 bytes left in its message"},
    BadLink{"StatisticsCut", Join(Header(1), Attribute(IFLA_STATS64, Bytes(127))),
            "devices: IFLA_STATS64 is shorter than it ever was"},
    BadLink{"CarrierChangesCut", Join(Header(1), Attribute(IFLA_CARRIER_CHANGES, Bytes(3))),
            "devices: IFLA_CARRIER_CHANGES is shorter than a number"}};

class MalformedLinkTest : public InterfacesTest, public ::testing::WithParamInterface<BadLink> {};

TEST_P(MalformedLinkTest, MakesItFail) {
  Links() = {Link(7, "eth0"), GetParam().record};
  EXPECT_TRUE(Collect().families().empty());
  EXPECT_EQ(error_, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Links, MalformedLinkTest, ::testing::ValuesIn(kBadLinks),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace sockdiag
