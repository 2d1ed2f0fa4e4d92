#include "http/server/connection_table.h"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <vector>

#include "http/server/connection_watchdog.h"
#include "tests/http/server/tcp_pair.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Admission = ConnectionTable::Admission;

class ConnectionTableTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kLimit = 3;

  /// An open connection of the table.
  TcpPair Open() {
    TcpPair pair = ConnectedPair();
    EXPECT_EQ(table_.TryAdd(pair.server.Get()), Admission::kAdded);
    table_.Start(pair.server.Get());
    return pair;
  }
  TcpPair OpenIn(Phase phase) {
    TcpPair pair = Open();
    table_.Enter(pair.server.Get(), phase);
    return pair;
  }
  void Pass(milliseconds time) {
    clock_.Advance(time);
    cut_ = table_.CutOverdue();
  }

  sockdiag::testing::FakeClock clock_;
  PhaseSet cut_;
  ConnectionTable table_{kLimit, 2, ConnectionTimeouts{}, clock_};
};

TEST_F(ConnectionTableTest, GivesEachPhaseItsTime) {
  const std::map<Phase, milliseconds> times = {{Phase::kHead, seconds(5)},
                                               {Phase::kBody, seconds(5)},
                                               {Phase::kSending, seconds(30)},
                                               {Phase::kIdle, seconds(330)}};
  for (const auto& [phase, time] : times) {
    const TcpPair pair = OpenIn(phase);
    Pass(time - milliseconds(1));
    EXPECT_FALSE(IsEnded(pair.client)) << static_cast<int>(phase);
    Pass(milliseconds(1));
    EXPECT_TRUE(IsEnded(pair.client)) << static_cast<int>(phase);
    EXPECT_EQ(cut_, PhaseSet().set(Index(phase)));
    table_.Remove(pair.server.Get());
  }
}

TEST_F(ConnectionTableTest, HasNoDeadlineWhileAHandlerRuns) {
  const TcpPair pair = OpenIn(Phase::kHandling);
  Pass(std::chrono::hours(24));
  EXPECT_FALSE(IsEnded(pair.client));
}

TEST_F(ConnectionTableTest, HasNoDeadlineForATimeoutOfZero) {
  const ConnectionTimeouts none{.head = {}, .body = {}, .send = {}, .idle = {}};
  ConnectionTable table(kLimit, 0, none, clock_);
  for (const Phase phase : {Phase::kHead, Phase::kBody, Phase::kSending, Phase::kIdle}) {
    const TcpPair pair = ConnectedPair();
    ASSERT_EQ(table.TryAdd(pair.server.Get()), Admission::kAdded);
    table.Start(pair.server.Get());
    table.Enter(pair.server.Get(), phase);
    SendTo(pair.server, pair.client, "G");
    table.CutOverdue();
    clock_.Advance(std::chrono::hours(24));
    table.CutOverdue();
    EXPECT_FALSE(IsEnded(pair.client));
    table.Remove(pair.server.Get());
  }
}

TEST_F(ConnectionTableTest, ForgetsWhatIsNeverStarted) {
  constexpr int kGivenUp = 1000;  // Closed by libmicrohttpd without a word.
  ASSERT_EQ(table_.TryAdd(kGivenUp), Admission::kAdded);
  Pass(seconds(1));
  EXPECT_FALSE(table_.WaitUntilEmpty(std::chrono::milliseconds(0)));
  Pass(seconds(4));
  EXPECT_TRUE(table_.WaitUntilEmpty(std::chrono::milliseconds(0)));
  ASSERT_EQ(table_.TryAdd(kGivenUp), Admission::kAdded);
  clock_.Advance(seconds(5));
  table_.EndInput();
  EXPECT_TRUE(table_.WaitUntilEmpty(std::chrono::milliseconds(0)));
}

