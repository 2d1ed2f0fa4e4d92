#include "tests/kernel/namespace.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/support/network_namespace.h"

namespace sockdiag::kernel {
namespace {

/// Containers often have a read-only /proc/sys.
Result<void> CheckSysctlsAreWritable() {
  const std::string path = "/proc/sys/net/ipv4/ip_local_port_range";
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.IsValid()) return FailErrno("cannot write " + path, errno);
  return {};
}

Result<void> Prepare() {
  const std::string missing = MissingTool();
  if (!missing.empty()) return Fail("the program `" + missing + "` is not installed");
  return testing::EnterNetworkNamespace().and_then(CheckSysctlsAreWritable);
}

/// The kernel gives up on nobody who does not answer before a slow machine has looked at it.
void AllowManyRetries() {
  for (const char* retries : {"tcp_syn_retries", "tcp_synack_retries", "tcp_orphan_retries"}) {
    WriteSysctl(std::string("net/ipv4/") + retries, "15");
  }
}

}  // namespace

void MakeBlackHole() {
  RunTool({"ip", "link", "add", "hole", "type", "veth", "peer", "name", "hole-end"});
  RunTool({"ip", "link", "set", "hole", "up"});
  RunTool({"ip", "link", "set", "hole-end", "up"});
  for (const IpVersion* ip : {&kIpv4, &kIpv6}) {
    const bool ipv4 = ip->family == Family::kIpv4;
    const std::string address = std::string(ip->beside_hole) + (ipv4 ? "/24" : "/64");
    std::vector<std::string> add{"ip", "address", "add", address, "dev", "hole"};
    if (!ipv4) add.push_back("nodad");
    RunTool(add);
    // Nobody has this hardware address, so the other end of the pair ignores what it receives.
    RunTool({"ip", "neighbour", "add", ip->in_hole, "lladdr", "02:00:00:00:00:99", "dev", "hole"});
  }
}

void DropIncoming(const std::string& expression) {
  RunTool({"nft",
           "add table inet test; "
           "add chain inet test in { type filter hook input priority 0; }; "
           "add rule inet test in " +
               expression + " drop"});
}

void KernelTest::SetUp() {
  const Result<void> prepared = Prepare();
  if (prepared) return AllowManyRetries();
  const char* required = std::getenv("SOCKDIAG_REQUIRE_NAMESPACES");
  if (required != nullptr && std::string_view(required) == "1") FAIL() << prepared.error().message;
  GTEST_SKIP() << prepared.error().message;
}

}  // namespace sockdiag::kernel
