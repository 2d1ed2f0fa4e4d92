#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/fuzz/expect.h"
#include "tests/fuzz/recorded_dumps.h"

namespace sockdiag::fuzz {
namespace {

class ProtocolSink final : public SocketSink {
 public:
  explicit ProtocolSink(Protocol protocol) : protocol_(protocol) {}
  void Add(const SocketRecord& record) override {
    Expect(record.protocol == protocol_);
    Expect(!record.ipv6_only || record.family == Family::kIpv6);
    ++count_;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  Protocol protocol_;
  std::uint64_t count_ = 0;
};

}  // namespace
}  // namespace sockdiag::fuzz

/// Any bytes as the datagrams of dumps, TCP and UDP in turn, see RecordedDumps: they may be
/// refused, never read past their end, and the number of sockets is what was given on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag;
  fuzz::RecordedDumps source(std::as_bytes(std::span(data, size)));
  while (!source.AreAtEnd()) {
    for (const Protocol protocol : kProtocols) {
      fuzz::ProtocolSink sink(protocol);
      const auto stats = source.Dump(
          protocol,
          {.states = StateSet::All(protocol), .attributes = {.last_ack = true, .cgroup = true}},
          sink);
      if (stats) fuzz::Expect(stats->sockets == sink.count());
    }
  }
  return 0;
}
