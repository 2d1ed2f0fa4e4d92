#include "sockets/naming/direction.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sockets/naming/classifier.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/services_database.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Listener;
using testing::Tcp;
using testing::Udp;

constexpr auto kUp = SocketState::kEstablished;
constexpr PortRange kWide{Port::FromHost(1024), Port::FromHost(65535)};

/// A memory of one socket, whichever it is.
class FakeDirections final : public KnownDirections {
 public:
  explicit FakeDirections(std::optional<Direction> direction) : direction_(direction) {}
  [[nodiscard]] std::optional<Direction> Find(const SocketRecord&) override { return direction_; }

 private:
  std::optional<Direction> direction_;
};

/// What there is to go by, and a socket.
struct Case {
  std::string name;
  std::string local;
  std::string remote;
  Direction direction;
  std::string service = "other";
  /// In this dump, and in the one before.
  std::vector<SocketRecord> listeners = {};
  std::vector<SocketRecord> listeners_before = {};
  std::optional<Direction> known = {};
  std::vector<ServiceRule> rules = {};
  ServicesDatabase database = {};
  PortRange ephemeral = EphemeralPorts().range;
  SocketState state = kUp;
  Protocol protocol = Protocol::kTcp;
  bool waits_for_accept = false;
};

void TakeDump(ListenerMemory& memory, const std::vector<SocketRecord>& listeners) {
  ListenerMemory::Pass pass = memory.Begin();
  for (const SocketRecord& listener : listeners) pass.Add(listener);
  std::move(pass).Commit(ListenerMemory::Coverage::kWhole);
}

void Expect(const Case& given) {
  SCOPED_TRACE(given.name);
  ServiceNames names;
  const ServiceMatcher matcher(given.rules, given.database, names, ServicesFallback::kOther);
  ListenerMemory memory(given.protocol);
  TakeDump(memory, given.listeners_before);
  ListenerMemory::Pass listeners = memory.Begin();
  FakeDirections known(given.known);
  Classifier classifier(matcher, given.ephemeral, listeners, &known);
  for (const SocketRecord& listener : given.listeners) {
    static_cast<void>(classifier.Classify(listener));
  }
  SocketRecord record = Tcp(given.state, given.local, given.remote);
  record.protocol = given.protocol;
  record.has_inode = !given.waits_for_accept;
  const Classification found = classifier.Classify(record);
  EXPECT_EQ(Name(found.direction), Name(given.direction));
  const bool is_inbound = given.direction == Direction::kInbound;
  EXPECT_EQ(found.service_port, is_inbound ? record.local.port : record.remote.port);
  EXPECT_EQ(names.Name(GroupOf(found.group).service), given.service);
  EXPECT_EQ(GroupOf(found.group).direction, given.direction);
}

ServiceRule Rule(const std::string& name, std::uint16_t port,
                 std::optional<Direction> direction = {}) {
  ServiceRule rule;
  rule.name = name;
  rule.direction = direction;
  rule.ports = {{Port::FromHost(port), Port::FromHost(port)}};
  return rule;
}

ServicesDatabase Names(const std::vector<std::pair<std::uint16_t, std::string>>& ports,
                       Protocol protocol = Protocol::kTcp) {
  ServicesDatabase database;
  for (const auto& [port, name] : ports) database[{protocol, Port::FromHost(port)}] = name;
  return database;
}

SocketRecord Ipv6Only(SocketRecord record) {
  record.ipv6_only = true;
  return record;
}

constexpr auto kIn = Direction::kInbound;
constexpr auto kOut = Direction::kOutbound;

/// What decides, each against all that comes after it.
TEST(Direction, IsDecidedByTheFirstThatCan) {
  const std::string us = "10.0.0.1:40000";
  const std::string them = "10.0.0.2:80";
  const std::vector<ServiceRule> out{Rule("theirs", 80, kOut)};
  const std::vector<ServiceRule> in{Rule("ours", 40000, kIn)};
  const ServicesDatabase named_out = Names({{80, "http"}});
  for (const Case& given : std::vector<Case>{
           {.name = "a state before a listener",
    .local = us,
    .remote = them,
    .direction = kOut,
    .service = "http",
    .listeners = {Listener("0.0.0.0:40000")},
    .known = kIn,
    .rules = in,
    .database = named_out,
    .state = SocketState::kSynSent},
           {.name = "another state before what was known",
           .local = us,
           .remote = them,
           .direction = kIn,
           .known = kOut,
           .rules = out,
           .database = named_out,
           .state = SocketState::kSynRecv},
           {.name = "a listener before what was known",
           .local = us,
           .remote = them,
           .direction = kIn,
           .listeners = {Listener("0.0.0.0:40000")},
           .known = kOut,
           .rules = out,
           .database = named_out},
           {.name = "a listener that has gone before the rules",
           .local = us,
           .remote = them,
           .direction = kIn,
           .listeners_before = {Listener("0.0.0.0:40000")},
           .rules = out,
           .database = named_out},
           {.name = "what waits for accept() before what was known",
           .local = us,
           .remote = them,
           .direction = kIn,
           .known = kOut,
           .rules = out,
           .database = named_out,
           .waits_for_accept = true},
           {.name = "a known direction before the rules",
           .local = us,
           .remote = them,
           .direction = kOut,
           .service = "http",
           .known = kOut,
           .rules = in,
           .database = named_out},
           {.name = "the rules before the services database",
           .local = us,
           .remote = them,
           .direction = kIn,
           .service = "ours",
           .rules = in,
           .database = named_out},
           {.name = "the services database before the ports",
           .local = "10.0.0.1:980",
           .remote = "10.0.0.2:40000",
           .direction = kOut,
           .service = "forty",
           .database = Names({{40000, "forty"}})},
           {.name = "the ports", .local = us, .remote = them, .direction = kOut},
       }) {
    Expect(given);
  }
}

