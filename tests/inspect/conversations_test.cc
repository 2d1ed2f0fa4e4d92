// From the sockets of a dump to what a query gets.

#include "inspect/conversations.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::seconds;
using testing::Listener;
using testing::Tcp;
using testing::Udp;
constexpr auto kUp = SocketState::kEstablished;
constexpr auto kCloseWait = SocketState::kCloseWait;

struct Counted {
  SocketRecord record;
  Direction direction = Direction::kOutbound;
  SocketAge age = std::nullopt;
  OwnerId owner = OwnerId::kUntold;
};

Port ServicePort(const Counted& socket) {
  return socket.direction == Direction::kInbound ? socket.record.local.port
                                                 : socket.record.remote.port;
}

class ConversationsTest : public ::testing::Test {
 protected:
  /// Services are called by their ports' numbers.
  void Add(const Counted& socket, Conversations& conversations) {
    const Port port = ServicePort(socket);
    Classification classification;
    classification.direction = socket.direction;
    classification.service_port = port;
    classification.group = IdOf({NumberName(port), socket.direction});
    classification.owner = socket.owner;
    conversations.Add(socket.record, classification, socket.age);
  }
  Answer Ask(const std::string& text, const std::vector<Counted>& sockets) {
    const Result<Query> query = Query::Parse(text);
    EXPECT_TRUE(query) << query.error().message;
    Conversations conversations(*query, {names_});
    for (const Counted& socket : sockets) Add(socket, conversations);
    return std::move(conversations).Take();
  }
  /// How many sockets a query is about.
  std::uint64_t Count(const std::string& text, const std::vector<Counted>& sockets) {
    return Ask(text, sockets).all.sockets;
  }
  static std::vector<std::uint64_t> Sockets(const Answer& answer) {
    std::vector<std::uint64_t> sockets;
    for (const Answer::Row& row : answer.rows) sockets.push_back(row.figures.sockets);
    return sockets;
  }

  ServiceNames names_;
};

Counted To(const std::string& remote, SocketState state = kUp,
           const std::string& local = "10.0.0.1:40000") {
  return {Tcp(state, local, remote)};
}
Counted From(const std::string& remote, const std::string& local = "10.0.0.1:80") {
  return {Tcp(kUp, local, remote), Direction::kInbound};
}

TEST_F(ConversationsTest, AreByServiceAndStateWithoutAWord) {
  const Answer answer = Ask("", {To("10.0.0.2:443"), To("10.0.0.3:443"),
                                 To("10.0.0.2:443", kCloseWait), From("10.0.0.2:5000")});
  EXPECT_EQ(answer.by, (std::vector{Grouping::kService, Grouping::kState}));
  EXPECT_EQ(Sockets(answer), (std::vector<std::uint64_t>{2, 1, 1}));
  EXPECT_EQ(answer.rows[0].key[0].number, 443U);
  EXPECT_EQ(answer.rows[0].key[1].number, Index(kUp));
  EXPECT_EQ(answer.all.sockets, 4U);
  EXPECT_EQ(answer.other_groups, 0U);
}

