// Sockets of the other families, in exact numbers and as ss(8) lists them. A network namespace
// begins with none.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "collectors/families/mptcp.h"
#include "collectors/families/netlink.h"
#include "collectors/families/other.h"
#include "collectors/families/packet.h"
#include "collectors/families/raw.h"
#include "collectors/families/sctp.h"
#include "collectors/families/unix.h"
#include "collectors/families/vsock.h"
#include "netlink/transport.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/support/figures.h"
#include "tests/support/files.h"

namespace sockdiag::kernel {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::NonZero;
using testing::ValueOf;

constexpr const char* kUnixSockets = "sockdiag_unix_sockets";

auto OpenNetlink(int protocol) { return OpenNetlinkTransport(protocol, kDeadline); }

UniqueFd MakeSocket(int family, int type, int protocol) {
  return UniqueFd(Check("socket", socket(family, type | SOCK_CLOEXEC, protocol)));
}

/// How many lines begin with each word, or words: `u_str ESTAB`.
Figures CountLines(const std::string& text, int words) {
  Figures counts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string key;
    std::string word;
    for (int i = 0; i < words && fields >> word; ++i) key += (key.empty() ? "" : " ") + word;
    if (words == 0 || !key.empty()) ++counts[key];
  }
  return counts;
}

class Families : public KernelTest {
 protected:
  /// What there is, so that the collector succeeds and lacks nothing.
  [[nodiscard]] static Samples Collect(Collector& collector) {
    Findings findings;
    const Result<void> collected = collector.Collect(findings);
    EXPECT_TRUE(collected) << collected.error().message;
    EXPECT_EQ(findings.lack, "");
    return std::move(findings.samples);
  }

  SystemClock clock_;
};

/// An address of the abstract namespace, which a network namespace has to itself.
struct UnixAddress {
  sockaddr_un address{};
  socklen_t size;

  explicit UnixAddress(const std::string& name)
      : size(static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())) {
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
  }
  [[nodiscard]] const sockaddr* Get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

UniqueFd ListenUnix(int type, const std::string& name, int backlog) {
  UniqueFd listener = MakeSocket(AF_UNIX, type, 0);
  const UnixAddress address(name);
  Check("bind", bind(listener.Get(), address.Get(), address.size));
  Check("listen", listen(listener.Get(), backlog));
  return listener;
}

UniqueFd ConnectUnix(int type, const std::string& name) {
  UniqueFd client = MakeSocket(AF_UNIX, type, 0);
  const UnixAddress address(name);
  Check("connect", connect(client.Get(), address.Get(), address.size));
  return client;
}

sockaddr_un FileAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