TEST(Direction, OfRulesIsTheOnlyOneThatTheyMatch) {
  const std::string us = "10.0.0.1:5000";
  const std::string them = "10.0.0.2:6000";
  const auto with = [&](const std::string& name, Direction direction, const std::string& service,
                        const std::vector<ServiceRule>& rules) {
    Expect({.name = name,
            .local = us,
            .remote = them,
            .direction = direction,
            .service = service,
            .rules = rules});
  };
  with("inbound", kIn, "ours", {Rule("ours", 5000)});
  with("outbound", kOut, "theirs", {Rule("theirs", 6000)});
  with("of both the ports decide", kOut, "theirs", {Rule("ours", 5000), Rule("theirs", 6000)});
  with("a rule of the other direction is none", kOut, "theirs",
       {Rule("ours", 5000, kOut), Rule("theirs", 6000)});
  with("no rule", kOut, "other", {Rule("ours", 5001)});
  ServiceRule near = Rule("near", 5000, kIn);
  near.remote_networks = {Cidr::Parse("10.0.0.0/24").value()};
  with("networks", kIn, "near", {near});
  near.remote_networks = {Cidr::Parse("10.9.0.0/24").value()};
  with("other networks", kOut, "other", {near});
}

TEST(Direction, OfTheServicesDatabaseIsTheOnlyOneWithAName) {
  const ServicesDatabase database = Names({{2049, "nfs"}, {873, "rsync"}, {5432, "postgresql"}});
  const auto with = [&](const std::string& local, const std::string& remote, Direction direction,
                        const std::string& service, const std::vector<ServiceRule>& rules = {}) {
    Expect({.name = local + " " + remote,
            .local = local,
            .remote = remote,
            .direction = direction,
            .service = service,
            .rules = rules,
            .database = database});
  };
  with("10.0.0.1:980", "10.0.0.2:2049", kOut, "nfs");
  with("10.0.0.1:2049", "10.0.0.2:980", kIn, "nfs");
  with("10.0.0.1:5432", "10.0.0.2:2000", kIn, "postgresql");
  // Both have a name: the ports decide.
  with("10.0.0.1:873", "10.0.0.2:2049", kOut, "nfs");
  with("10.0.0.1:2049", "10.0.0.2:5432", kOut, "postgresql");
  // Rules of both directions leave it to the database, which knows a port that a rule names.
  with("10.0.0.1:5432", "10.0.0.2:2000", kIn, "mine", {Rule("mine", 5432), Rule("theirs", 2000)});
}

/// As of NodePorts where `ip_local_port_range` was widened: clients here get such ports, too.
TEST(Direction, OfARulesLongRangeIsThatOfNamesAndOfTheRangeOfPortsFirst) {
  const auto with = [](const std::string& local, const std::string& remote, Direction direction,
                       const std::string& service, const std::vector<std::string>& networks = {}) {
    ServiceRule nodes = Rule("nodes", 30000);
    nodes.ports = {{Port::FromHost(30000), Port::FromHost(32767)}};
    for (const std::string& network : networks) {
      nodes.remote_networks.push_back(Cidr::Parse(network).value());
    }
    Expect({.name = local + " " + remote,
            .local = local,
            .remote = remote,
            .direction = direction,
            .service = service,
            .rules = {nodes},
            .database = Names({{5432, "postgresql"}}),
            .ephemeral = kWide});
  };
  with("10.0.0.1:30500", "10.0.0.2:5432", kOut, "postgresql");
  with("10.0.0.1:30500", "10.0.0.2:5432", kOut, "postgresql", {"10.0.0.0/8"});
  with("10.0.0.1:30500", "10.0.0.2:443", kOut, "other");
  with("10.0.0.1:30500", "10.0.0.2:50000", kIn, "nodes");
  with("10.0.0.1:50000", "10.0.0.2:30500", kOut, "nodes");
}

