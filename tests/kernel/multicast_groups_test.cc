// Multicast groups as ip-maddress(8) lists them.

#include "collectors/rtnetlink/multicast_groups.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <sstream>
#include <string>

#include "base/unique_fd.h"
#include "tests/kernel/rtnetlink.h"
#include "tests/kernel/system.h"
#include "tests/support/figures.h"

namespace sockdiag::kernel {
namespace {

using testing::Figures;

class MulticastGroups : public RtnetlinkTest {
 protected:
  static Figures Collect() {
    MulticastGroupsCollector collector(OpenNetlink(), /*limit=*/20);
    Findings findings;
    const Result<void> collected = collector.Collect(findings);
    EXPECT_TRUE(collected) << collected.error().message;
    return testing::FiguresOf(findings.samples, "sockdiag_multicast_groups");
  }

  /// `ip maddress` has a line for each device, `2:\tv0`, and one for each group.
  static Figures OfIp() {
    Figures figures;
    std::istringstream words(Ip("maddress show"));
    std::string device;
    for (std::string word; words >> word;) {
      if (word.ends_with(':') && words >> device) continue;
      if (word == "inet") ++figures["ipv4 " + device];
      if (word == "inet6") ++figures["ipv6 " + device];
    }
    return figures;
  }
};

void Join(const UniqueFd& socket, const char* group, const char* device) {
  ip_mreqn request{};
  request.imr_multiaddr.s_addr = inet_addr(group);
  request.imr_ifindex = static_cast<int>(if_nametoindex(device));
  Check("IP_ADD_MEMBERSHIP",
        setsockopt(socket.Get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)));
}

void Join6(const UniqueFd& socket, const char* group, const char* device) {
  ipv6_mreq request{};
  inet_pton(AF_INET6, group, &request.ipv6mr_multiaddr);
  request.ipv6mr_interface = if_nametoindex(device);
  Check("IPV6_JOIN_GROUP",
        setsockopt(socket.Get(), IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request)));
}

TEST_F(MulticastGroups, AreThoseThatIpListsAndThatWereJoined) {
  // An address that is looked for has a group, too.
  const auto settled = [] { return WaitUntil([] { return Collect() == OfIp(); }); };
  EXPECT_TRUE(settled());
  const Figures before = Collect();
  const UniqueFd v4(Check("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  Join(v4, "239.1.1.1", "v0");
  Join(v4, "239.1.1.2", "v0");
  Join(v4, "239.1.1.1", "lo");
  const UniqueFd v6(Check("socket", socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  Join6(v6, "ff02::1234", "v1");
  EXPECT_TRUE(settled());
  const Figures after = Collect();
  EXPECT_EQ(after.at("ipv4 v0"), before.at("ipv4 v0") + 2);
  EXPECT_EQ(after.at("ipv4 lo"), before.at("ipv4 lo") + 1);
  EXPECT_EQ(after.at("ipv6 v1"), before.at("ipv6 v1") + 1);
}

}  // namespace
}  // namespace sockdiag::kernel
