#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "diag/dump_reader.h"
#include "tests/support/netlink_message.h"

/// Any bytes as the datagrams of a dump: they may be refused, never read past their end, and the
/// number of records must be what the reader says. The first two bytes choose the protocol and
/// where the rest is cut into two datagrams.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag;
  if (size < 2) return 0;
  const DumpRequest request = data[0] % 2 == 0
                                  ? TcpDumpRequest(StateSet::All(Protocol::kTcp), 1)
                                  : UdpDumpRequest(Family::kIpv6, {SocketState::kEstablished}, 1);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size)).subspan(2);
  const std::size_t cut = bytes.size() * data[1] / 255;

  testing::RecordList sink;
  DumpReader reader(request, 0, sink);
  const std::vector<std::byte> first(bytes.begin(), bytes.begin() + static_cast<long>(cut));
  const std::vector<std::byte> second(bytes.begin() + static_cast<long>(cut), bytes.end());
  const auto progress = reader.Read(first);
  if (progress && *progress == DumpReader::Progress::kMore) static_cast<void>(reader.Read(second));
  if (sink.records.size() != reader.stats().sockets) std::abort();
  if (sink.records.size() * 88 > bytes.size()) std::abort();
  return 0;
}
