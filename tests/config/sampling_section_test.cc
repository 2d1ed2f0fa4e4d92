#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/config/refusals.h"

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kStates =
    "syn_sent, syn_recv, fin_wait1, fin_wait2, close_wait, last_ack, closing";

TEST(SamplingSection, AcceptsTheEndsOfEachRange) {
  const auto interval = [](const std::string& text) {
    return ExpectAccepted("sampling: {interval: " + text + "}").sampling.interval;
  };
  EXPECT_EQ(interval("0s"), seconds(0));
  EXPECT_EQ(interval("0ms"), seconds(0));
  EXPECT_EQ(interval("100ms"), milliseconds(100));
  EXPECT_EQ(interval("\"1h\""), hours(1));
  const SamplingOptions lowest =
      ExpectAccepted("sampling: {peak_window: 1s, cpu_budget: 0.001, max_tracked_sockets: 0}")
          .sampling;
  EXPECT_EQ(lowest.peak_window, seconds(1));
  EXPECT_EQ(lowest.cpu_budget, 0.001);
  EXPECT_EQ(lowest.max_tracked_sockets, 0U);
  const SamplingOptions highest =
      ExpectAccepted("sampling: {peak_window: 1h, cpu_budget: 1, max_tracked_sockets: 10000000}")
          .sampling;
  EXPECT_EQ(highest.peak_window, hours(1));
  EXPECT_EQ(highest.cpu_budget, 1.0);
  EXPECT_EQ(highest.max_tracked_sockets, 10'000'000U);
}

TEST(SamplingSection, RefusesWhatIsOutOfRange) {
  ExpectRefused({
      {"sampling: {interval: 99ms}",
       "c.yaml:1:22: sampling.interval: 99ms is not 0s or in 100ms..1h"},
      {"sampling: {interval: 1h1s}",
       "c.yaml:1:22: sampling.interval: 1h1s is not 0s or in 100ms..1h"},
      {"sampling: {interval: 0}", "c.yaml:1:22: sampling.interval: 0 has no unit; write 0s"},
      {"sampling: {peak_window: 999ms}",
       "c.yaml:1:25: sampling.peak_window: 999ms is not in 1s..1h"},
      {"sampling: {peak_window: 1d}", "c.yaml:1:25: sampling.peak_window: 1d is not in 1s..1h"},
      {"sampling: {max_tracked_sockets: 10000001}",
       "c.yaml:1:33: sampling.max_tracked_sockets: 10000001 is not in 0..10000000"},
      {"sampling: {max_tracked_sockets: 1e3}",
       "c.yaml:1:33: sampling.max_tracked_sockets: 1e3 is not a whole number in decimal digits"},
  });
}

TEST(SamplingSection, RefusesABudgetThatIsNoShareOfACore) {
  const std::string at = "c.yaml:1:24: sampling.cpu_budget: ";
  ExpectRefused({
      {"sampling: {cpu_budget: 0}", at + "0 is not above 0 and at most 1"},
      {"sampling: {cpu_budget: 0.0}", at + "0.0 is not above 0 and at most 1"},
      {"sampling: {cpu_budget: 1.01}", at + "1.01 is not above 0 and at most 1"},
      {"sampling: {cpu_budget: 2%}", at + "2% is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: -0.1}", at + "-0.1 is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: 2e-2}", at + "2e-2 is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: .5}", at + ".5 is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: 1.}", at + "1. is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: 00.5}", at + "00.5 is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: .nan}", at + ".nan is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: .inf}", at + ".inf is not a decimal number such as 0.02"},
      {"sampling: {cpu_budget: '0.5'}",
       at + "expected a decimal number such as 0.02, not the text \"0.5\""},
  });
}

TEST(SamplingSection, KeepsTheWatchedStatesInTheFilesOrder) {
  EXPECT_EQ(
      ExpectAccepted("sampling: {watched_states: [last_ack, syn_recv]}").sampling.watched_states,
      (std::vector{SocketState::kLastAck, SocketState::kSynRecv}));
  EXPECT_TRUE(ExpectAccepted("sampling: {watched_states: []}").sampling.watched_states.empty());
}

TEST(SamplingSection, RefusesStatesThatCannotBeWatched) {
  for (const std::string state :
       {"established", "listen", "time_wait", "close", "unconnected", "unknown", "SYN_SENT", "x"}) {
    ExpectRefused(
        {{"sampling: {watched_states: [closing, " + state + "]}",
          "c.yaml:1:38: sampling.watched_states[1]: " + state + " is not one of " + kStates}});
  }
  ExpectRefused({
      {"sampling: {watched_states: [closing, syn_sent, closing]}",
       "c.yaml:1:48: sampling.watched_states[2]: closing is listed twice"},
      {"sampling:\n  watched_states:\n    - closing\n    -\n",
       "c.yaml:3:5: sampling.watched_states[1]: expected one of " + kStates + ", not null"},
      {"sampling: {watched_states: closing}",
       "c.yaml:1:28: sampling.watched_states: expected a list of states, not closing"},
      {"sampling: {watched_states: [1,2,3,4,5,6,7,8]}",
       "c.yaml:1:28: sampling.watched_states: 8 entries, at most 7 are allowed"},
  });
}

TEST(StuckAfterSection, TakesUpToADay) {
  const StuckAfter ages = ExpectAccepted("stuck_after: {syn_sent: 1ms, closing: 24h}").stuck_after;
  EXPECT_EQ(ages[Index(SocketState::kSynSent)], milliseconds(1));
  EXPECT_EQ(ages[Index(SocketState::kClosing)], hours(24));
  ExpectRefused({
      {"stuck_after: {last_ack: 0s}", "c.yaml:1:25: stuck_after.last_ack: 0s is not in 1ms..1d"},
      {"stuck_after: {last_ack: 1d1ms}",
       "c.yaml:1:25: stuck_after.last_ack: 1d1ms is not in 1ms..1d"},
      {"stuck_after: {last_ack: 60}",
       "c.yaml:1:25: stuck_after.last_ack: 60 has no unit; write 60s"},
  });
}

}  // namespace
}  // namespace sockdiag
