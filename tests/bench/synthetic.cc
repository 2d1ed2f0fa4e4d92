#include "tests/bench/synthetic.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "sockets/tally/socket_tallies.h"

namespace sockdiag::bench {
namespace {

constexpr std::array<std::uint16_t, 4> kInboundPorts{80, 443, 8080, 9999};
constexpr std::array<std::uint16_t, 4> kOutboundPorts{443, 5432, 6379, 9042};
constexpr std::size_t kHosts = 200'000;
constexpr std::size_t kDatagramSize = 32768;
constexpr std::size_t kRecordSize = 124;  // with the attributes that the kernel always adds

std::uint16_t EphemeralPort(std::size_t n) {
  return static_cast<std::uint16_t>(32768 + n * 7919 % 28232);
}

__be32 NetworkOrder(const IpAddress& address) {
  return htonl(static_cast<std::uint32_t>(address.Low()));
}

Cidr Parse(const std::string& text) { return Cidr::Parse(text).value(); }

/// The n-th of the /24s that Host() spreads over; from about 780 on they hold no host.
std::string Network(std::size_t n) {
  return IpAddress::FromBits(0, 0xffff'0000'0000 | (10U << 24) | (n + 1) << 8).ToString() + "/24";
}

Port PortNumber(std::size_t n) { return Port::FromHost(static_cast<std::uint16_t>(n)); }

/// `refine(rule, n)` for the n-th of them, from 0.
template <typename Refine>
std::vector<ServiceRule> Rules(std::size_t count, Refine&& refine) {
  std::vector<ServiceRule> rules(count);
  for (std::size_t n = 0; n < count; ++n) {
    rules[n].name = "service-" + std::to_string(n);
    refine(rules[n], n);
  }
  return rules;
}

void AppendMessage(Datagram& datagram, std::uint16_t type, const void* payload, std::size_t size,
                   std::size_t padded_size) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(padded_size);
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_MULTI;
  header.nlmsg_seq = kSequence;
  header.nlmsg_pid = kPortId;
  const std::size_t place = datagram.size();
  datagram.resize(place + padded_size);
  std::memcpy(datagram.data() + place, &header, sizeof(header));
  std::memcpy(datagram.data() + place + sizeof(header), payload, size);
}

void AppendRecord(Datagram& datagram, const SocketRecord& record) {
  inet_diag_msg message{};
  message.idiag_family = AF_INET;
  message.idiag_state = static_cast<std::uint8_t>(record.state);
  message.id.idiag_sport = htons(record.local.port.Value());
  message.id.idiag_dport = htons(record.remote.port.Value());
  message.id.idiag_src[0] = NetworkOrder(record.local.address);
  message.id.idiag_dst[0] = NetworkOrder(record.remote.address);
  message.idiag_rqueue = record.receive_queue;
  message.idiag_inode = 1;
  message.idiag_wqueue = record.send_queue;
  AppendMessage(datagram, TCPDIAG_GETSOCK, &message, sizeof(message), kRecordSize);
}

}  // namespace

IpAddress Host(std::size_t n) {
  const std::size_t scattered = n % kHosts * 7919 % kHosts;
  return IpAddress::FromBits(0, 0xffff'0000'0000 | (10U << 24) | (scattered + 256));
}

SocketRecord Established(std::size_t n) {
  SocketRecord record;
  record.state = SocketState::kEstablished;
  record.local = {Host(0), Port::FromHost(EphemeralPort(n))};
  record.remote = {Host(n), Port::FromHost(kOutboundPorts[n / 2 % kOutboundPorts.size()])};
  if (n % 2 == 0) {
    record.local.port = Port::FromHost(kInboundPorts[n / 2 % kInboundPorts.size()]);
    record.remote.port = Port::FromHost(EphemeralPort(n));
  }
  return record;
}

std::vector<SocketRecord> Listeners() {
  std::vector<SocketRecord> listeners;
  for (const std::uint16_t port : kInboundPorts) {
    SocketRecord& record = listeners.emplace_back();
    record.state = SocketState::kListen;
    record.local = {IpAddress::FromBits(0, 0xffff'0000'0000), Port::FromHost(port)};
    record.remote.address = record.local.address;
    record.send_queue = 128;
  }
  return listeners;
}

std::vector<Datagram> Dump(std::size_t sockets) {
  std::vector<Datagram> datagrams(1);
  const auto append = [&](const SocketRecord& record) {
    if (datagrams.back().size() + kRecordSize > kDatagramSize) datagrams.emplace_back();
    AppendRecord(datagrams.back(), record);
  };
  for (const SocketRecord& listener : Listeners()) append(listener);
  for (std::size_t n = 0; n < sockets; ++n) append(Established(n));
  const int status = 0;
  AppendMessage(datagrams.emplace_back(), NLMSG_DONE, &status, sizeof(status),
                NLMSG_LENGTH(sizeof(status)));
  return datagrams;
}

std::vector<ServiceRule> PortRules(std::size_t count) {
  return Rules(count, [](ServiceRule& rule, std::size_t n) {
    rule.ports = {{PortNumber(n + 1), PortNumber(n + 1)}};
  });
}

std::vector<ServiceRule> OnePortRules(std::size_t count) {
  return Rules(count, [](ServiceRule& rule, std::size_t n) {
    rule.direction = Direction::kOutbound;
    rule.ports = {{PortNumber(443), PortNumber(443)}};
    rule.remote_networks = {Parse(Network(n))};
  });
}

std::vector<ServiceRule> NetworkRules(std::size_t count) {
  return Rules(count, [](ServiceRule& rule, std::size_t n) {
    rule.ports = {{PortNumber(n + 1), PortNumber(n + 1)}};
    rule.remote_networks = {Parse(Network(n))};
  });
}

std::vector<ServiceRule> AnyPortRules(std::size_t count) {
  return Rules(count, [](ServiceRule& rule, std::size_t n) {
    rule.local_networks = {Parse("10.0.0.0/8")};
    rule.remote_networks = {Parse(Network(n))};
  });
}

ServicesDatabase Database() {
  ServicesDatabase database;
  for (const Protocol protocol : kProtocols) {
    for (const std::uint16_t port : kOutboundPorts) {
      database[{protocol, PortNumber(port)}] = "well-known-" + std::to_string(port);
    }
    for (std::size_t n = 0; n < 300; ++n) {
      database.try_emplace({protocol, PortNumber(1 + 3 * n)}, "named-" + std::to_string(n));
    }
  }
  return database;
}

SocketMemory::Round RoundOfPorts(const ServiceMatcher& matcher, std::size_t ports) {
  const auto tallies =
      std::make_shared<SocketTallies>(Protocol::kTcp, EphemeralPorts{kEphemeral, {}}, matcher);
  ListenerMemory memory(Protocol::kTcp);
  ListenerMemory::Pass listeners = memory.Begin();
  Classifier classifier(matcher, kEphemeral, listeners);
  const auto add = [&](const SocketRecord& record) {
    tallies->Add(record, classifier.Classify(record));
  };
  for (std::size_t n = 1; n <= ports; ++n) {
    SocketRecord record = Established(1);
    record.state = SocketState::kSynSent;  // outbound, whatever the ports
    record.remote.port = PortNumber(n);
    add(record);
    std::swap(record.local, record.remote);
    record.state = SocketState::kSynRecv;
    add(record);
  }
  SocketMemory::Round round;
  round.tallies[Index(Protocol::kTcp)] = tallies;
  round.is_collected[Index(Protocol::kTcp)] = true;
  return round;
}

}  // namespace sockdiag::bench
