#include "inspect/inspection.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::seconds;
using testing::Listener;
using testing::Tcp;
using testing::Udp;
constexpr auto kCloseWait = SocketState::kCloseWait;
constexpr std::uint64_t kGeneration = 1;

class InspectionTest : public ::testing::Test {
 protected:
  InspectionTest() {
    WatchOptions options;
    options.states = {kCloseWait};
    watch_.Configure(options, kGeneration);
    source_.tables[Protocol::kTcp].records = {
        Listener("0.0.0.0:80"), Tcp(SocketState::kEstablished, "10.0.0.1:80", "10.0.0.2:5000"),
        Tcp(kCloseWait, "10.0.0.1:80", "10.0.0.3:5001"),
        Tcp(kCloseWait, "10.0.0.1:40000", "10.0.0.4:5432")};
    source_.tables[Protocol::kUdp].records = {Udp("0.0.0.0:53")};
  }
  DumpResult<Inspection> Ask(const std::vector<std::string>& texts) {
    std::vector<Query> queries;
    for (const std::string& text : texts) queries.push_back(*Query::Parse(text));
    return Inspect(queries, {.source = source_,
                             .matcher = matcher_,
                             .names = names_,
                             .ephemeral = ports_,
                             .watch = watch_,
                             .listeners = listeners_,
                             .generation = kGeneration});
  }

  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  ServiceNames names_;
  ServiceMatcher matcher_{{}, {}, names_, ServicesFallback::kNumber};
  EphemeralPorts ports_;
  StateWatch watch_{clock_};
  std::array<ListenerMemory, 2> listeners_{ListenerMemory(Protocol::kTcp),
                                           ListenerMemory(Protocol::kUdp)};
};

TEST_F(InspectionTest, AnswersAllFromOneDumpOfEachProtocol) {
  const DumpResult<Inspection> found = Ask({"by=port", "state=close_wait by=remote"});
  ASSERT_TRUE(found);
  EXPECT_EQ(source_.dumps, 2);
  ASSERT_EQ(found->answers.size(), 2U);
  EXPECT_EQ(found->answers[0].all.sockets, 5U);
  EXPECT_EQ(found->answers[1].all.sockets, 2U);
  EXPECT_EQ(found->stats.sockets, 5U);
}

TEST_F(InspectionTest, ClassifiesByTheListenersOfTheDump) {
  const DumpResult<Inspection> found = Ask({"state=close_wait direction=inbound by=port"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->answers[0].rows.size(), 1U);
  EXPECT_EQ(found->answers[0].rows[0].key[0].number, 80U);
}

TEST_F(InspectionTest, AsksForNoMoreThanItNeeds) {
  ASSERT_TRUE(Ask({"state=close_wait"}));
  EXPECT_EQ(source_.dumps, 1);
  EXPECT_EQ(source_.last_wanted.states, (StateSet{kCloseWait, SocketState::kListen}));
  EXPECT_TRUE(source_.last_wanted.attributes.last_ack);
  ASSERT_TRUE(Ask({"protocol=tcp"}));
  EXPECT_EQ(source_.dumps, 2);
  EXPECT_FALSE(source_.last_wanted.attributes.last_ack);
}

TEST_F(InspectionTest, TellsAgesOfWhatIsWatched) {
  SocketRecord& socket = source_.tables[Protocol::kTcp].records.back();
  socket.cookie = 7;
  StateWatch::Pass pass = watch_.Begin(kGeneration);
  pass.Observe(socket, {Direction::kOutbound, Port::FromHost(5432)});
  std::move(pass).Commit();
  clock_.Advance(seconds(60));
  const DumpResult<Inspection> found = Ask({"older_than=59s by=remote"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->answers[0].rows.size(), 1U);
  EXPECT_GE(found->answers[0].rows[0].figures.oldest, seconds(60));
}

TEST_F(InspectionTest, OfAFailedDumpThereIsNoAnswer) {
  source_.tables[Protocol::kUdp].error = DumpError{DumpErrorReason::kTimeout, "timed out"};
  const DumpResult<Inspection> found = Ask({""});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "timed out");
  EXPECT_TRUE(Ask({"protocol=tcp"}));
}

}  // namespace
}  // namespace sockdiag
