#include "tests/kernel/rtnetlink.h"

#include <chrono>
#include <sstream>
#include <vector>

#include "tests/kernel/system.h"

namespace sockdiag::kernel {

void RtnetlinkTest::SetUp() {
  KernelTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  Ip("link add v0 type veth peer name v1");
  for (const char* device : {"lo", "v0", "v1"}) Ip(std::string("link set up dev ") + device);
  Ip("address add 10.9.0.1/16 dev v0");
  Ip("address add fd00:9::1/64 dev v0 nodad");
}

std::string RtnetlinkTest::Ip(const std::string& words) {
  std::vector<std::string> command{"ip"};
  std::istringstream all(words);
  for (std::string word; all >> word;) command.push_back(word);
  return RunTool(command);
}

void RtnetlinkTest::IpBatch(const std::string& commands, const std::string& flags) const {
  folder_.Write("batch", commands);
  Ip(flags + " -batch " + folder_.Path("batch"));
}

NetlinkOpener RtnetlinkTest::OpenNetlink() {
  return [](int protocol) { return OpenNetlinkTransport(protocol, std::chrono::seconds(10)); };
}

}  // namespace sockdiag::kernel
