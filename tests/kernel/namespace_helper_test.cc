#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "namespaces/client.h"
#include "namespaces/visitor.h"
#include "netlink/transport.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/source/netlink_source.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/processes.h"
#include "tests/kernel/system.h"
#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

/// Generous: only what a test is about may be late.
constexpr std::chrono::minutes kLong{4};

class CountingSink final : public SocketSink {
 public:
  void Add(const SocketRecord& /*record*/) override { ++count; }
  unsigned count = 0;
};

/// Of all states.
unsigned CountTcp(UniqueFd socket) {
  const SystemClock clock;
  NetlinkSource source(
      [&socket] { return AdoptNetlinkTransport(std::move(socket), std::chrono::seconds(60)); },
      clock);
  CountingSink sink;
  const auto stats = source.Dump(Protocol::kTcp, {.states = StateSet::All(Protocol::kTcp)}, sink);
  EXPECT_TRUE(stats) << stats.error().message;
  return sink.count;
}

class NamespaceHelperKernel : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Result<HelperProcess> process = StartNamespaceHelper();
    ASSERT_TRUE(process) << process.error().message;
    helper_ = std::make_unique<ProcessNamespaceHelper>(*std::move(process), kLong);
  }

  /// Whether a namespace is among those that are found.
  [[nodiscard]] bool IsFound(NamespaceId id) const {
    const auto found = helper_->Find();
    EXPECT_TRUE(found) << found.error().message;
    const auto& all = found->namespaces;
    return std::any_of(all.begin(), all.end(), [id](const auto& each) { return each.id == id; });
  }
  [[nodiscard]] OpenedNamespace Open(NamespaceId id) const {
    auto opened = helper_->Open(id);
    if (opened) return *std::move(opened);
    ADD_FAILURE() << opened.error().message;
    return {};
  }

  std::unique_ptr<ProcessNamespaceHelper> helper_;
};

TEST_F(NamespaceHelperKernel, OpensWhatAnUnprivilegedProcessThenDumps) {
  const HeldNamespace held([] { return Established(kIpv4, 5000); });
  ASSERT_TRUE(IsFound(held.id()));
  OpenedNamespace opened = Open(held.id());
  EXPECT_EQ(RunInChild([&] {
              DropPrivileges();
              EXPECT_EQ(StatusOf(getpid(), "CapEff"), "0000000000000000");
              EXPECT_EQ(CountTcp(std::move(opened.socket)), 3U) << "LISTEN and both ends";
              return true;
            }),
            0);
}

TEST_F(NamespaceHelperKernel, TellsWhatItSpends) {
  static_cast<void>(helper_->Find());
  EXPECT_GT(helper_->TakeCpuTime(), std::chrono::nanoseconds(0));
  std::chrono::nanoseconds spent{0};
  const bool is_more = WaitUntil([&] {
    static_cast<void>(helper_->Find());
    return (spent += helper_->TakeCpuTime()) > std::chrono::milliseconds(10);
  });
  EXPECT_TRUE(is_more) << spent.count() << " ns";
}

TEST_F(NamespaceHelperKernel, ReadsThePortsOfThatNamespace) {
  const HeldNamespace held([] {
    WriteSysctl("net/ipv4/ip_local_port_range", "20000 20999");
    WriteSysctl("net/ipv4/ip_local_reserved_ports", "20005,20010-20020");
    return Sockets();
  });
  ASSERT_TRUE(IsFound(held.id()));
  ASSERT_TRUE(IsFound(NamespaceOf()));
  const PortTexts ports = Open(held.id()).ports;
  EXPECT_EQ(ports, (PortTexts{"20000\t20999\n", "20005,20010-20020\n"}));
  EXPECT_TRUE(ParsePortRangeSysctl(ports.range));
  EXPECT_TRUE(ParseReservedPorts(ports.reserved));
  EXPECT_EQ(Open(NamespaceOf()).ports.range.substr(0, 5), "32768") << "it came back";
}

TEST_F(NamespaceHelperKernel, ReadsTheCountersOfThatNamespace) {
  const HeldNamespace held([] {
    Sockets sockets = Established(kIpv4, 5000);
    Append(sockets, Established(kIpv6, 5000));
    sockets.push_back(Bind(SOCK_DGRAM, "127.0.0.1", 5300));
    sockets.push_back(Bind(SOCK_DGRAM, "::1", 5300, {.ipv6_only = true}));
    return sockets;
  });
  ASSERT_TRUE(IsFound(held.id()));
  const auto counters = helper_->Counters(held.id());
  ASSERT_TRUE(counters) << counters.error().message;
  EXPECT_EQ(counters->tcp_in_use, 6U);
  EXPECT_EQ(counters->tcp_time_wait, 0U);
  EXPECT_GE(counters->tcp_segments_in, 6U) << "two handshakes";
  EXPECT_EQ(counters->udp_in_use, 2U);
  EXPECT_EQ(counters->udp_datagrams, 0U);
}

TEST_F(NamespaceHelperKernel, SaysThatADeletedNamespaceIsGone) {
  HeldNamespace held;
  ASSERT_TRUE(IsFound(held.id()));
  held.End();
  for (int asked = 0; asked < 2; ++asked) {
    EXPECT_EQ(helper_->Open(held.id()).error().reason, NamespaceErrorReason::kGone);
    EXPECT_EQ(helper_->Counters(held.id()).error().reason, NamespaceErrorReason::kGone);
  }
  EXPECT_FALSE(IsFound(held.id()));
  EXPECT_EQ(helper_->Open(1).error().reason, NamespaceErrorReason::kGone) << "never found";
}

TEST_F(NamespaceHelperKernel, SaysThatOneIsGoneWhoseMountIsGone) {
  std::string path = ::testing::TempDir() + "sockdiag-mount-XXXXXX";
  const UniqueFd file(mkstemp(path.data()));
  ASSERT_EQ(fchmod(file.Get(), 0), 0);
  EXPECT_EQ(RunInChild([&] {
              DropPrivileges();
              const Result<NamespaceVisitor> visitor = NamespaceVisitor::FromHere();
              const auto visited = visitor.value().Visit(NamespaceOf(), {path},
                                                         [] { return NamespaceResult<void>(); });
              EXPECT_EQ(visited.error().reason, NamespaceErrorReason::kGone);
              return true;
            }),
            0);
  unlink(path.c_str());
}

/// One end of a pair of devices ends with the namespace of the other end.
TEST_F(NamespaceHelperKernel, KeepsNoNamespaceAlive) {
  HeldNamespace held;
  RunTool({"ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns",
           std::to_string(held.pid())});
  ASSERT_TRUE(IsFound(held.id()));
  EXPECT_TRUE(helper_->Counters(held.id()));
  OpenedNamespace opened = Open(held.id());
  EXPECT_TRUE(IsFound(held.id()));
  held.End();
  EXPECT_NE(if_nametoindex("here"), 0U) << "the socket keeps it";
  opened.socket.Reset();
  EXPECT_TRUE(WaitUntil([] { return if_nametoindex("here") == 0; }));
}

TEST_F(NamespaceHelperKernel, FindsManyAtATime) {
  std::vector<std::unique_ptr<HeldNamespace>> held;
  for (int count = 0; count < 30; ++count) held.push_back(std::make_unique<HeldNamespace>());
  for (const auto& one : held) ASSERT_TRUE(IsFound(one->id()));
  for (const auto& one : held) EXPECT_EQ(CountTcp(Open(one->id()).socket), 0U);
}

}  // namespace
}  // namespace sockdiag::kernel
