#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "netlink/dump_reader.h"
#include "tests/support/netlink_message.h"

// Recorded on Linux 6.18 with tests/data/README.md's commands.
namespace sockdiag {
namespace {

using testing::Bytes;

/// What a reader makes of a recorded dump.
struct Outcome {
  DumpResult<DumpReader::Progress> progress;
  std::vector<SocketRecord> records;
};

Outcome ReadRecorded(const std::string& name, DumpRequest request) {
  std::ifstream file(std::string(SOCKDIAG_SOURCE_DIR "/tests/data/") + name, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Bytes dump(text.size());
  std::memcpy(dump.data(), text.data(), text.size());
  nlmsghdr header{};
  if (dump.size() >= sizeof(header)) std::memcpy(&header, dump.data(), sizeof(header));
  request.sequence = header.nlmsg_seq;
  testing::RecordList sink;
  DumpReader reader(request, header.nlmsg_pid, sink);
  auto progress = reader.Read(dump);
  return {std::move(progress), std::move(sink.records)};
}

DumpRequest UdpRequest(Family family) {
  return UdpDumpRequest(family, StateSet::All(Protocol::kUdp), 1);
}

std::vector<std::string> Texts(const std::vector<SocketRecord>& records) {
  std::vector<std::string> texts;
  for (const SocketRecord& record : records) {
    texts.push_back(std::string(Name(record.state)) + " " + record.local.address.ToString() + ":" +
                    std::to_string(record.local.port.Value()) + " " +
                    std::to_string(record.receive_queue) + (record.ipv6_only ? " v6only" : ""));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

TEST(RecordedDumps, HoldEveryTcpState) {
  const Outcome outcome =
      ReadRecorded("tcp_states_6.18.bin", TcpDumpRequest(StateSet::All(Protocol::kTcp), 1));
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  StateSet expected = StateSet::All(Protocol::kTcp);
  StateSet seen{SocketState::kClose};
  for (const SocketRecord& record : outcome.records) seen.Add(record.state);
  EXPECT_EQ(seen, expected);
}

TEST(RecordedDumps, HoldUdpOverIpv4) {
  const Outcome outcome = ReadRecorded("udp4_6.18.bin", UdpRequest(Family::kIpv4));
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  EXPECT_EQ(Texts(outcome.records),
            (std::vector<std::string>{"established 127.0.0.1:40000 0", "unconnected 0.0.0.0:5353 0",
                                      "unconnected 127.0.0.1:53 832"}));
}

TEST(RecordedDumps, HoldUdpOverIpv6) {
  const Outcome outcome = ReadRecorded("udp6_6.18.bin", UdpRequest(Family::kIpv6));
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  EXPECT_EQ(Texts(outcome.records),
            (std::vector<std::string>{"established ::1:40000 0", "unconnected ::1:53 832 v6only",
                                      "unconnected :::5353 0"}));
}

/// A missing module says so at the end of a dump, a missing family instead of one.
TEST(RecordedDumps, SayWhatTheKernelLacks) {
  for (const char* name : {"no_family_6.18.bin", "no_protocol_6.18.bin"}) {
    const Outcome outcome = ReadRecorded(name, UdpRequest(Family::kIpv4));
    ASSERT_FALSE(outcome.progress) << name;
    EXPECT_EQ(outcome.progress.error().reason, DumpErrorReason::kUnsupported) << name;
    EXPECT_TRUE(outcome.records.empty()) << name;
  }
}

}  // namespace
}  // namespace sockdiag