TEST_F(ConversationsTest, PortsOfPeersCountWhereTheyAreTheServices) {
  const Answer out = Ask("by=remote", {To("10.0.0.2:443"), To("10.0.0.2:80")});
  EXPECT_EQ(Sockets(out), (std::vector<std::uint64_t>{1, 1}));
  const Answer in = Ask("by=remote", {From("10.0.0.2:5000"), From("10.0.0.2:5001")});
  ASSERT_EQ(Sockets(in), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(in.rows[0].key[0].remote, testing::ParseEndpoint("10.0.0.2:0"));
}

TEST_F(ConversationsTest, AreByWhateverIsAsked) {
  const std::vector<Counted> sockets{To("10.0.1.1:443"), To("10.0.1.2:443", kUp, "10.0.0.1:40001"),
                                     To("10.0.2.1:443", kCloseWait, "10.0.0.9:40001"),
                                     From("10.0.1.7:5000")};
  const std::vector<std::pair<std::string, std::size_t>> groups{
      {"remote", 4},          {"remote_net", 2}, {"service", 2},  {"owner", 1},       {"state", 2},
      {"local", 3},           {"port", 2},       {"listener", 2}, {"destination", 4}, {"socket", 4},
      {"remote_net,state", 2}};
  for (const auto& [by, count] : groups) {
    EXPECT_EQ(Ask("by=" + by, sockets).rows.size(), count) << by;
  }
}

TEST_F(ConversationsTest, OfIpv6PeersANetworkHas64Bits) {
  const Answer answer =
      Ask("by=remote_net", {To("[2001:db8::1]:443", kUp, "[2001:db8:1::1]:40000"),
                            To("[2001:db8::ffff:2]:443", kUp, "[2001:db8:1::1]:40001")});
  ASSERT_EQ(Sockets(answer), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(answer.rows[0].key[0].remote.address, *IpAddress::Parse("2001:db8::"));
}

TEST_F(ConversationsTest, AddUpWhatTheirSocketsAre) {
  Counted unread = To("10.0.0.2:443", kCloseWait);
  unread.record.receive_queue = 7;
  unread.age = seconds(5);
  Counted lossy = To("10.0.0.2:443");
  lossy.record.timer = SocketTimer::kRetransmit;
  lossy.record.retransmits = 3;
  lossy.record.send_queue = 100;
  lossy.age = seconds(2);
  lossy.owner = OwnerId::kFirst;
  const Answer answer = Ask("by=remote", {unread, lossy});
  ASSERT_EQ(answer.rows.size(), 1U);
  const ConversationFigures& figures = answer.rows[0].figures;
  EXPECT_EQ(figures.sockets, 2U);
  EXPECT_EQ(figures.retransmitting, 1U);
  EXPECT_EQ(figures.unread, 1U);
  EXPECT_EQ(figures.receive_queue_bytes, 7U);
  EXPECT_EQ(figures.send_queue_bytes, 100U);
  EXPECT_EQ(figures.oldest, seconds(5));
  EXPECT_TRUE(figures.has_several_owners);
}

TEST_F(ConversationsTest, QueuesOfListenersCountConnections) {
  Counted waits = From("10.0.0.2:5000");
  waits.record.has_inode = false;
  const Answer answer =
      Ask("by=port", {{Listener("0.0.0.0:80", 5, 128), Direction::kInbound}, waits});
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].figures.waiting, 5U);
  EXPECT_EQ(answer.rows[0].figures.backlog, 128U);
  EXPECT_EQ(answer.rows[0].figures.unaccepted, 1U);
  EXPECT_EQ(answer.rows[0].figures.receive_queue_bytes, 0U);
  EXPECT_EQ(answer.rows[0].figures.unread, 0U);
}

TEST_F(ConversationsTest, AreOfTheSocketsThatTheQueryIsAbout) {
  Counted old = To("10.0.0.2:443", kCloseWait);
  old.age = seconds(31);
  Counted young = To("10.0.0.3:443", kCloseWait);
  young.age = seconds(30);
  Counted lossy = To("[2001:db8::1]:5432", kUp, "[2001:db8::2]:40000");
  lossy.record.timer = SocketTimer::kRetransmit;
  lossy.record.retransmits = 1;
  Counted waits = From("10.0.0.5:5000");
  waits.record.has_inode = false;
  const std::vector<Counted> sockets{old,
                                     young,
                                     lossy,
                                     waits,
                                     From("10.0.0.5:5001"),
                                     {Udp("0.0.0.0:53"), Direction::kInbound},
                                     {Listener("0.0.0.0:80"), Direction::kInbound}};
  const std::vector<std::pair<std::string, std::uint64_t>> cases{
      {"", 7},
      {"state=close_wait", 2},
      {"state!=close_wait,listen", 4},
      {"service=443,5432", 3},
      {"service!=443", 5},
      {"direction=inbound", 4},
      {"protocol=udp", 1},
      {"port=80-443", 5},
      {"local=:80", 3},
      {"remote=10.0.0.2/32,2001:db8::/32", 2},
      {"remote=10.0.0.0/8 remote!=10.0.0.5", 2},
      {"older_than=30s", 1},
      {"accepted=no", 1},
      {"accepted=yes", 1},
      {"retransmitting=yes", 1},
      {"retransmitting=no", 6},
      {"owner=none", 7},
      {"owner!=none", 0},
      {"state=close_wait older_than=30s remote=10.0.0.3", 0}};
  for (const auto& [text, count] : cases) EXPECT_EQ(Count(text, sockets), count) << text;
}

