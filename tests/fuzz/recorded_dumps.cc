#include "tests/fuzz/recorded_dumps.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "netlink/dump_reader.h"
#include "sockets/source/inet_diag_codec.h"
#include "sockets/source/sock_diag.h"
#include "tests/fuzz/expect.h"

namespace sockdiag::fuzz {
namespace {

/// Says how many records there were, beside handing them on.
class CountingSink final : public SocketSink {
 public:
  explicit CountingSink(SocketSink& sink) : sink_(sink) {}
  void Add(const SocketRecord& record) override {
    ++count_;
    sink_.Add(record);
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  SocketSink& sink_;
  std::uint64_t count_ = 0;
};

/// Zeros when there is none.
nlmsghdr FirstHeader(std::span<const std::byte> datagram) {
  nlmsghdr header{};
  std::memcpy(&header, datagram.data(), std::min(sizeof(header), datagram.size()));
  return header;
}

}  // namespace

DumpResult<DumpStats> RecordedDumps::Dump(Protocol protocol, const WantedSockets& wanted,
                                          SocketSink& sink) {
  if (protocol == Protocol::kTcp) {
    return Walk(protocol, TcpDumpRequest(wanted, 1), wanted.attributes, sink);
  }
  DumpStats total;
  for (const SocketState state : {SocketState::kUnconnected, SocketState::kEstablished}) {
    for (const Family family : kFamilies) {
      const auto walk =
          Walk(protocol, UdpDumpRequest(family, {StateSet{state}}, 1), wanted.attributes, sink);
      if (!walk) return walk;
      total.sockets += walk->sockets;
      total.bytes += walk->bytes;
    }
  }
  return total;
}

DumpResult<DumpStats> RecordedDumps::Walk(Protocol protocol, DumpRequest request,
                                          WantedAttributes attributes, SocketSink& sink) {
  constexpr std::uint64_t kRecordBytes = 16 + 72;  // nlmsghdr, inet_diag_msg
  if (rest_.empty()) return FailDump(DumpErrorReason::kTimeout, "silence");
  const nlmsghdr header = FirstHeader(rest_.subspan(std::min<std::size_t>(2, rest_.size())));
  request.sequence = header.nlmsg_seq;
  CountingSink counted(sink);
  InetDiagDecoder decoder(protocol, counted, attributes);
  DumpReader reader(request, header.nlmsg_pid, decoder);
  while (!rest_.empty()) {
    // In memory of just its size, so that a byte too many is noticed.
    const std::span<const std::byte> bytes = TakeDatagram();
    const std::vector<std::byte> datagram(bytes.begin(), bytes.end());
    const auto progress = reader.Read(datagram);
    Expect(reader.stats().records == counted.count());
    Expect(counted.count() * kRecordBytes <= reader.stats().bytes);
    if (!progress) {
      const DumpError error = WithMissingModule(protocol, progress.error());
      ExpectOneLine({error.message});
      return tl::unexpected(error);
    }
    if (*progress == DumpReader::Progress::kDone) {
      return DumpStats{reader.stats().records, reader.stats().bytes};
    }
  }
  return FailDump(DumpErrorReason::kTimeout, "silence");
}

std::span<const std::byte> RecordedDumps::TakeDatagram() {
  std::uint16_t length = 0;
  for (std::size_t i = 0; i < 2 && !rest_.empty(); ++i) {
    length =
        static_cast<std::uint16_t>(length | std::to_integer<unsigned>(rest_.front()) << (8 * i));
    rest_ = rest_.subspan(1);
  }
  const auto datagram = rest_.first(std::min<std::size_t>(length, rest_.size()));
  rest_ = rest_.subspan(datagram.size());
  return datagram;
}

}  // namespace sockdiag::fuzz
