#include "sockets/naming/listener_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Listener;
using testing::Tcp;
using testing::Udp;
using Records = std::vector<SocketRecord>;
using Coverage = ListenerMemory::Coverage;

SocketRecord Socket(std::uint64_t cookie, const std::string& local = "10.0.0.1:5000") {
  SocketRecord record = Tcp(SocketState::kEstablished, local, "10.0.0.2:40000");
  record.cookie = cookie;
  return record;
}

SocketRecord ConnectedUdp(std::uint64_t cookie) {
  SocketRecord record = Udp("10.0.0.1:5000", "10.0.0.2:40000");
  record.cookie = cookie;
  return record;
}

/// Shows a pass these records; how many of the sockets were found to be of a listener.
std::size_t Show(ListenerMemory::Pass& pass, const Records& records) {
  std::size_t inbound = 0;
  for (const SocketRecord& record : records) {
    if (IsListening(record)) {
      pass.Add(record);
    } else if (pass.HasListener(record) || pass.HadListener(record)) {
      ++inbound;
    }
  }
  return inbound;
}

/// A dump of these records.
std::size_t Dump(ListenerMemory& memory, const Records& records,
                 Coverage coverage = Coverage::kWhole) {
  ListenerMemory::Pass pass = memory.Begin();
  const std::size_t inbound = Show(pass, records);
  std::move(pass).Commit(coverage);
  return inbound;
}

class ListenerMemoryTest : public ::testing::Test {
 protected:
  std::size_t Dump(const Records& records, Coverage coverage = Coverage::kWhole) {
    return sockdiag::Dump(memory_, records, coverage);
  }

  ListenerMemory memory_{Protocol::kTcp};
};

TEST_F(ListenerMemoryTest, RemembersAListenerForAsLongAsItsSocketsAreSeen) {
  EXPECT_EQ(Dump({Listener("0.0.0.0:5000"), Socket(1), Socket(2)}), 2U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Dump({Socket(1), Socket(2)}), 2U);
  EXPECT_EQ(Dump({Socket(2)}), 1U);
  EXPECT_EQ(memory_.size(), 1U);
}

TEST_F(ListenerMemoryTest, ForgetsItAfterTwoDumpsInARowWithoutOne) {
  Dump({Listener("0.0.0.0:5000"), Socket(1)});
  EXPECT_EQ(Dump({Socket(1)}), 1U);
  EXPECT_EQ(Dump({}), 0U);
  EXPECT_EQ(Dump({Socket(1)}), 1U) << "one dump may have missed it";
  EXPECT_EQ(Dump({}), 0U);
  EXPECT_EQ(Dump({}), 0U);
  EXPECT_EQ(memory_.size(), 0U);
  EXPECT_EQ(Dump({Socket(1)}), 0U);
}

TEST_F(ListenerMemoryTest, CountsWhatItAcceptedBetweenTwoDumps) {
  Dump({Listener("0.0.0.0:5000")});
  EXPECT_EQ(Dump({}), 0U);
  EXPECT_EQ(Dump({Socket(1), Socket(2)}), 2U);
}

TEST_F(ListenerMemoryTest, KnowsAListenerThatIsBackByItself) {
  Dump({Listener("0.0.0.0:5000"), Socket(1)});
  Dump({Socket(1)});
  EXPECT_EQ(Dump({Listener("10.0.0.1:5000"), Socket(1)}), 1U);
  EXPECT_EQ(Dump({Listener("10.0.0.1:5000"), Socket(1)}), 1U);
  EXPECT_EQ(memory_.size(), 1U) << "nobody is on the wildcard's own end any more";
}

TEST_F(ListenerMemoryTest, AnAddressThatHasGoneTakesNoOther) {
  Dump({Listener("10.0.0.1:5000"), Listener("[2001:db8::1]:5000")});
  EXPECT_EQ(Dump({Socket(1, "10.0.0.1:5000"), Socket(2, "[2001:db8::1]:5000")}), 2U);
  EXPECT_EQ(Dump({Socket(3, "10.0.0.9:5000"), Socket(4, "[2001:db8::9]:5000")}), 0U);
  EXPECT_EQ(Dump({Socket(1, "[::ffff:10.0.0.1]:5000")}), 1U) << "the same address, mapped";
}