UniqueFd ListenUnixAt(const std::string& path, int backlog) {
  UniqueFd listener = MakeSocket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = FileAddress(path);
  Check("bind", bind(listener.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  Check("listen", listen(listener.Get(), backlog));
  return listener;
}

Sockets MakePair(int type) {
  std::array<int, 2> ends{};
  Check("socketpair", socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()));
  Sockets pair;
  pair.emplace_back(ends[0]);
  pair.emplace_back(ends[1]);
  return pair;
}

/// With ss's words for types and states.
Figures InWordsOfSs(const Figures& sockets) {
  const std::map<std::string, std::string> words{
      {"stream", "u_str"},      {"datagram", "u_dgr"},     {"seqpacket", "u_seq"},
      {"established", "ESTAB"}, {"unconnected", "UNCONN"}, {"listen", "LISTEN"}};
  Figures renamed;
  for (const auto& [labels, value] : sockets) {
    const std::size_t blank = labels.find(' ');
    renamed[words.at(labels.substr(0, blank)) + " " + words.at(labels.substr(blank + 1))] = value;
  }
  return renamed;
}

TEST_F(Families, AUnixBacklogOfTwoHoldsThree) {
  UnixCollector collector(OpenNetlink, clock_, {"@wai*"});
  const UniqueFd listener = ListenUnix(SOCK_STREAM, "waiting", 2);
  const UniqueFd other = ListenUnix(SOCK_SEQPACKET, "idle", 5);
  Sockets clients;
  for (int i = 0; i < 3; ++i) clients.push_back(ConnectUnix(SOCK_STREAM, "waiting"));
  const Samples samples = Collect(collector);
  EXPECT_EQ(NonZero(FiguresOf(samples, kUnixSockets)),
            (Figures{{"stream listen", 1}, {"seqpacket listen", 1}, {"stream established", 3}}));
  EXPECT_EQ(ValueOf(samples, "sockdiag_unix_listen_queue_saturation_max_ratio"), 1.5);
  EXPECT_EQ(FiguresOf(samples, "sockdiag_unix_listen_queue_length"), (Figures{{"@waiting", 3}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_unix_listen_queue_limit"), (Figures{{"@waiting", 2}}));

  const UniqueFd accepted(Check("accept", accept(listener.Get(), nullptr, nullptr)));
  const Samples after = Collect(collector);
  EXPECT_EQ(ValueOf(after, kUnixSockets, "stream established"), 4);
  EXPECT_EQ(FiguresOf(after, "sockdiag_unix_listen_queue_length"), (Figures{{"@waiting", 2}}));
}

/// As where a program replaces its socket's file and the old socket goes on for a while.
TEST_F(Families, UnixListenersOfOneNameAreAddedUp) {
  const testing::TemporaryDirectory folder;
  const std::string path = folder.path() + "/a.sock";
  UnixCollector collector(OpenNetlink, clock_, {folder.path() + "/*.sock"});
  const auto figures = [&](const std::string& metric) {
    return FiguresOf(Collect(collector), "sockdiag_unix_listen_queue_" + metric);
  };
  Sockets listeners;
  for (const int backlog : {1, 8}) {
    listeners.push_back(ListenUnixAt(path, backlog));
    Check("unlink", unlink(path.c_str()));
  }
  EXPECT_EQ(figures("length"), (Figures{{path, 0}}));
  EXPECT_EQ(figures("limit"), (Figures{{path, 9}}));
  listeners.push_back(ListenUnixAt(path, 3));
  EXPECT_EQ(figures("limit"), (Figures{{path, 12}}));
  const UniqueFd client = MakeSocket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = FileAddress(path);
  Check("connect",
        connect(client.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  EXPECT_EQ(figures("length"), (Figures{{path, 1}}));
  EXPECT_EQ(figures("saturation_ratio"), (Figures{{path, 1.0 / 3}}));
  listeners.erase(listeners.begin(), listeners.begin() + 2);
  EXPECT_EQ(figures("limit"), (Figures{{path, 3}}));
  listeners.clear();
  EXPECT_EQ(figures("limit"), Figures());
}

TEST_F(Families, UnixSocketsAreThoseOfSs) {
  UnixCollector collector(OpenNetlink, clock_, {});
  const UniqueFd listener = ListenUnix(SOCK_STREAM, "listener", 5);
  const UniqueFd waiting = ConnectUnix(SOCK_STREAM, "listener");
  const Sockets stream = MakePair(SOCK_STREAM);
  const Sockets datagram = MakePair(SOCK_DGRAM);
  const Sockets packets = MakePair(SOCK_SEQPACKET);
  const UniqueFd unbound_stream = MakeSocket(AF_UNIX, SOCK_STREAM, 0);
  const UniqueFd unbound_datagram = MakeSocket(AF_UNIX, SOCK_DGRAM, 0);
  const Figures sockets = NonZero(FiguresOf(Collect(collector), kUnixSockets));
  EXPECT_EQ(sockets, (Figures{{"stream listen", 1},
                              {"stream established", 3},
                              {"stream unconnected", 1},
                              {"datagram established", 2},
                              {"datagram unconnected", 1},
                              {"seqpacket established", 2}}));
  EXPECT_EQ(InWordsOfSs(sockets), CountLines(RunTool({"ss", "-xaH"}), 2));
}

TEST_F(Families, ManyUnixSocketsAreAllCounted) {
  constexpr int kPairs = 5000;
  AllowOpenFiles(2 * kPairs + 100);
  UnixCollector collector(OpenNetlink, clock_, {});
  Sockets all;
  for (int i = 0; i < kPairs; ++i) Append(all, MakePair(SOCK_STREAM));
  EXPECT_EQ(NonZero(FiguresOf(Collect(collector), kUnixSockets)),
            (Figures{{"stream established", 2 * kPairs}}));
}

/// On lo, with a buffer for hardly anything.
UniqueFd Capture() {
  UniqueFd capture = MakeSocket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  const int least = 1;
  Check("SO_RCVBUF", setsockopt(capture.Get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)));
  return capture;
}

/// What it dropped since this was asked last.
unsigned NewDropsOf(const UniqueFd& capture) {
  tpacket_stats statistics{};
  socklen_t size = sizeof(statistics);
  Check("PACKET_STATISTICS",
        getsockopt(capture.Get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size));
  return statistics.tp_drops;
}

TEST_F(Families, APacketSocketsDropsAreThoseOfItsStatistics) {
  SocketDrops<std::uint32_t> drops;
  PacketCollector collector(OpenNetlink, drops, clock_);
  UniqueFd capture = Capture();
  const UniqueFd sender = ConnectUdp("127.0.0.1", 9);
  double expected = 0;
  static_cast<void>(Collect(collector));  // What was dropped before is not counted.
  const auto total = [&] { return ValueOf(Collect(collector), "sockdiag_packet_drops_total"); };
  EXPECT_TRUE(WaitUntil([&] {
    send(sender.Get(), "x", 1, 0);  // every other time it learns that nobody listens
    const double before = total();
    expected += NewDropsOf(capture);
    return before > 50 && before == expected && total() == before;
  }));
  EXPECT_EQ(total(), expected);
  capture.Reset();
  EXPECT_EQ(total(), expected);
}

TEST_F(Families, APacketSocketWithARingTellsItsDropsToNobodyElse) {
  SocketDrops<std::uint32_t> drops;
  PacketCollector collector(OpenNetlink, drops, clock_);
  static_cast<void>(Collect(collector));
  const UniqueFd capture = MakeSocket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  const auto page = static_cast<unsigned>(sysconf(_SC_PAGESIZE));
  const tpacket_req ring{page, 1, page, 1};
  Check("PACKET_RX_RING",
        setsockopt(capture.Get(), SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)));
  const UniqueFd sender = ConnectUdp("127.0.0.1", 9);
  for (int i = 0; i < 20; ++i) send(sender.Get(), "x", 1, 0);
  EXPECT_GT(NewDropsOf(capture), 0U);
  EXPECT_EQ(ValueOf(Collect(collector), "sockdiag_packet_drops_total"), 0);
}

TEST_F(Families, PacketSocketsAreThoseOfSs) {
  SocketDrops<std::uint32_t> drops;
  PacketCollector collector(OpenNetlink, drops, clock_);
  const UniqueFd raw = MakeSocket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  const UniqueFd idle = MakeSocket(AF_PACKET, SOCK_RAW, 0);
  const UniqueFd datagram = MakeSocket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
  EXPECT_EQ(FiguresOf(Collect(collector), "sockdiag_packet_sockets"),
            (Figures{{"raw", 2}, {"datagram", 1}}));
  EXPECT_EQ(CountLines(RunTool({"ss", "-0aH"}), 1), (Figures{{"p_raw", 2}, {"p_dgr", 1}}));
}

/// What SO_MEMINFO says.
std::uint32_t DropsOf(const UniqueFd& socket) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof(memory);
  Check("SO_MEMINFO", getsockopt(socket.Get(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size));
  return memory[SK_MEMINFO_DROPS];
}

TEST_F(Families, ANetlinkListenerThatIsNotReadDrops) {
  SocketDrops<std::uint32_t> drops;
  NetlinkCollector collector(drops, ProcReading{clock_});
  UniqueFd listener = MakeSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  const int least = 1;
  Check("SO_RCVBUF", setsockopt(listener.Get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_IPV4_ROUTE;
  Check("bind", bind(listener.Get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  static_cast<void>(Collect(collector));  // What was dropped before is not counted.
  for (int i = 0; i < 60; ++i) {
    RunTool({"ip", "route", "add", "10.0." + std::to_string(i) + ".0/24", "dev", "lo"});
  }
  const Samples samples = Collect(collector);
  EXPECT_EQ(NonZero(FiguresOf(samples, "sockdiag_netlink_sockets")), (Figures{{"route", 1}}));
  const double dropped = ValueOf(samples, "sockdiag_netlink_drops_total", "route");
  EXPECT_GT(dropped, 0);
  EXPECT_EQ(dropped, DropsOf(listener));
  listener.Reset();
  const Samples after = Collect(collector);
  EXPECT_EQ(NonZero(FiguresOf(after, "sockdiag_netlink_sockets")), Figures());
  EXPECT_EQ(ValueOf(after, "sockdiag_netlink_drops_total", "route"), dropped);
}

/// More than one datagram of netlink_diag holds, and all in one group.
TEST_F(Families, ManyNetlinkSocketsAreAllCountedOnce) {
  constexpr int kSockets = 3000;
  AllowOpenFiles(kSockets + 100);
  SocketDrops<std::uint32_t> drops;
  NetlinkCollector collector(drops, ProcReading{clock_});
  Sockets all;
  for (int i = 0; i < kSockets; ++i) {
    all.push_back(MakeSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK;
    Check("bind", bind(all.back().Get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  }
  EXPECT_EQ(NonZero(FiguresOf(Collect(collector), "sockdiag_netlink_sockets")),
            (Figures{{"route", kSockets}}));
}

TEST_F(Families, RawAndPingSockets) {
  WriteSysctl("net/ipv4/ping_group_range", "0 2147483647");
  RawCollector collector(ProcReading{clock_});
  Sockets all;
  all.push_back(MakeSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  all.push_back(MakeSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  all.push_back(MakeSocket(AF_INET, SOCK_RAW, IPPROTO_RAW));
  all.push_back(MakeSocket(AF_INET, SOCK_RAW, 89));
  all.push_back(MakeSocket(AF_INET, SOCK_RAW, 200));
  all.push_back(MakeSocket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
  const UniqueFd ping = MakeSocket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  const UniqueFd ping6 = MakeSocket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6);
  const UniqueFd unbound = MakeSocket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  Connect(ping, "127.0.0.1", 0);
  Connect(ping6, "::1", 0);
  const Samples samples = Collect(collector);
  const Figures raw = FiguresOf(samples, "sockdiag_raw_sockets");
  EXPECT_EQ(raw, (Figures{{"ipv4 icmp", 2},
                          {"ipv4 raw", 1},
                          {"ipv4 ospf", 1},
                          {"ipv4 200", 1},
                          {"ipv6 icmpv6", 1}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_icmp_sockets"), (Figures{{"ipv4", 1}, {"ipv6", 1}}));
  EXPECT_EQ(CountLines(RunTool({"ss", "-waH"}), 0), (Figures{{"", 6}}));
}

/// Of socket(2), which loads what it needs; none where the kernel has nothing of the kind.
UniqueFd TryToMakeSocket(int family, int type, int protocol) {
  return UniqueFd(socket(family, type | SOCK_CLOEXEC, protocol));
}

sockaddr_in LoopbackAddress(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void ListenAt(const UniqueFd& socket, std::uint16_t port) {
  const sockaddr_in address = LoopbackAddress(port);
  Check("bind", bind(socket.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  Check("listen", listen(socket.Get(), 7));
}

TEST_F(Families, MptcpSocketsStandBesideTheirSubflows) {
  constexpr int kMptcp = 262;
  constexpr std::uint16_t kPort = 5100;
  const UniqueFd listener = TryToMakeSocket(AF_INET, SOCK_STREAM, kMptcp);
  if (!listener.IsValid()) GTEST_SKIP() << ErrnoMessage("this kernel has no MPTCP", errno);
  WriteSysctl("net/mptcp/enabled", "1");
  ListenAt(listener, kPort);
  Sockets all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(MakeSocket(AF_INET, SOCK_STREAM, kMptcp));
    Connect(all.back(), "127.0.0.1", kPort);
    all.push_back(Accept(listener));
  }
  MptcpCollector collector(OpenNetlink, clock_);
  const auto sockets = [&] { return FiguresOf(Collect(collector), "sockdiag_mptcp_sockets"); };
  EXPECT_TRUE(WaitUntil([&] {
    const Figures seen = sockets();
    return seen.count("ipv4 established") == 1 && seen.at("ipv4 established") == 6;
  }));
  // Before 5.19 listeners are not listed.
  Figures in_words_of_ss;
  for (const auto& [labels, value] : sockets()) {
    in_words_of_ss[labels == "ipv4 listen"        ? "LISTEN"
                   : labels == "ipv4 established" ? "ESTAB"
                                                  : labels] = value;
  }
  EXPECT_EQ(in_words_of_ss, CountLines(RunTool({"ss", "-MaH"}), 1));
  EXPECT_EQ(SocketCounts(Exporter().Collect()),
            (Counts{{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 6}}));
}

TEST_F(Families, SctpSocketsAndAssociations) {
  constexpr std::uint16_t kPort = 5200;
  const UniqueFd listener = TryToMakeSocket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
  if (!listener.IsValid()) GTEST_SKIP() << ErrnoMessage("this kernel has no SCTP", errno);
  ListenAt(listener, kPort);
  const UniqueFd accepted_client = MakeSocket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
  Connect(accepted_client, "127.0.0.1", kPort);
  const UniqueFd accepted = Accept(listener);
  const UniqueFd waiting_client = MakeSocket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
  Connect(waiting_client, "127.0.0.1", kPort);
  // The kernel lists none that is not bound.
  const UniqueFd unbound = MakeSocket(AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP);
  SctpCollector collector(OpenNetlink, clock_);
  const Figures associations{{"ipv4 established", 4}};
  EXPECT_TRUE(WaitUntil(
      [&] { return FiguresOf(Collect(collector), "sockdiag_sctp_associations") == associations; }));
  const Samples samples = Collect(collector);
  EXPECT_EQ(FiguresOf(samples, "sockdiag_sctp_associations"), associations);
  EXPECT_EQ(NonZero(FiguresOf(samples, "sockdiag_sctp_sockets")),
            (Figures{{"ipv4 listen", 1}, {"ipv4 established", 3}}));
}

/// Others of this machine may have some, too, and make and close them.
Figures SteadyVsockSockets(VsockCollector& collector) {
  Figures figures;
  const auto is_steady = [&] {
    Findings findings;
    EXPECT_TRUE(collector.Collect(findings));
    const Figures before =
        std::exchange(figures, NonZero(FiguresOf(findings.samples, "sockdiag_vsock_sockets")));
    return figures == before;
  };
  static_cast<void>(is_steady());
  EXPECT_TRUE(WaitUntil(is_steady));
  return figures;
}

/// Only the first network namespace has them.
TEST(VsockInTheFirstNamespace, CountsSockets) {
  const UniqueFd first(open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC));
  if (!first.IsValid() || setns(first.Get(), CLONE_NEWNET) != 0) {
    GTEST_SKIP() << ErrnoMessage("the first network namespace cannot be entered", errno);
  }
  if (!TryToMakeSocket(AF_VSOCK, SOCK_STREAM, 0).IsValid()) {
    GTEST_SKIP() << ErrnoMessage("this kernel has no vsock", errno);
  }
  const SystemClock clock;
  VsockCollector collector(OpenNetlink, clock);
  Findings findings;
  ASSERT_TRUE(collector.Collect(findings));
  if (!findings.lack.empty()) GTEST_SKIP() << findings.lack;
  Figures expected = SteadyVsockSockets(collector);
  ++expected["stream listen"];
  ++expected["stream unconnected"];
  const UniqueFd listener = MakeSocket(AF_VSOCK, SOCK_STREAM, 0);
  sockaddr_vm address{};
  address.svm_family = AF_VSOCK;
  address.svm_cid = VMADDR_CID_ANY;
  address.svm_port = VMADDR_PORT_ANY;
  Check("bind", bind(listener.Get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  Check("listen", listen(listener.Get(), 1));
  const UniqueFd unused = MakeSocket(AF_VSOCK, SOCK_STREAM, 0);
  EXPECT_EQ(SteadyVsockSockets(collector), expected);
}

TEST_F(Families, OtherSocketsAreThoseThatNobodyElseCounts) {
  const UniqueFd xdp = TryToMakeSocket(AF_XDP, SOCK_RAW, 0);
  if (!xdp.IsValid()) GTEST_SKIP() << ErrnoMessage("this kernel has no XDP sockets", errno);
  Figures expected{{"XDP", 1}};
  // Linux 7 has it no more.
  const UniqueFd udplite = TryToMakeSocket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
  if (udplite.IsValid()) {
    const sockaddr_in address = LoopbackAddress(5300);  // or the kernel does not count it
    Check("bind",
          bind(udplite.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
    expected["UDP-Lite"] = 1;
  }
  const UniqueFd unix_socket = MakeSocket(AF_UNIX, SOCK_STREAM, 0);
  const UniqueFd udp = MakeSocket(AF_INET, SOCK_DGRAM, 0);
  OtherCollector collector(ProcReading{clock_});
  EXPECT_EQ(FiguresOf(Collect(collector), "sockdiag_other_sockets"), expected);
}

}  // namespace
}  // namespace sockdiag::kernel