TEST_F(ConnectionTableTest, ComesForWhatIsNeverStarted) {
  for (const bool is_looked_at_before : {false, true}) {
    ASSERT_EQ(table_.TryAdd(1000), Admission::kAdded);
    clock_.Advance(seconds(1));
    if (is_looked_at_before) table_.CutOverdue();
    clock_.Advance(seconds(4));
    auto is_due = std::async(std::launch::async, [this] { return table_.WaitUntilDue(); });
    EXPECT_EQ(is_due.wait_for(seconds(10)), std::future_status::ready) << is_looked_at_before;
    if (HasFailure()) table_.EndWatch();
    table_.CutOverdue();
    EXPECT_TRUE(table_.WaitUntilEmpty(milliseconds(0)));
  }
}

TEST_F(ConnectionTableTest, TakesWhatStartsLateForAnyOther) {
  const TcpPair pair = ConnectedPair();
  ASSERT_EQ(table_.TryAdd(pair.server.Get()), Admission::kAdded);
  Pass(seconds(5));
  table_.Start(pair.server.Get());
  EXPECT_FALSE(IsEnded(pair.client));
  EXPECT_FALSE(table_.WaitUntilEmpty(milliseconds(0)));
  Pass(seconds(5));
  EXPECT_TRUE(IsEnded(pair.client)) << "no head in time";
}

TEST_F(ConnectionTableTest, DoesNotProlongAHeadThatHasBegun) {
  const TcpPair pair = Open();
  Pass(seconds(4));
  table_.Enter(pair.server.Get(), Phase::kHead);  // The request line has arrived.
  Pass(seconds(1));
  EXPECT_TRUE(IsEnded(pair.client));
}

TEST_F(ConnectionTableTest, NoticesTheFirstByteOnAnIdleConnection) {
  const TcpPair pair = OpenIn(Phase::kIdle);
  Pass(seconds(100));
  SendTo(pair.server, pair.client, "G");
  Pass(seconds(1));  // Noticed now, and up to a second old.
  Pass(seconds(3));
  EXPECT_FALSE(IsEnded(pair.client));
  SendTo(pair.server, pair.client, "E");
  Pass(seconds(1));
  EXPECT_TRUE(IsEnded(pair.client));
}

TEST_F(ConnectionTableTest, TakesBytesFromBeforeTheIdleTimeForNoHead) {
  const TcpPair pair = Open();
  SendTo(pair.server, pair.client, "GET / HTTP/1.1\r\n\r\n");
  table_.Enter(pair.server.Get(), Phase::kIdle);
  for (int i = 0; i < 300; ++i) Pass(seconds(1));
  EXPECT_FALSE(IsEnded(pair.client));
}

TEST_F(ConnectionTableTest, StartsAnewWithEachRequest) {
  const TcpPair pair = Open();
  for (int i = 0; i < 100; ++i) {
    SendTo(pair.server, pair.client, "GET / HTTP/1.1\r\n\r\n");
    Pass(seconds(2));
    table_.Enter(pair.server.Get(), Phase::kHead);
    table_.Enter(pair.server.Get(), Phase::kBody);
    Pass(seconds(4));
    table_.Enter(pair.server.Get(), Phase::kHandling);
    table_.Enter(pair.server.Get(), Phase::kSending);
    Pass(seconds(29));
    table_.Enter(pair.server.Get(), Phase::kIdle);
  }
  EXPECT_FALSE(IsEnded(pair.client));
}

TEST_F(ConnectionTableTest, CutsTheLongestIdleToMakeRoom) {
  const TcpPair busy = OpenIn(Phase::kHandling);
  const TcpPair first = OpenIn(Phase::kIdle);
  Pass(seconds(1));
  const TcpPair second = OpenIn(Phase::kIdle);
  const TcpPair next = ConnectedPair();
  EXPECT_EQ(table_.TryAdd(next.server.Get()), Admission::kAddedInPlaceOfAnother);
  EXPECT_TRUE(IsEnded(first.client));
  EXPECT_FALSE(IsEnded(second.client));
  EXPECT_FALSE(IsEnded(busy.client));
}