TEST_F(ListenerMemoryTest, AWildcardThatHasGoneTakesItsFamilies) {
  SocketRecord ipv6_only = Listener("[::]:5001");
  ipv6_only.ipv6_only = true;
  Dump({Listener("[::]:5000"), ipv6_only, Listener("0.0.0.0:5002")});
  EXPECT_EQ(memory_.size(), 4U);
  const auto inbound = [&](const std::string& local) { return Dump({Socket(0, local)}); };
  ListenerMemory::Pass pass = memory_.Begin();
  EXPECT_TRUE(pass.HadListener(Socket(1, "10.0.0.1:5000")));
  EXPECT_TRUE(pass.HadListener(Socket(1, "[2001:db8::1]:5000")));
  EXPECT_FALSE(pass.HadListener(Socket(1, "10.0.0.1:5001")));
  EXPECT_TRUE(pass.HadListener(Socket(1, "[2001:db8::1]:5001")));
  EXPECT_TRUE(pass.HadListener(Socket(1, "10.0.0.1:5002")));
  EXPECT_FALSE(pass.HadListener(Socket(1, "[2001:db8::1]:5002")));
  EXPECT_EQ(inbound("10.0.0.1:5003"), 0U);
}

TEST_F(ListenerMemoryTest, AListenerOnOneAddressLeavesTheGoneWildcardTheOthers) {
  Dump({Listener("0.0.0.0:5000"), Listener("127.0.0.1:5000")});
  const Records after{Listener("127.0.0.1:5000"), Socket(1, "127.0.0.1:5000"),
                      Socket(2, "10.0.0.1:5000")};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Dump(after), 2U);
}

/// A client that gets the port when the last socket of the listener has just gone.
TEST_F(ListenerMemoryTest, TakesNoClientThatComesLater) {
  Dump({Listener("0.0.0.0:5000"), Socket(1)});
  Dump({Socket(1)});
  Dump({Socket(1)});
  std::size_t taken = 0;
  for (std::uint64_t client = 1000; client < 2000; ++client) {
    ListenerMemory::Pass pass = memory_.Begin();
    if (pass.HadListener(Socket(client))) ++taken;
  }
  EXPECT_LT(taken, 1000U / 20) << "it is one in 64";
  EXPECT_EQ(Dump({Socket(1002)}), 0U);
  EXPECT_EQ(Dump({Socket(1001)}), 0U);
  EXPECT_EQ(memory_.size(), 0U) << "clients do not keep it";
}

/// One that was there at once is taken for a socket of the listener, but it alone, and not whoever
/// has the port after it.
TEST_F(ListenerMemoryTest, AClientThatWasTakenTakesNoOtherWithIt) {
  Dump({Listener("0.0.0.0:5000")});
  EXPECT_EQ(Dump({Socket(1000)}), 1U);
  EXPECT_EQ(Dump({Socket(1000)}), 1U);
  EXPECT_EQ(Dump({Socket(1001)}), 0U);
  EXPECT_EQ(Dump({Socket(1002)}), 0U);
  EXPECT_EQ(memory_.size(), 0U);
}

TEST_F(ListenerMemoryTest, AFailedDumpForgetsNothing) {
  Dump({Listener("0.0.0.0:5000"), Socket(1)});
  for (int i = 0; i < 3; ++i) {
    ListenerMemory::Pass failed = memory_.Begin();
    EXPECT_EQ(Show(failed, {Listener("0.0.0.0:6000")}), 0U);
  }
  EXPECT_EQ(memory_.size(), 1U) << "and teaches nothing";
  EXPECT_EQ(Dump({Socket(1)}), 1U);
}

TEST_F(ListenerMemoryTest, ASampleForgetsNothingSinceItDoesNotAskForAll) {
  Dump({Listener("0.0.0.0:5000"), Socket(1)});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Dump({}, Coverage::kSomeStates), 0U);
  EXPECT_EQ(Dump({Socket(1)}, Coverage::kSomeStates), 1U);
  EXPECT_EQ(Dump({Socket(1)}), 1U);
}

TEST_F(ListenerMemoryTest, ASampleTellsOfListeners) {
  Dump({Listener("0.0.0.0:5000")}, Coverage::kSomeStates);
  Dump({}, Coverage::kSomeStates);
  EXPECT_EQ(Dump({Socket(1)}), 1U);
}

TEST_F(ListenerMemoryTest, ADumpCountsNobodyMissingWhomItCouldNotKnow) {
  ListenerMemory::Pass dump = memory_.Begin();
  Dump({Listener("0.0.0.0:5000")}, Coverage::kSomeStates);
  EXPECT_EQ(Show(dump, {Socket(1)}), 0U) << "it listens since this dump began";
  std::move(dump).Commit(Coverage::kWhole);
  EXPECT_EQ(Dump({}), 0U);
  EXPECT_EQ(Dump({Socket(1)}), 1U);
}

