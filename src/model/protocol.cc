#include "model/protocol.h"

namespace sockdiag {

std::optional<Protocol> ProtocolFromName(std::string_view name) {
  for (const Protocol protocol : kProtocols) {
    if (Name(protocol) == name) return protocol;
  }
  return std::nullopt;
}

std::uint8_t KernelNumber(Protocol protocol, SocketState state) {
  const bool is_closed = state == Traits(protocol).closed;
  return static_cast<std::uint8_t>(is_closed ? SocketState::kClose : state);
}

SocketState StateFromKernel(Protocol protocol, std::uint8_t state) {
  if (state == Index(SocketState::kClose)) return Traits(protocol).closed;
  for (const SocketState known : States(protocol)) {
    if (Index(known) == state) return known;
  }
  return SocketState::kUnknown;
}

}  // namespace sockdiag