TEST_F(ConnectionTableTest, CutsWhoHasShownNoRequestBeforeAnyoneWhoHas) {
  const TcpPair idle = OpenIn(Phase::kIdle);
  Pass(seconds(1));
  const TcpPair first = Open();
  Pass(seconds(1));
  const TcpPair second = Open();
  const TcpPair next = ConnectedPair();
  EXPECT_EQ(table_.TryAdd(next.server.Get()), Admission::kAddedInPlaceOfAnother);
  EXPECT_TRUE(IsEnded(first.client));
  EXPECT_FALSE(IsEnded(second.client));
  EXPECT_FALSE(IsEnded(idle.client));
}

TEST_F(ConnectionTableTest, CutsWhoHasNotStartedBeforeAnyoneWhoWasAnswered) {
  const TcpPair answered = OpenIn(Phase::kIdle);
  std::vector<TcpPair> crowd(3);
  for (TcpPair& pair : crowd) pair = ConnectedPair();
  EXPECT_EQ(table_.TryAdd(crowd[0].server.Get()), Admission::kAdded);
  clock_.Advance(seconds(1));
  EXPECT_EQ(table_.TryAdd(crowd[1].server.Get()), Admission::kAdded);
  EXPECT_EQ(table_.TryAdd(crowd[2].server.Get()), Admission::kAddedInPlaceOfAnother);
  EXPECT_FALSE(IsEnded(crowd[0].client)) << "its descriptor is not ours yet";
  for (const TcpPair& pair : crowd) table_.Start(pair.server.Get());
  EXPECT_TRUE(IsEnded(crowd[0].client));
  EXPECT_FALSE(IsEnded(crowd[1].client));
  EXPECT_FALSE(IsEnded(crowd[2].client));
  EXPECT_FALSE(IsEnded(answered.client));
}

TEST_F(ConnectionTableTest, ForgetsWhatWasCutAndNeverStarted) {
  for (int fd = 1000; fd < 1003; ++fd) EXPECT_EQ(table_.TryAdd(fd), Admission::kAdded);
  EXPECT_EQ(table_.TryAdd(1003), Admission::kAddedInPlaceOfAnother);
  Pass(seconds(5));
  EXPECT_TRUE(table_.WaitUntilEmpty(milliseconds(0)));
  for (int fd = 1000; fd < 1003; ++fd) EXPECT_EQ(table_.TryAdd(fd), Admission::kAdded);
  EXPECT_EQ(table_.TryAdd(1003), Admission::kAddedInPlaceOfAnother) << "none is counted as cut";
}

TEST_F(ConnectionTableTest, CutsTheSlowestReaderWhenTooManyResponsesWait) {
  const TcpPair slowest = OpenIn(Phase::kSending);
  Pass(seconds(1));
  const TcpPair slow = OpenIn(Phase::kSending);
  const TcpPair quick = OpenIn(Phase::kSending);
  EXPECT_FALSE(IsEnded(slowest.client)) << "a second is no long time";
  Pass(milliseconds(1));
  table_.Enter(quick.server.Get(), Phase::kSending);
  EXPECT_TRUE(IsEnded(slowest.client));
  table_.Enter(quick.server.Get(), Phase::kSending);
  EXPECT_FALSE(IsEnded(slow.client));
}

TEST_F(ConnectionTableTest, SparesAnIdleConnectionWhoseNextRequestHasArrived) {
  const TcpPair first = OpenIn(Phase::kIdle);
  const TcpPair second = OpenIn(Phase::kIdle);
  const TcpPair third = OpenIn(Phase::kBody);
  SendTo(first.server, first.client, "G");
  SendTo(second.server, second.client, "G");
  const TcpPair next = ConnectedPair();
  EXPECT_EQ(table_.TryAdd(next.server.Get()), Admission::kRefused);
  EXPECT_FALSE(IsEnded(first.client));
  EXPECT_FALSE(IsEnded(second.client));
}