TEST_F(ListenerMemoryTest, OfTwoDumpsAtATimeTheLaterEndCountsNobodyMissing) {
  Dump({Listener("0.0.0.0:5000"), Socket(1)});
  ListenerMemory::Pass slow = memory_.Begin();
  EXPECT_EQ(Show(slow, {}), 0U);
  EXPECT_EQ(Dump({}), 0U);
  std::move(slow).Commit(Coverage::kWhole);
  EXPECT_EQ(Dump({Socket(1)}), 1U) << "one dump in a row was without it";
}

TEST_F(ListenerMemoryTest, WhatASlowDumpSawIsNotLost) {
  Dump({Listener("0.0.0.0:5000"), Socket(1)});
  Dump({Socket(1)});
  ListenerMemory::Pass slow = memory_.Begin();
  EXPECT_EQ(Show(slow, {Socket(1)}), 1U);
  Dump({});
  Dump({});
  EXPECT_EQ(memory_.size(), 0U);
  std::move(slow).Commit(Coverage::kWhole);
  EXPECT_EQ(memory_.size(), 0U) << "what it saw is older than that";
}

TEST_F(ListenerMemoryTest, ASocketWithoutACookieCountsForAny) {
  Dump({Listener("0.0.0.0:5000"), Socket(0)});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Dump({Socket(0)}), 1U);
}

std::string NthAddress(std::size_t n) {
  return "127." + std::to_string(n / 65536) + "." + std::to_string(n / 256 % 256) + "." +
         std::to_string(n % 256) + ":5000";
}

TEST_F(ListenerMemoryTest, BeyondItsBoundThoseWithSocketsStayAndNoOtherIsRemembered) {
  Dump({Listener("10.0.0.1:5000"), Socket(1)});
  Records many{Socket(1)};
  for (std::size_t i = 0; i < ListenerMemory::kMaxEnds; ++i) {
    many.insert(many.begin(), Listener(NthAddress(i)));
  }
  EXPECT_EQ(Dump(many), 1U);
  EXPECT_EQ(memory_.size(), ListenerMemory::kMaxEnds);
  EXPECT_EQ(Dump({Socket(1), Socket(2, NthAddress(0)),
                  Socket(3, NthAddress(ListenerMemory::kMaxEnds - 1))}),
            2U)
      << "the last of them had no place";
}

/// Listeners that come and go on ports of no meaning while nobody scrapes.
TEST_F(ListenerMemoryTest, SamplesAloneGatherNoMoreThanSoManyOfThoseThatHaveGone) {
  for (std::size_t i = 0; i < 2 * ListenerMemory::kMaxUnsearched; ++i) {
    Dump({Listener("0.0.0.0:22"), Listener("0.0.0.0:" + std::to_string(30'000 + i))},
         Coverage::kSomeStates);
  }
  EXPECT_LE(memory_.size(), ListenerMemory::kMaxUnsearched + 2);
  Dump({Listener("0.0.0.0:22")});
  Dump({Listener("0.0.0.0:22")});
  EXPECT_EQ(memory_.size(), 1U);
}

TEST_F(ListenerMemoryTest, EveryPortMayListenAtOnce) {
  ListenerMemory::Pass pass = memory_.Begin();
  for (int port = 1; port <= 65535; ++port) pass.Add(Listener("[::]:" + std::to_string(port)));
  EXPECT_TRUE(pass.HasListener(Socket(1, "10.0.0.1:65535")));
  std::move(pass).Commit(Coverage::kWhole);
  EXPECT_EQ(memory_.size(), ListenerMemory::kMaxEnds);
}

TEST(ListenerMemoryOfUdp, RemembersOnlyThoseWithConnectedSocketsBesideThem) {
  ListenerMemory memory(Protocol::kUdp);
  EXPECT_EQ(Dump(memory, {Udp("0.0.0.0:5000"), Udp("0.0.0.0:5001"), ConnectedUdp(1)}), 1U);
  EXPECT_EQ(memory.size(), 1U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Dump(memory, {ConnectedUdp(1)}), 1U);
}

/// A resolver's sockets come and go on ports of their own, and then somebody connects from there.
TEST(ListenerMemoryOfUdp, AClientFromAPortOfAnotherIsNotServed) {
  ListenerMemory memory(Protocol::kUdp);
  Dump(memory, {Udp("0.0.0.0:5000")});
  EXPECT_EQ(Dump(memory, {ConnectedUdp(1)}), 0U);
  EXPECT_EQ(memory.size(), 0U);
}

TEST(ListenerMemoryOfUdp, ADumpWithoutConnectedSocketsForgetsNothingYet) {
  ListenerMemory memory(Protocol::kUdp);
  Dump(memory, {Udp("0.0.0.0:5000"), ConnectedUdp(1)});
  Dump(memory, {Udp("0.0.0.0:5000")});
  EXPECT_EQ(Dump(memory, {ConnectedUdp(1)}), 1U);
}

}  // namespace
}  // namespace sockdiag
