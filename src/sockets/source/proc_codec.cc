#include "sockets/source/proc_codec.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "proc/inet_line.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

Endpoint EndpointOf(Family family, const InetEnd& end) {
  const Port port = Port::FromHost(end.port);
  if (family == Family::kIpv6) return {IpAddress::FromIpv6(end.address), port};
  const auto& bytes = end.address;
  return {IpAddress::FromIpv4({bytes[0], bytes[1], bytes[2], bytes[3]}), port};
}

/// Spreads each bit over all of them (the finalizer of splitmix64).
std::uint64_t Mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

/// From both ends of a connection; never 0.
std::uint64_t CookieOfEnds(const Endpoint& local, const Endpoint& remote) {
  constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;
  std::uint64_t cookie = 0;
  for (const std::uint64_t part :
       {local.address.High(), local.address.Low(), remote.address.High(), remote.address.Low(),
        std::uint64_t{local.port.Value()} << 16 | remote.port.Value()}) {
    cookie = Mixed((cookie ^ part) + kStep);
  }
  return std::max<std::uint64_t>(cookie, 1);
}

std::uint8_t Clamped(std::uint32_t count) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint8_t>::max();
  return static_cast<std::uint8_t>(std::min(count, kMost));
}

/// As inet_sk_diag_fill() has them (net/ipv4/inet_diag.c): which of the two counters goes with the
/// timer.
void SetTimer(const InetLine& line, SocketRecord& record) {
  if (line.timer > Index(SocketTimer::kZeroWindow)) return;
  record.timer = static_cast<SocketTimer>(line.timer);
  const bool probes =
      record.timer == SocketTimer::kKeepalive || record.timer == SocketTimer::kZeroWindow;
  if (probes) record.retransmits = Clamped(line.probes);
  if (record.timer == SocketTimer::kRetransmit) record.retransmits = Clamped(line.retransmits);
}

/// Of a socket that nobody is connected to. Its queue is memory, as its buffer's is.
bool SetDatagramMemory(const InetLine& line, SocketRecord& record) {
  Scanner words(line.rest);
  words.SkipSpace();
  const std::optional<std::uint32_t> drops = words.TakeInteger<std::uint32_t>();
  if (!drops) return false;
  if (!IsListening(record)) return true;
  record.drops = *drops;
  record.receive_buffer_bytes = line.receive_queue;
  return true;
}

}  // namespace

Result<SocketRecord> DecodeProcLine(Protocol protocol, Family family, std::string_view text) {
  const Result<InetLine> line = ParseInetLine(text);
  if (!line) return tl::unexpected(line.error());
  const std::size_t address_bytes = family == Family::kIpv4 ? 4 : 16;
  if (line->local.address_bytes != address_bytes) {
    return Fail(Excerpt(text) + " is not a line of " + std::string(Name(family)) + " sockets");
  }
  // Filled where it is returned from: to copy it at the end would take longer.
  Result<SocketRecord> decoded = SocketRecord();
  SocketRecord& record = *decoded;
  record.protocol = protocol;
  record.family = family;
  record.state = StateFromKernel(protocol, line->state);
  record.has_inode = line->inode != 0;
  record.local = EndpointOf(family, line->local);
  record.remote = EndpointOf(family, line->remote);
  record.receive_queue = line->receive_queue;
  record.send_queue = line->send_queue;
  if (protocol == Protocol::kUdp) {
    record.cookie = line->inode;
    if (SetDatagramMemory(*line, record)) return decoded;
    return Fail(Excerpt(text) + " ends before the drops");
  }
  record.cookie = CookieOfEnds(record.local, record.remote);
  SetTimer(*line, record);
  return decoded;
}

}  // namespace sockdiag