TEST(Direction, OfPortsIsThatOutsideTheRangeElseTheOneThatClientsNeverHave) {
  const auto with = [](const std::string& local, const std::string& remote, Direction direction,
                       const PortRange& ephemeral) {
    Expect({.name = local + " " + remote,
            .local = local,
            .remote = remote,
            .direction = direction,
            .ephemeral = ephemeral});
  };
  const PortRange usual = EphemeralPorts().range;
  with("10.0.0.1:443", "10.0.0.2:50000", kIn, usual);
  with("10.0.0.1:50000", "10.0.0.2:443", kOut, usual);
  with("10.0.0.1:2000", "10.0.0.2:50000", kIn, usual);
  with("10.0.0.1:61000", "10.0.0.2:50000", kIn, usual);
  with("10.0.0.1:50000", "10.0.0.2:50001", kOut, usual);
  with("10.0.0.1:443", "10.0.0.2:80", kOut, usual);
  with("10.0.0.1:443", "10.0.0.2:2000", kIn, usual);
  with("10.0.0.1:511", "10.0.0.2:512", kIn, usual);
  with("10.0.0.1:1015", "10.0.0.2:24007", kOut, usual);
  with("10.0.0.1:2000", "10.0.0.2:443", kOut, usual);
  with("10.0.0.1:443", "10.0.0.2:50000", kIn, kWide);
  with("10.0.0.1:5432", "10.0.0.2:50000", kOut, kWide);
  const PortRange all{Port::FromHost(1), Port::FromHost(65535)};
  with("10.0.0.1:443", "10.0.0.2:50000", kIn, all);
  with("10.0.0.1:50000", "10.0.0.2:443", kOut, all);
}

TEST(Direction, OfConnectedUdpFollowsUnconnectedSockets) {
  Case given{.name = "there",
             .local = "10.0.0.1:40000",
             .remote = "10.0.0.2:53",
             .direction = kIn,
             .listeners = {Udp("0.0.0.0:40000")},
             .protocol = Protocol::kUdp};
  Expect(given);
  given.name = "gone, and never one connected beside it";
  given.listeners_before = std::exchange(given.listeners, {});
  given.direction = kOut;
  Expect(given);
  given.name = "named";
  given.local = "10.0.0.1:1194";
  given.remote = "10.0.0.2:2000";
  given.database = Names({{1194, "openvpn"}}, Protocol::kUdp);
  given.service = "openvpn";
  given.direction = kIn;
  Expect(given);
}

/// Whether a dump's listeners hold a local end, all else being undecided.
bool IsHeld(const SocketRecord& record, const std::vector<SocketRecord>& listeners) {
  ListenerMemory memory(record.protocol);
  ListenerMemory::Pass pass = memory.Begin();
  for (const SocketRecord& listener : listeners) pass.Add(listener);
  return DirectionFromSockets(record, pass, nullptr).has_value();
}

TEST(Direction, OfListenersAndHandshakesIsKnown) {
  ListenerMemory memory(Protocol::kTcp);
  ListenerMemory::Pass pass = memory.Begin();
  EXPECT_EQ(DirectionFromSockets(Listener("0.0.0.0:50000"), pass, nullptr), kIn);
  EXPECT_EQ(DirectionFromSockets(Udp("0.0.0.0:50000"), pass, nullptr), kIn);
  EXPECT_EQ(
      DirectionFromSockets(Tcp(SocketState::kSynRecv, "10.0.0.1:5", "10.0.0.2:80"), pass, nullptr),
      kIn);
  EXPECT_EQ(
      DirectionFromSockets(Tcp(SocketState::kSynSent, "10.0.0.1:80", "10.0.0.2:5"), pass, nullptr),
      kOut);
}

TEST(Direction, FollowsTheListenerAlsoInsideTheEphemeralRange) {
  const SocketRecord accepted = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:80");
  EXPECT_TRUE(IsHeld(accepted, {Listener("0.0.0.0:40000")}));
  EXPECT_TRUE(IsHeld(accepted, {Listener("10.0.0.1:40000")}));
  EXPECT_FALSE(IsHeld(accepted, {Listener("10.0.0.9:40000")}));
  EXPECT_FALSE(IsHeld(accepted, {Listener("0.0.0.0:40001")}));
}

TEST(Direction, ADualStackListenerTakesIpv4Too) {
  const SocketRecord mapped = Tcp(kUp, "[::ffff:10.0.0.1]:40000", "[::ffff:10.0.0.2]:80");
  EXPECT_TRUE(IsHeld(mapped, {Listener("[::]:40000")}));
  EXPECT_FALSE(IsHeld(mapped, {Ipv6Only(Listener("[::]:40000"))}));
  EXPECT_TRUE(IsHeld(mapped, {Listener("[::ffff:10.0.0.1]:40000")}));
  EXPECT_TRUE(IsHeld(mapped, {Listener("[::ffff:0.0.0.0]:40000")}));
}

TEST(Direction, AnIpv4ListenerTakesNoIpv6) {
  const SocketRecord ipv6 = Tcp(kUp, "[2001:db8::1]:40000", "[2001:db8::2]:80");
  EXPECT_FALSE(IsHeld(ipv6, {Listener("0.0.0.0:40000")}));
  EXPECT_TRUE(IsHeld(ipv6, {Ipv6Only(Listener("[::]:40000"))}));
  EXPECT_TRUE(IsHeld(ipv6, {Listener("[2001:db8::1]:40000")}));
}

}  // namespace
}  // namespace sockdiag
