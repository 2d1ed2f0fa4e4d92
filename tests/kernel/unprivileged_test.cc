#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/unique_fd.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/processes.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

std::string Describe(const Samples& samples) {
  std::string text;
  for (const Counts& counts :
       {SocketCounts(samples), PortCounts(samples), QueueBytes(samples), ListenerCounts(samples)}) {
    for (const auto& [key, value] : counts) text += key + " " + std::to_string(value) + "\n";
  }
  return text;
}

/// What a child without any privilege collects, behind its capabilities.
std::string DescribeUnprivileged() {
  std::array<int, 2> ends{};
  Check("pipe2", pipe2(ends.data(), O_CLOEXEC));
  UniqueFd input(ends[1]);
  const UniqueFd output(ends[0]);
  const pid_t child = Check("fork", fork());
  if (child == 0) {
    DropPrivileges();
    const std::string text = StatusOf(getpid(), "CapEff") + "\n" + Describe(Exporter().Collect());
    const ssize_t written = write(input.Get(), text.data(), text.size());
    _exit(written == static_cast<ssize_t>(text.size()) && !::testing::Test::HasFailure() ? 0 : 1);
  }
  input.Reset();
  std::string text;
  std::array<char, 4096> buffer;
  ssize_t size = 0;
  while ((size = read(output.Get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  int status = 0;
  Check("waitpid", waitpid(child, &status, 0));
  EXPECT_EQ(status, 0);
  return text;
}

class Unprivileged : public KernelTest {};

TEST_F(Unprivileged, ProcessSeesTheSame) {
  Sockets sockets;
  std::uint16_t port = 5000;
  for (const IpVersion& ip : {kIpv4, kIpv6}) {
    for (Scene* scene : {Established, SynRecvWithoutClient, FinWait2, TimeWait}) {
      Append(sockets, scene(ip, port++));
    }
    sockets.push_back(Bind(SOCK_DGRAM, ip.any, 5300, {.ipv6_only = true}));
    sockets.push_back(ConnectUdp(ip.loopback, 5300));
  }
  Counts expected;
  for (const std::string family : {"ipv4", "ipv6"}) {
    expected["tcp " + family + " listen"] = 4;
    expected["tcp " + family + " established"] = 2;
    expected["tcp " + family + " syn_recv"] = 1;
    expected["tcp " + family + " fin_wait2"] = 1;
    expected["tcp " + family + " close_wait"] = 1;
    expected["tcp " + family + " time_wait"] = 1;
    expected["udp " + family + " unconnected"] = 1;
    expected["udp " + family + " established"] = 1;
  }
  const Samples samples = CollectWhen(expected);
  EXPECT_EQ(DescribeUnprivileged(), "0000000000000000\n" + Describe(samples));
}

}  // namespace
}  // namespace sockdiag::kernel
