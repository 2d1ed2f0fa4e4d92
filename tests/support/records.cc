#include "tests/support/records.h"

#include <stdexcept>

namespace sockdiag::testing {

Endpoint ParseEndpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::Parse(host);
  if (!address) throw std::invalid_argument(text);
  return {*address, Port::FromHost(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))))};
}

SocketRecord Tcp(SocketState state, const std::string& local, const std::string& remote) {
  SocketRecord record;
  record.family = local.starts_with('[') ? Family::kIpv6 : Family::kIpv4;
  record.state = state;
  record.local = ParseEndpoint(local);
  record.remote = ParseEndpoint(remote);
  return record;
}

SocketRecord Listener(const std::string& local, std::uint32_t queue, std::uint32_t limit) {
  SocketRecord record = Tcp(SocketState::kListen, local, "[::]:0");
  record.receive_queue = queue;
  record.send_queue = limit;
  return record;
}

SocketRecord Udp(const std::string& local, const std::string& remote) {
  SocketRecord record = Tcp(remote.empty() ? SocketState::kUnconnected : SocketState::kEstablished,
                            local, remote.empty() ? "[::]:0" : remote);
  record.protocol = Protocol::kUdp;
  return record;
}

}  // namespace sockdiag::testing
