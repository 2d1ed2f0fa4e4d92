#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/utf8.h"
#include "collectors/families/named_listeners.h"
#include "collectors/families/packet_diag.h"
#include "collectors/families/sctp_diag.h"
#include "collectors/families/socket_type.h"
#include "collectors/families/unix_diag.h"
#include "collectors/families/vsock_diag.h"
#include "tests/fuzz/expect.h"

namespace sockdiag::fuzz {
namespace {

using Payload = std::span<const std::byte>;

void ExpectMalformed(const DumpError& error) {
  Expect(error.reason == DumpErrorReason::kMalformed);
  ExpectOneLine({error.message});
}

void ReadUnix(Payload payload) {
  const DumpResult<UnixSocket> socket = DecodeUnixDiag(payload);
  if (!socket) return ExpectMalformed(socket.error());
  Expect(socket->IsListener() || (!socket->queue && socket->name.empty()));
  Expect(socket->name.size() < payload.size());
  const std::string name = ShownUnixName(socket->name);
  Expect(PrintableUtf8(name, name.size()) == name);
}

void ReadPacket(Payload payload) {
  const DumpResult<PacketSocket> socket = DecodePacketDiag(payload);
  if (!socket) return ExpectMalformed(socket.error());
  Expect(!SocketTypeName(socket->type).empty());
}

void ReadSctp(Payload payload) {
  const DumpResult<SctpRecord> record = DecodeSctpDiag(payload);
  if (!record) return ExpectMalformed(record.error());
  Expect(!SctpStateName(*record).empty());
}

void ReadVsock(Payload payload) {
  const DumpResult<VsockSocket> socket = DecodeVsockDiag(payload);
  if (!socket) return ExpectMalformed(socket.error());
  Expect(!VsockStateName(socket->state).empty());
}

constexpr std::array<void (*)(Payload), 4> kDecoders{ReadUnix, ReadPacket, ReadSctp, ReadVsock};

}  // namespace
}  // namespace sockdiag::fuzz

/// Any bytes as the payload of a record of sock_diag; the first one says of which family, as a
/// digit. It may be refused, never read past its end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag::fuzz;
  if (size == 0 || data[0] < '0' || data[0] >= '0' + kDecoders.size()) return 0;
  kDecoders[data[0] - '0'](std::as_bytes(std::span(data, size).subspan(1)));
  return 0;
}
