#include "netlink/dump_reader.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/netlink_message.h"

namespace sockdiag {
namespace {

using testing::Bytes;
using testing::DatagramBuilder;
using testing::MessageList;
using Progress = DumpReader::Progress;

constexpr std::uint32_t kSequence = 9;
constexpr std::uint32_t kPortId = 1234;
constexpr std::uint16_t kRecordType = 18;
constexpr std::uint16_t kOtherType = 20;

DumpRequest Request() {
  return MakeDumpRequest({.request = 17, .record = kRecordType}, kSequence, {});
}

Bytes Payload() { return Bytes(72, std::byte{0x5a}); }

class DumpReaderTest : public ::testing::Test {
 protected:
  static DatagramBuilder Datagram() { return {kSequence, kPortId}; }
  static DatagramBuilder WithRecord() { return Datagram().Message(kRecordType, Payload()); }

  DumpResult<Progress> Read(const Bytes& datagram) {
    // At the end of a buffer of its own size, so that a sanitizer sees a read past the end.
    const std::vector<std::byte> exact(datagram);
    return reader_.Read(exact);
  }
  void ExpectFailure(const Bytes& datagram, DumpErrorReason reason, const std::string& message) {
    const auto progress = Read(datagram);
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().reason, reason);
    EXPECT_EQ(progress.error().message, message);
  }

  MessageList sink_;
  DumpReader reader_{Request(), kPortId, sink_};
};

TEST_F(DumpReaderTest, GivesEveryRecordUntilDone) {
  const Bytes first = WithRecord().bytes();
  ASSERT_EQ(Read(first), Progress::kMore);
  const Bytes second = WithRecord().Message(kRecordType, Payload()).Done(0).bytes();
  ASSERT_EQ(Read(second), Progress::kDone);
  EXPECT_EQ(sink_.payloads, std::vector<Bytes>(3, Payload()));
  EXPECT_EQ(sink_.types, std::vector<std::uint16_t>(3, kRecordType));
  EXPECT_EQ(reader_.stats().records, 3U);
  EXPECT_EQ(reader_.stats().bytes, first.size() + second.size());
}

TEST_F(DumpReaderTest, DoesNotEndOnAMissingMultiFlag) {
  const Bytes datagram = Datagram().Message(kRecordType, Payload(), /*flags=*/0).bytes();
  EXPECT_EQ(Read(datagram), Progress::kMore);
}

TEST_F(DumpReaderTest, PassesOverNoop) {
  EXPECT_EQ(Read(Datagram().Message(NLMSG_NOOP, {}).bytes()), Progress::kMore);
  EXPECT_TRUE(sink_.payloads.empty());
}

TEST_F(DumpReaderTest, ReadsTheErrorInsideDone) {
  ExpectFailure(Datagram().Done(-ENOENT).bytes(), DumpErrorReason::kKernel,
                "the kernel refused the dump: No such file or directory (ENOENT)");
  ExpectFailure(Datagram().Done(-EPERM).bytes(), DumpErrorReason::kKernel,
                "the kernel refused the dump: Operation not permitted (EPERM)");
}

TEST_F(DumpReaderTest, RejectsDoneWithoutStatus) {
  ExpectFailure(Datagram().Message(NLMSG_DONE, {}).bytes(), DumpErrorReason::kMalformed,
                "NLMSG_DONE carries no status");
}

TEST_F(DumpReaderTest, MapsErrorMessagesToReasons) {
  const std::pair<int, DumpErrorReason> cases[] = {{EBUSY, DumpErrorReason::kBusy},
                                                   {EINTR, DumpErrorReason::kInterrupted},
                                                   {ENOBUFS, DumpErrorReason::kOverrun},
                                                   {ENOENT, DumpErrorReason::kKernel},
                                                   {EINVAL, DumpErrorReason::kKernel}};
  for (const auto& [number, reason] : cases) {
    const auto progress = Read(Datagram().Error(-number).bytes());
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().reason, reason) << number;
    EXPECT_EQ(progress.error().kernel_errno, number);
  }
}

TEST_F(DumpReaderTest, RejectsAStatusThatIsNoErrno) {
  for (const int status : {-4096, std::numeric_limits<int>::min()}) {
    const std::string message = "the status " + std::to_string(status) + " is no errno";
    ExpectFailure(Datagram().Done(status).bytes(), DumpErrorReason::kMalformed, message);
    ExpectFailure(Datagram().Error(status).bytes(), DumpErrorReason::kMalformed, message);
  }
}

