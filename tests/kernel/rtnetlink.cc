#include "tests/kernel/rtnetlink.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sstream>
#include <utility>
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

NetlinkOpener RtnetlinkTest::OpenNetlinkAmidChanges() {
  class Disturbed final : public NetlinkTransport {
   public:
    explicit Disturbed(std::unique_ptr<NetlinkTransport> transport)
        : transport_(std::move(transport)) {}

    [[nodiscard]] std::uint32_t port_id() const override { return transport_->port_id(); }
    /// The kernel's first datagram is ready when this returns.
    [[nodiscard]] tl::expected<void, int> Send(std::span<const std::byte> request) override {
      auto sent = transport_->Send(request);
      Ip("link add passing0 type veth peer name passing1");
      Ip("link del passing0");
      return sent;
    }
    [[nodiscard]] tl::expected<std::size_t, int> Receive(std::span<std::byte> buffer) override {
      return transport_->Receive(buffer);
    }

   private:
    const std::unique_ptr<NetlinkTransport> transport_;
  };
  return [open = OpenNetlink()](int protocol) {
    return open(protocol).map(
        [](std::unique_ptr<NetlinkTransport> transport) -> std::unique_ptr<NetlinkTransport> {
          return std::make_unique<Disturbed>(std::move(transport));
        });
  };
}

}  // namespace sockdiag::kernel
