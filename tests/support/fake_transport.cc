#include "tests/support/fake_transport.h"

#include <algorithm>
#include <cerrno>

namespace sockdiag::testing {

class FakeTransport final : public NetlinkTransport {
 public:
  FakeTransport(FakeKernel& kernel, Script script) : kernel_(kernel), script_(std::move(script)) {}

  [[nodiscard]] std::uint32_t port_id() const override { return FakeKernel::kPortId; }

  [[nodiscard]] tl::expected<void, int> Send(std::span<const std::byte> request) override {
    if (script_.send_error != 0) return tl::unexpected(script_.send_error);
    kernel_.requests.emplace_back(request.begin(), request.end());
    return {};
  }

  [[nodiscard]] tl::expected<std::size_t, int> Receive(std::span<std::byte> buffer) override {
    if (script_.answers.empty()) return tl::unexpected(EAGAIN);
    const Answer answer = std::move(script_.answers.front());
    script_.answers.pop_front();
    if (!answer) return tl::unexpected(answer.error());
    if (answer->size() > buffer.size()) return tl::unexpected(ENOSPC);
    std::copy(answer->begin(), answer->end(), buffer.begin());
    return answer->size();
  }

 private:
  FakeKernel& kernel_;
  Script script_;
};

NetlinkTransportFactory FakeKernel::Factory() {
  return [this]() -> tl::expected<std::unique_ptr<NetlinkTransport>, int> {
    ++opened;
    Script script;
    if (!scripts_.empty()) {
      script = std::move(scripts_.front());
      scripts_.pop_front();
    }
    if (script.open_error != 0) return tl::unexpected(script.open_error);
    return std::make_unique<FakeTransport>(*this, std::move(script));
  };
}

}  // namespace sockdiag::testing