TEST_F(ConnectionTableTest, CountsACutConnectionNoLonger) {
  const TcpPair first = Open();
  const TcpPair second = OpenIn(Phase::kHandling);
  const TcpPair third = OpenIn(Phase::kHandling);
  Pass(seconds(5));
  ASSERT_TRUE(IsEnded(first.client));
  const TcpPair next = OpenIn(Phase::kHandling);
  const TcpPair refused = ConnectedPair();
  EXPECT_EQ(table_.TryAdd(refused.server.Get()), Admission::kRefused);
  table_.Remove(first.server.Get());
  EXPECT_EQ(table_.TryAdd(refused.server.Get()), Admission::kRefused);
  table_.Remove(next.server.Get());
  EXPECT_EQ(table_.TryAdd(refused.server.Get()), Admission::kAdded);
}

TEST_F(ConnectionTableTest, TouchesNoDescriptorBeforeItsConnectionRunsNorAfterwards) {
  const TcpPair pair = ConnectedPair();
  ASSERT_EQ(table_.TryAdd(pair.server.Get()), Admission::kAdded);
  Pass(std::chrono::hours(1));
  table_.EndInput();
  table_.CutAll();
  EXPECT_FALSE(IsEnded(pair.server));
  table_.Remove(pair.server.Get());
  table_.Enter(pair.server.Get(), Phase::kHead);
  Pass(std::chrono::hours(1));
  table_.CutAll();
  EXPECT_FALSE(IsEnded(pair.server));
}

TEST_F(ConnectionTableTest, EndsTheInputOfConnectionsThatStartLater) {
  table_.EndInput();
  const TcpPair pair = Open();
  EXPECT_TRUE(IsEnded(pair.server));
  EXPECT_FALSE(IsEnded(pair.client));
}

TEST_F(ConnectionTableTest, CutsAll) {
  const TcpPair first = OpenIn(Phase::kHandling);
  const TcpPair second = OpenIn(Phase::kSending);
  table_.CutAll();
  EXPECT_TRUE(IsEnded(first.client));
  EXPECT_TRUE(IsEnded(second.client));
  EXPECT_FALSE(table_.WaitUntilEmpty(milliseconds(0)));
  table_.Remove(first.server.Get());
  table_.Remove(second.server.Get());
  EXPECT_TRUE(table_.WaitUntilEmpty(milliseconds(0)));
}

TEST(ConnectionWatchdog, CutsOverdueConnectionsWhenTheirTimeComes) {
  const SystemClock clock;
  ConnectionTable table(3, 0, {.head = milliseconds(20), .idle = milliseconds(40)}, clock);
  const testing::NullLog log;
  LimitedLog warnings(log, clock);
  const auto watchdog = ConnectionWatchdog::Start(table, warnings);
  ASSERT_TRUE(watchdog);
  for (const Phase phase : {Phase::kHead, Phase::kIdle}) {
    const TcpPair pair = ConnectedPair();
    ASSERT_EQ(table.TryAdd(pair.server.Get()), Admission::kAdded);
    table.Start(pair.server.Get());
    table.Enter(pair.server.Get(), phase);
    pollfd polled{.fd = pair.client.Get(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&polled, 1, 10'000), 1);
    EXPECT_TRUE(IsEnded(pair.client));
    table.Remove(pair.server.Get());
  }
}

TEST(ConnectionWatchdog, EndsWhileItHasNothingToDo) {
  const SystemClock clock;
  ConnectionTable table(3, 0, {}, clock);
  const testing::NullLog log;
  LimitedLog warnings(log, clock);
  auto watchdog = ConnectionWatchdog::Start(table, warnings);
  ASSERT_TRUE(watchdog);
  watchdog->reset();
  EXPECT_FALSE(table.WaitUntilDue());
}

}  // namespace
}  // namespace sockdiag::http
