#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstdlib>
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

// Recorded with tests/data/README.md's commands: those of Linux 6.18 that are there, or, in a
// folder that SOCKDIAG_RECORDED_DUMPS names, those of another kernel.
namespace sockdiag {
namespace {

using testing::Bytes;

std::string ReadText(const std::string& scene) {
  const char* folder = std::getenv("SOCKDIAG_RECORDED_DUMPS");
  const std::string path = folder == nullptr
                               ? SOCKDIAG_SOURCE_DIR "/tests/data/" + scene + "_6.18.bin"
                               : folder + ("/" + scene + ".bin");
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Bytes ReadData(const std::string& scene) {
  const std::string text = ReadText(scene);
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
              UdpDumpRequest(family, {StateSet::All(Protocol::kUdp)}, 1));
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
  const Outcome outcome = ReadTcp(ReadData("tcp"));
  ASSERT_TRUE(outcome.progress) << outcome.progress.error().message;
  std::vector<std::string> seen;
  for (const SocketRecord& record : outcome.records) {
    seen.push_back(std::string(Name(record.family)) + " " + std::string(Name(record.state)) + " " +
                   record.local.address.ToString() + (record.ipv6_only ? " v6only" : ""));
  }
  std::sort(seen.begin(), seen.end());  // the kernel's order is that of its hash
  EXPECT_EQ(seen, (std::vector<std::string>{"ipv4 established 127.0.0.1", "ipv4 listen 0.0.0.0",
                                            "ipv6 established 127.0.0.1",
                                            "ipv6 listen ::", "ipv6 listen ::1 v6only"}));
}

/// A dump cut to any length gives whole sockets, or an error; never one that the bytes do not hold.
TEST(RecordedDumps, AreNeverTakenAsWholeWhenCut) {
  const Bytes whole = ReadData("tcp");
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
  const Outcome outcome = ReadTcp(ReadData("tcp_states"));
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  StateSet expected = StateSet::All(Protocol::kTcp);
  expected.Remove(SocketState::kUnknown);
  StateSet seen{SocketState::kClose};
  for (const SocketRecord& record : outcome.records) seen.Add(record.state);
  EXPECT_EQ(seen, expected);
}

TEST(RecordedDumps, HoldUdpOverIpv4) {
  const Outcome outcome = ReadUdp("udp4", Family::kIpv4);
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  EXPECT_EQ(Texts(outcome.records),
            (std::vector<std::string>{"established 127.0.0.1:40000 0", "unconnected 0.0.0.0:5353 0",
                                      "unconnected 127.0.0.1:53 " + ReadText("udp_waiting")}));
}

TEST(RecordedDumps, HoldUdpOverIpv6) {
  const Outcome outcome = ReadUdp("udp6", Family::kIpv6);
  EXPECT_EQ(outcome.progress, DumpReader::Progress::kDone);
  EXPECT_EQ(Texts(outcome.records),
            (std::vector<std::string>{"established ::1:40000 0",
                                      "unconnected ::1:53 " + ReadText("udp_waiting") + " v6only",
                                      "unconnected :::5353 0"}));
}

/// A missing module says so at the end of a dump, a missing family instead of one.
TEST(RecordedDumps, SayWhatTheKernelLacks) {
  for (const char* name : {"no_family", "no_protocol"}) {
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
