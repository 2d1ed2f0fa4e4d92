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
#include "sockets/source/inet_diag_codec.h"
#include "sockets/source/inet_diag_request.h"
#include "sockets/source/sock_diag.h"
#include "tests/support/inet_diag_message.h"

// Recorded on Linux 6.18 with tests/data/README.md's commands.
namespace sockdiag {
namespace {

using testing::Bytes;

Bytes ReadData(const std::string& name) {
  std::ifstream file(std::string(SOCKDIAG_SOURCE_DIR "/tests/data/") + name, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

/// What a reader makes of a recorded dump.
struct Outcome {
  DumpResult<DumpReader::Progress> progress;
  std::vector<SocketRecord> records;
};

/// `dump` may be a part of a recorded one; the request is taken for the one that it answers.
Outcome Read(const Bytes& dump, Protocol protocol, DumpRequest request) {
  nlmsghdr header{};
  if (dump.size() >= sizeof(header)) std::memcpy(&header, dump.data(), sizeof(header));
  request.sequence = header.nlmsg_seq;
  testing::RecordList sink;
  InetDiagDecoder decoder(protocol, sink);
  DumpReader reader(request, header.nlmsg_pid, decoder);
  auto progress = reader.Read(dump);
  return {std::move(progress), std::move(sink.records)};
}

Outcome ReadTcp(const Bytes& dump) {
  return Read(dump, Protocol::kTcp, TcpDumpRequest({StateSet::All(Protocol::kTcp)}, 1));
}

Outcome ReadUdp(const std::string& name, Family family) {
  return Read(ReadData(name), Protocol::kUdp,
              UdpDumpRequest(family, StateSet::All(Protocol::kUdp), 1));
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

TEST(RecordedDumps, HoldTcpOfBothFamilies) {
  const Outcome outcome = ReadTcp(ReadData("tcp_dump_6.18.bin"));
  ASSERT_TRUE(outcome.progress) << outcome.progress.error().message;
  std::vector<std::string> seen;
  for (const SocketRecord& record : outcome.records) {
    seen.push_back(std::string(Name(record.family)) + " " + std::string(Name(record.state)) + " " +
                   record.local.address.ToString() + (record.ipv6_only ? " v6only" : ""));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"ipv6 listen ::1 v6only", "ipv4 listen 0.0.0.0",
                                            "ipv6 listen ::", "ipv4 established 127.0.0.1",
                                            "ipv6 established 127.0.0.1"}));
}

/// A dump cut to any length gives whole sockets, or an error; never one that the bytes do not hold.
TEST(RecordedDumps, AreNeverTakenAsWholeWhenCut) {
  const Bytes whole = ReadData("tcp_dump_6.18.bin");
  const std::size_t most = ReadTcp(whole).records.size();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Outcome outcome = ReadTcp(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    EXPECT_LE(outcome.records.size(), most);
    if (outcome.progress) {
      EXPECT_EQ(*outcome.progress, DumpReader::Progress::kMore)
          << "a cut dump at " << size << " was taken as whole";
    }
  }
}

TEST(RecordedDumps, HoldEveryTcpState) {
  const Outcome outcome = ReadTcp(ReadData("tcp_states_6.18.bin"));
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  StateSet expected = StateSet::All(Protocol::kTcp);
  StateSet seen{SocketState::kClose};
  for (const SocketRecord& record : outcome.records) seen.Add(record.state);
  EXPECT_EQ(seen, expected);
}

TEST(RecordedDumps, HoldUdpOverIpv4) {
  const Outcome outcome = ReadUdp("udp4_6.18.bin", Family::kIpv4);
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  EXPECT_EQ(Texts(outcome.records),
            (std::vector<std::string>{"established 127.0.0.1:40000 0", "unconnected 0.0.0.0:5353 0",
                                      "unconnected 127.0.0.1:53 832"}));
}

TEST(RecordedDumps, HoldUdpOverIpv6) {
  const Outcome outcome = ReadUdp("udp6_6.18.bin", Family::kIpv6);
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  EXPECT_EQ(Texts(outcome.records),
            (std::vector<std::string>{"established ::1:40000 0", "unconnected ::1:53 832 v6only",
                                      "unconnected :::5353 0"}));
}

/// A missing module says so at the end of a dump, a missing family instead of one.
TEST(RecordedDumps, SayWhatTheKernelLacks) {
  for (const char* name : {"no_family_6.18.bin", "no_protocol_6.18.bin"}) {
    const Outcome outcome = ReadUdp(name, Family::kIpv4);
    ASSERT_FALSE(outcome.progress) << name;
    EXPECT_EQ(WithMissingModule(Protocol::kUdp, outcome.progress.error()).reason,
              DumpErrorReason::kUnsupported)
        << name;
    EXPECT_TRUE(outcome.records.empty()) << name;
  }
}

}  // namespace
}  // namespace sockdiag
