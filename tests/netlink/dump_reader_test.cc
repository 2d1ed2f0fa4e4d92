#include "netlink/dump_reader.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/netlink_message.h"

namespace sockdiag {
namespace {

using testing::Bytes;
using testing::DatagramBuilder;
using testing::DiagSocket;
using testing::InetDiagPayload;
using testing::RecordList;
using Progress = DumpReader::Progress;

constexpr std::uint32_t kSequence = 9;
constexpr std::uint32_t kPortId = 1234;

class DumpReaderTest : public ::testing::Test {
 protected:
  static DatagramBuilder Datagram() { return {kSequence, kPortId}; }
  static DatagramBuilder WithSocket() {
    return Datagram().Message(TCPDIAG_GETSOCK, InetDiagPayload(DiagSocket()));
  }

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

  RecordList sink_;
  DumpReader reader_{TcpDumpRequest(StateSet::All(Protocol::kTcp), kSequence), kPortId, sink_};
};

TEST_F(DumpReaderTest, GivesEverySocketUntilDone) {
  const Bytes first = WithSocket().bytes();
  ASSERT_EQ(Read(first), Progress::kMore);
  const Bytes second =
      WithSocket().Message(TCPDIAG_GETSOCK, InetDiagPayload(DiagSocket())).Done(0).bytes();
  ASSERT_EQ(Read(second), Progress::kDone);
  EXPECT_EQ(sink_.records.size(), 3U);
  EXPECT_EQ(reader_.stats().sockets, 3U);
  EXPECT_EQ(reader_.stats().bytes, first.size() + second.size());
}

TEST_F(DumpReaderTest, DoesNotEndOnAMissingMultiFlag) {
  const Bytes datagram =
      Datagram().Message(TCPDIAG_GETSOCK, InetDiagPayload(DiagSocket()), /*flags=*/0).bytes();
  EXPECT_EQ(Read(datagram), Progress::kMore);
}

TEST_F(DumpReaderTest, PassesOverNoop) {
  EXPECT_EQ(Read(Datagram().Message(NLMSG_NOOP, {}).bytes()), Progress::kMore);
  EXPECT_TRUE(sink_.records.empty());
}

TEST_F(DumpReaderTest, ReadsTheErrorInsideDone) {
  ExpectFailure(Datagram().Done(-ENOENT).bytes(), DumpErrorReason::kUnsupported,
                "the kernel has no tcp_diag module (ENOENT): load it with modprobe tcp_diag");
  ExpectFailure(Datagram().Done(-EPERM).bytes(), DumpErrorReason::kKernel,
                "the kernel refused the dump: Operation not permitted (EPERM)");
}

TEST_F(DumpReaderTest, RejectsDoneWithoutStatus) {
  ExpectFailure(Datagram().Message(NLMSG_DONE, {}).bytes(), DumpErrorReason::kMalformed,
                "NLMSG_DONE carries no status");
}

TEST_F(DumpReaderTest, MapsErrorMessagesToReasons) {
  const std::pair<int, DumpErrorReason> cases[] = {
      {ENOENT, DumpErrorReason::kUnsupported}, {EOPNOTSUPP, DumpErrorReason::kUnsupported},
      {EBUSY, DumpErrorReason::kBusy},         {EINTR, DumpErrorReason::kInterrupted},
      {ENOBUFS, DumpErrorReason::kOverrun},    {EINVAL, DumpErrorReason::kKernel}};
  for (const auto& [number, reason] : cases) {
    const auto progress = Read(Datagram().Error(-number).bytes());
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().reason, reason) << number;
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
  const Bytes payload = InetDiagPayload(DiagSocket());
  for (const DatagramBuilder& other :
       {DatagramBuilder(8, kPortId), DatagramBuilder(kSequence, kPortId + 1)}) {
    DatagramBuilder datagram = other;
    const auto progress = Read(datagram.Message(TCPDIAG_GETSOCK, payload).bytes());
    ASSERT_FALSE(progress);
    EXPECT_EQ(progress.error().reason, DumpErrorReason::kSequence);
  }
  EXPECT_TRUE(sink_.records.empty());
}

TEST_F(DumpReaderTest, RejectsADumpThatTheKernelMarksInterrupted) {
  ExpectFailure(
      Datagram()
          .Message(TCPDIAG_GETSOCK, InetDiagPayload(DiagSocket()), NLM_F_MULTI | NLM_F_DUMP_INTR)
          .bytes(),
      DumpErrorReason::kInterrupted, "the table changed during the dump");
}

TEST_F(DumpReaderTest, RejectsOverrun) {
  ExpectFailure(Datagram().Message(NLMSG_OVERRUN, {}).bytes(), DumpErrorReason::kOverrun,
                "the kernel reported lost answers");
}

TEST_F(DumpReaderTest, RejectsAnUnexpectedType) {
  ExpectFailure(Datagram().Message(20, InetDiagPayload(DiagSocket())).bytes(),
                DumpErrorReason::kMalformed, "unexpected netlink message type 20");
}

TEST_F(DumpReaderTest, RejectsAnEmptyDatagram) {
  ExpectFailure({}, DumpErrorReason::kMalformed, "an empty datagram");
}

TEST_F(DumpReaderTest, RejectsARecordShorterThanItsHeader) {
  ExpectFailure(Datagram().Message(TCPDIAG_GETSOCK, Bytes(68)).bytes(), DumpErrorReason::kMalformed,
                "a socket record has 68 bytes instead of at least 72");
}

TEST_F(DumpReaderTest, RejectsAMessageThatClaimsMoreThanItsDatagram) {
  Bytes datagram = WithSocket().bytes();
  for (const std::uint32_t length : {0U, 15U, 89U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    std::memcpy(datagram.data(), &length, sizeof(length));
    const auto progress = Read(datagram);
    ASSERT_FALSE(progress) << length;
    EXPECT_EQ(progress.error().reason, DumpErrorReason::kMalformed);
  }
}

/// What a datagram cut to any length gives: whole messages, or an error; never a socket that the
/// bytes do not hold.
void ExpectCutsAreSafe(const Bytes& whole, const DumpRequest& request, std::uint32_t port_id) {
  RecordList reference;
  DumpReader whole_reader(request, port_id, reference);
  ASSERT_TRUE(whole_reader.Read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    RecordList sink;
    DumpReader reader(request, port_id, sink);
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(size));
    const auto progress = reader.Read(cut);
    EXPECT_LE(sink.records.size(), reference.records.size());
    if (progress) {
      EXPECT_EQ(*progress, Progress::kMore) << "a cut dump at " << size << " was taken as whole";
    }
  }
}

TEST_F(DumpReaderTest, NeverTakesACutDumpAsWhole) {
  const Bytes whole =
      WithSocket().Message(TCPDIAG_GETSOCK, InetDiagPayload(DiagSocket())).Done(0).bytes();
  ExpectCutsAreSafe(whole, TcpDumpRequest(StateSet::All(Protocol::kTcp), kSequence), kPortId);
}

Bytes ReadData(const std::string& name) {
  std::ifstream file(std::string(SOCKDIAG_SOURCE_DIR "/tests/data/") + name, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

/// Recorded on Linux 6.18 with tests/data/README.md's commands.
TEST(DumpReaderRecorded, ReadsTcpOfBothFamilies) {
  const Bytes datagram = ReadData("tcp_dump_6.18.bin");
  ASSERT_FALSE(datagram.empty());
  nlmsghdr header;
  std::memcpy(&header, datagram.data(), sizeof(header));
  const DumpRequest request = TcpDumpRequest(StateSet::All(Protocol::kTcp), header.nlmsg_seq);
  RecordList sink;
  DumpReader reader(request, header.nlmsg_pid, sink);
  ASSERT_TRUE(reader.Read(datagram));
  std::vector<std::string> seen;
  for (const SocketRecord& record : sink.records) {
    seen.push_back(std::string(Name(record.family)) + " " + std::string(Name(record.state)) + " " +
                   record.local.address.ToString() + (record.ipv6_only ? " v6only" : ""));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"ipv6 listen ::1 v6only", "ipv4 listen 0.0.0.0",
                                            "ipv6 listen ::", "ipv4 established 127.0.0.1",
                                            "ipv6 established 127.0.0.1"}));
  ExpectCutsAreSafe(datagram, request, header.nlmsg_pid);
}

}  // namespace
}  // namespace sockdiag