TEST_F(ConversationsTest, AskForTheStatesThatCanMatch) {
  const auto states = [this](const std::string& text, Protocol protocol) {
    return Conversations(*Query::Parse(text), {names_}).States(protocol);
  };
  EXPECT_EQ(states("state=close_wait", Protocol::kTcp), StateSet{kCloseWait});
  EXPECT_TRUE(states("state=close_wait", Protocol::kUdp).IsEmpty());
  EXPECT_TRUE(states("protocol=udp", Protocol::kTcp).IsEmpty());
  StateSet all = StateSet::All(Protocol::kTcp);
  all.Add(SocketState::kUnknown);
  EXPECT_EQ(states("", Protocol::kTcp), all);
}

TEST_F(ConversationsTest, ComeInTheOrderThatIsAsked) {
  Counted old = To("10.0.0.1:443");
  old.age = seconds(9);
  Counted waiting = To("10.0.0.2:443");
  waiting.record.receive_queue = 5;
  Counted stuck = To("10.0.0.3:443");
  stuck.record.send_queue = 5;
  Counted lossy = To("10.0.0.4:443");
  lossy.record.timer = SocketTimer::kRetransmit;
  lossy.record.retransmits = 1;
  const std::vector<Counted> sockets{
      old, waiting, stuck, lossy, To("10.0.0.5:443"), To("10.0.0.5:443")};
  const std::vector<std::pair<std::string, std::string>> firsts{{"count", "10.0.0.5"},
                                                                {"age", "10.0.0.1"},
                                                                {"recv_queue", "10.0.0.2"},
                                                                {"send_queue", "10.0.0.3"},
                                                                {"retransmits", "10.0.0.4"}};
  for (const auto& [order, address] : firsts) {
    const Answer answer = Ask("by=remote order=" + order, sockets);
    EXPECT_EQ(answer.rows.front().key[0].remote.address.ToString(), address) << order;
  }
}

TEST_F(ConversationsTest, WhatIsNotShownIsTogether) {
  const Answer answer = Ask("by=remote limit=1", {To("10.0.0.1:443"), To("10.0.0.1:443"),
                                                  To("10.0.0.2:443"), To("10.0.0.3:443")});
  EXPECT_EQ(Sockets(answer), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(answer.other_groups, 2U);
  EXPECT_EQ(answer.others.sockets, 2U);
  EXPECT_EQ(answer.all.sockets, 4U);
  EXPECT_TRUE(answer.IsExact());
}

/// So many sockets, each to an address of its own, the oldest last.
std::vector<Counted> Many(std::size_t count) {
  std::vector<Counted> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    Counted socket = To("10.0.0.1:443");
    socket.record.remote.address = IpAddress::FromBits(0x20010db800000000, i);
    socket.record.cookie = i + 1;
    socket.age = seconds(i);
    sockets.push_back(socket);
  }
  return sockets;
}

TEST_F(ConversationsTest, BeyondTheMostGroupsAreCountedAndNotExact) {
  const Answer answer = Ask("by=remote", Many(Conversations::kMaxGroups + 5));
  EXPECT_FALSE(answer.IsExact());
  EXPECT_EQ(answer.rows.size(), Query::kDefaultLimit);
  EXPECT_EQ(answer.all.sockets, Conversations::kMaxGroups + 5);
  EXPECT_EQ(answer.others.sockets, Conversations::kMaxGroups + 5 - Query::kDefaultLimit);
  EXPECT_TRUE(Ask("by=remote", Many(Conversations::kMaxGroups)).IsExact());
}

TEST_F(ConversationsTest, SingleSocketsAreExactHoweverManyThereAre) {
  const std::size_t count = 3 * Conversations::kMaxGroups;
  const Answer answer = Ask("by=socket order=age limit=2", Many(count));
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].figures.oldest, seconds(count - 1));
  EXPECT_EQ(answer.rows[1].figures.oldest, seconds(count - 2));
  EXPECT_EQ(answer.other_groups, count - 2);
  EXPECT_EQ(answer.all.sockets, count);
}

}  // namespace
}  // namespace sockdiag
