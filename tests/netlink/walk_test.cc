#include "netlink/walk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "netlink/bytes.h"
#include "tests/support/fake_transport.h"

namespace sockdiag {
namespace {

using testing::Bytes;
using testing::DatagramBuilder;
using testing::FakeKernel;
using testing::MessageList;
using testing::Script;

constexpr std::uint32_t kSequence = 5;
constexpr std::uint16_t kRecordType = 16;

class WalkTest : public ::testing::Test {
 protected:
  static DatagramBuilder Datagram() { return {kSequence, FakeKernel::kPortId}; }

  DumpResult<WalkStats> Read(Script script) {
    kernel_.Add(std::move(script));
    const auto transport = kernel_.Factory()();
    return Walk(**transport, request_, *buffer_, sink_);
  }

  const DumpRequest request_ =
      MakeDumpRequest({.request = 18, .record = kRecordType}, kSequence, Bytes(4));
  std::unique_ptr<DumpBuffer> buffer_ = std::make_unique<DumpBuffer>();
  FakeKernel kernel_;
  MessageList sink_;
};

TEST_F(WalkTest, SendsTheRequestAndReadsToTheEnd) {
  const Bytes records =
      Datagram().Message(kRecordType, Bytes(8)).Message(kRecordType, Bytes(12)).bytes();
  const Bytes done = Datagram().Done(0).bytes();
  const auto stats = Read({0, 0, {records, tl::unexpected(EINTR), done, records}});
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(kernel_.requests, std::vector<Bytes>{request_.bytes});
  EXPECT_EQ(sink_.payloads, (std::vector<Bytes>{Bytes(8), Bytes(12)}));
  EXPECT_EQ(stats->records, 2U);
  EXPECT_EQ(stats->bytes, records.size() + done.size());
}

TEST_F(WalkTest, SaysWhatDidNotWork) {
  EXPECT_EQ(Read({0, ENOBUFS, {}}).error().message,
            "cannot send the dump request: No buffer space available (ENOBUFS)");
  EXPECT_EQ(Read({0, 0, {tl::unexpected(EBADF)}}).error().message,
            "cannot receive the dump: Bad file descriptor (EBADF)");
  EXPECT_EQ(Read({}).error().message, "the kernel did not continue the dump in time");
  EXPECT_EQ(Read({0, 0, {Bytes(sizeof(DumpBuffer) + 1)}}).error().message,
            "a datagram of the dump was larger than the buffer");
  EXPECT_EQ(Read({0, 0, {Datagram().Error(-EPERM).bytes()}}).error().message,
            "the kernel refused the dump: Operation not permitted (EPERM)");
}

TEST_F(WalkTest, EndsAtWhatTheSinkRefuses) {
  sink_.error = DumpError{DumpErrorReason::kMalformed, "a record of nonsense"};
  const auto stats = Read({0, 0, {Datagram().Message(kRecordType, Bytes(8)).Done(0).bytes()}});
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().message, "a record of nonsense");
}

/// rtnetlink answers with another type than it was asked with.
TEST(Walk, ReadsTheInterfacesOfThisKernel) {
  const auto transport = OpenNetlinkTransport(NETLINK_ROUTE, std::chrono::seconds(10));
  ASSERT_TRUE(transport) << transport.error();
  const DumpRequest request = MakeDumpRequest({.request = RTM_GETLINK, .record = RTM_NEWLINK},
                                              kSequence, BytesOf(ifinfomsg{}));
  const auto buffer = std::make_unique<DumpBuffer>();
  MessageList interfaces;
  const auto stats = Walk(**transport, request, *buffer, interfaces);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_GE(interfaces.payloads.size(), 1U) << "every namespace has a loopback interface";
  EXPECT_EQ(stats->records, interfaces.payloads.size());
}

TEST(OpenNetlinkTransport, SaysWhatThisKernelLacks) {
  constexpr int kNoFamily = MAX_LINKS - 1;
  const auto transport = OpenNetlinkTransport(kNoFamily, std::chrono::seconds(10));
  ASSERT_FALSE(transport);
  EXPECT_EQ(transport.error(), EPROTONOSUPPORT);
}

TEST(AdoptNetlinkTransport, WalksOverASocketOfSomebodyElse) {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  ASSERT_EQ(bind(socket.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  const auto transport = AdoptNetlinkTransport(std::move(socket), std::chrono::seconds(10));
  ASSERT_TRUE(transport) << transport.error();
  EXPECT_NE((*transport)->port_id(), 0U);
  const DumpRequest request = MakeDumpRequest({.request = RTM_GETLINK, .record = RTM_NEWLINK},
                                              kSequence, BytesOf(ifinfomsg{}));
  const auto buffer = std::make_unique<DumpBuffer>();
  MessageList interfaces;
  const auto stats = Walk(**transport, request, *buffer, interfaces);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_GE(stats->records, 1U);
}

TEST(AdoptNetlinkTransport, GivesUpWaiting) {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  const auto transport = AdoptNetlinkTransport(std::move(socket), std::chrono::milliseconds(1));
  ASSERT_TRUE(transport) << transport.error();
  std::array<std::byte, 16> buffer;
  EXPECT_EQ((*transport)->Receive(buffer).error(), EAGAIN);
}

TEST(AdoptNetlinkTransport, RefusesWhatIsNoNetlinkSocket) {
  const auto adopt = [](int fd) {
    return AdoptNetlinkTransport(UniqueFd(fd), std::chrono::seconds(10)).error();
  };
  EXPECT_EQ(adopt(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), EAFNOSUPPORT);
  EXPECT_EQ(adopt(open("/dev/null", O_RDONLY | O_CLOEXEC)), ENOTSOCK);
  EXPECT_EQ(adopt(-1), EBADF);
}

}  // namespace
}  // namespace sockdiag