TEST_F(DumpReaderTest, RejectsAnAcknowledgement) {
  for (const int status : {0, 5}) {
    ExpectFailure(Datagram().Error(status).bytes(), DumpErrorReason::kMalformed,
                  "NLMSG_ERROR without an error answered the dump request");
  }
}

TEST_F(DumpReaderTest, RejectsShortErrorMessage) {
  ExpectFailure(Datagram().Message(NLMSG_ERROR, Bytes(19)).bytes(), DumpErrorReason::kMalformed,
                "NLMSG_ERROR is shorter than its header");
}

TEST_F(DumpReaderTest, RejectsAnAnswerToAnotherRequest) {
  const Bytes payload = Payload();
  for (const DatagramBuilder& other :
       {DatagramBuilder(8, kPortId), DatagramBuilder(kSequence, kPortId + 1)}) {
    DatagramBuilder datagram = other;
    const auto progress = Read(datagram.Message(kRecordType, payload).bytes());
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().reason, DumpErrorReason::kSequence);
  }
  EXPECT_TRUE(sink_.payloads.empty());
}

TEST_F(DumpReaderTest, RejectsADumpThatTheKernelMarksInterrupted) {
  ExpectFailure(Datagram().Message(kRecordType, Payload(), NLM_F_MULTI | NLM_F_DUMP_INTR).bytes(),
                DumpErrorReason::kInterrupted, "the table changed during the dump");
}

TEST_F(DumpReaderTest, ReadsAnInterruptedDumpToItsEndForWhoMakesDoWithIt) {
  constexpr std::uint16_t kInterrupted = NLM_F_MULTI | NLM_F_DUMP_INTR;
  DumpRequest request = Request();
  request.may_change_meanwhile = true;
  DumpReader reader(request, kPortId, sink_);
  const Bytes datagram = Datagram().Message(kRecordType, Payload(), kInterrupted).bytes();
  EXPECT_EQ(reader.Read(datagram), Progress::kMore);
  EXPECT_EQ(sink_.payloads, std::vector<Bytes>(1, Payload()));
  const auto ended = reader.Read(Datagram().Done(-EINTR).bytes());
  ASSERT_FALSE(ended) << "the kernel has given up";
  EXPECT_EQ(ended.error().reason, DumpErrorReason::kInterrupted);
}

TEST_F(DumpReaderTest, RejectsOverrun) {
  ExpectFailure(Datagram().Message(NLMSG_OVERRUN, {}).bytes(), DumpErrorReason::kOverrun,
                "the kernel reported lost answers");
}

TEST_F(DumpReaderTest, RejectsAnUnexpectedType) {
  ExpectFailure(Datagram().Message(kOtherType, Payload()).bytes(), DumpErrorReason::kMalformed,
                "unexpected netlink message type 20");
}

TEST_F(DumpReaderTest, RejectsAnEmptyDatagram) {
  ExpectFailure({}, DumpErrorReason::kMalformed, "an empty datagram");
}

TEST_F(DumpReaderTest, FailsWithWhatTheSinkSaysOfARecord) {
  ASSERT_EQ(Read(WithRecord().bytes()), Progress::kMore);
  sink_.error = DumpError{DumpErrorReason::kMalformed, "a record of nonsense"};
  ExpectFailure(WithRecord().bytes(), DumpErrorReason::kMalformed, "a record of nonsense");
  EXPECT_EQ(reader_.stats().records, 1U);
}

TEST_F(DumpReaderTest, RejectsAMessageThatClaimsMoreThanItsDatagram) {
  Bytes datagram = WithRecord().bytes();
  for (const std::uint32_t length : {0U, 15U, 89U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    std::memcpy(datagram.data(), &length, sizeof(length));
    const auto progress = Read(datagram);
    ASSERT_FALSE(progress) << length;
    EXPECT_EQ(progress.error().reason, DumpErrorReason::kMalformed);
  }
}

/// A datagram cut to any length gives whole messages, or an error; never one that the bytes do not
/// hold.
TEST_F(DumpReaderTest, NeverTakesACutDumpAsWhole) {
  const Bytes whole = WithRecord().Message(kRecordType, Payload()).Done(0).bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    MessageList sink;
    DumpReader reader(Request(), kPortId, sink);
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(size));
    const auto progress = reader.Read(cut);
    EXPECT_LE(sink.payloads.size(), 2U);
    if (progress) {
      EXPECT_EQ(*progress, Progress::kMore) << "a cut dump at " << size << " was taken as whole";
    }
  }
}

}  // namespace
}  // namespace sockdiag
