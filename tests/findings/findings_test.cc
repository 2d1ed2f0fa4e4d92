// From figures and their history to sentences, cause by cause.

#include "findings/findings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "inspect/query.h"

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Urgency = Finding::Urgency;
constexpr auto kCloseWait = SocketState::kCloseWait;
const HostFigures::ServiceKey kPostgres{"", "postgres", Direction::kOutbound};
const HostFigures::ListenerKey kWeb{"", "8080", "web"};

const std::string& Runbooks() {
  static const std::string kText = [] {
    std::ifstream file(SOCKDIAG_SOURCE_DIR "/docs/runbooks.md");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return kText;
}

class FindingsTest : public ::testing::Test {
 protected:
  /// A minute goes by after each.
  void Remember() {
    history_.Add(FiguresToRemember(figures_), now_.steady);
    now_.steady += minutes(1);
    now_.wall += minutes(1);
  }
  std::vector<Finding> Find() {
    history_.Add(FiguresToRemember(figures_), now_.steady);
    std::vector<Finding> findings = FindWhatIsWrong({figures_, history_, now_});
    for (const Finding& finding : findings) {
      EXPECT_FALSE(finding.title.empty());
      EXPECT_FALSE(finding.figure.empty()) << finding.title;
      EXPECT_TRUE(finding.text.ends_with('.')) << finding.text;
      EXPECT_EQ(finding.text.find("  "), std::string::npos) << finding.text;
      EXPECT_TRUE(Query::Parse(finding.query)) << finding.query;
      EXPECT_NE(Runbooks().find("\n### " + finding.runbook + "\n"), std::string::npos)
          << finding.runbook;
    }
    return findings;
  }
  /// The only one.
  Finding FindOne() {
    const std::vector<Finding> findings = Find();
    EXPECT_EQ(findings.size(), 1U);
    return findings.empty() ? Finding() : findings.front();
  }
  /// Sockets that are in a state for longer than they should.
  HostFigures::Service& Stick(const HostFigures::ServiceKey& key, SocketState state,
                              std::uint64_t sockets, double age = 0) {
    HostFigures::Service& service = figures_.services[key];
    service.sockets[Index(state)] = sockets;
    service.stuck[Index(state)] = sockets;
    service.oldest_age_seconds[Index(state)] = age;
    return service;
  }

  HostFigures figures_;
  FigureHistory history_;
  /// 10:00:00 UTC.
  Moment now_{Clock::TimePoint(hours(5)),
              std::chrono::system_clock::time_point(seconds(1'795'946'400))};
};

TEST_F(FindingsTest, NothingIsWrongWithOrdinaryFigures) {
  figures_.listeners[kWeb] = {.waiting = 3, .backlog = 4, .saturation = 0.75, .drops = 0};
  HostFigures::Service& service = Stick(kPostgres, kCloseWait, 10, 600);
  service.stalled["retransmitting"] = 9;
  Stick(kPostgres, SocketState::kSynRecv, 9);
  figures_.destination_ports = {{100, 28'232}};
  figures_.time_wait = {{1000, 131'072}};
  EXPECT_TRUE(Find().empty());
}

TEST_F(FindingsTest, AFullQueue) {
  figures_.listeners[kWeb] = {
      .waiting = 129, .backlog = 128, .saturation = 129 / 128.0, .drops = 15'653};
  HostFigures::Service& web = figures_.services[{"", "web", Direction::kInbound}];
  web.sockets[Index(kCloseWait)] = 157;
  web.unaccepted_close_wait = 125;
  const Finding finding = FindOne();
  EXPECT_EQ(finding.urgency, Urgency::kUrgent);
  EXPECT_EQ(finding.cause, "full");
  EXPECT_EQ(finding.title, "Accept queue of web, port 8080");
  EXPECT_EQ(finding.figure, "129");
  EXPECT_EQ(finding.beside, "of 128");
  EXPECT_EQ(finding.text,
            "The program does not accept, and new connections are dropped. The port has dropped "
            "15,653 connections while this exporter watched. Of 157 CLOSE_WAIT sockets of web, 125 "
            "lie in such a queue: their clients have given up. It has been so since 10:00:00 UTC.");
  EXPECT_EQ(finding.query, "port=8080 accepted=no by=remote");
}

TEST_F(FindingsTest, AQueueThatIsNearlyFull) {
  figures_.listeners[kWeb] = {.waiting = 100, .backlog = 128, .saturation = 100 / 128.0};
  EXPECT_EQ(FindOne().urgency, Urgency::kLookAt);
}

TEST_F(FindingsTest, AQueueWithoutABacklogIsFullWithOne) {
  figures_.listeners[kWeb] = {.waiting = 1, .backlog = 0, .saturation = 1};
  EXPECT_EQ(FindOne().urgency, Urgency::kUrgent);
}

TEST_F(FindingsTest, AQueueExplainsItsCloseWait) {
  figures_.listeners[kWeb] = {.waiting = 129, .backlog = 128, .saturation = 129 / 128.0};
  HostFigures::Service& web = Stick({"", "web", Direction::kInbound}, kCloseWait, 125, 60);
  web.unaccepted_close_wait = 125;
  EXPECT_EQ(FindOne().cause, "full");
}

TEST_F(FindingsTest, ALeakGrows) {
  figures_.stuck_owners[kCloseWait] = {{"checkout.service", 576}, {"cron.service", 2}};
  for (std::uint64_t sockets = 11; sockets <= 500; sockets += 70) {
    Stick(kPostgres, kCloseWait, sockets);
    Remember();
  }
  Stick(kPostgres, kCloseWait, 576, 542);
  const Finding finding = FindOne();
  EXPECT_EQ(finding.urgency, Urgency::kUrgent);
  EXPECT_EQ(finding.cause, "leak");
  EXPECT_EQ(finding.title, "CLOSE_WAIT towards postgres");
  EXPECT_EQ(finding.figure, "576");
  EXPECT_EQ(finding.beside, "+80 a minute");
  EXPECT_EQ(
      finding.text,
      "The peers have closed, and the program that has these sockets has not. They become "
      "more: a leak, which ends when no file descriptors are left. The oldest has been there for 9 "
      "min 2 s. It has been so since 10:00:00 UTC. Of all that is stuck in this state, most is "
      "held by "
      "checkout.service (576) and cron.service (2).");
  EXPECT_EQ(finding.query, "state=close_wait service=postgres direction=outbound by=remote");
  EXPECT_EQ(finding.runbook, "SockdiagCloseWaitLeak");
}

TEST_F(FindingsTest, WhatIsNotClosedAndDoesNotGrowIsToBeLookedAt) {
  for (int minute = 0; minute < 6; ++minute) {
    Stick(kPostgres, kCloseWait, 20);
    Remember();
  }
  const Finding finding = FindOne();
  EXPECT_EQ(finding.urgency, Urgency::kLookAt);
  EXPECT_EQ(finding.beside, "stuck");
  EXPECT_EQ(finding.runbook, "SockdiagCloseWaitStuck");
}

TEST_F(FindingsTest, AProgramThatDoesNotReadHangs) {
  Stick(kPostgres, kCloseWait, 40).unread = 40;
  const Finding finding = FindOne();
  EXPECT_EQ(finding.cause, "hang");
  EXPECT_EQ(finding.figure, "40");
  EXPECT_EQ(finding.beside, "not read");
}

TEST_F(FindingsTest, ConnectionsThatNobodyAnswers) {
  Stick(kPostgres, SocketState::kSynSent, 19, 38);
  figures_.stuck_owners[SocketState::kSynSent] = {{"shop/billing-1", 19}};
  const Finding finding = FindOne();
  EXPECT_EQ(finding.urgency, Urgency::kUrgent);
  EXPECT_EQ(finding.cause, "no answer");
  EXPECT_EQ(finding.title, "SYN_SENT towards postgres");
  EXPECT_EQ(finding.text,
            "Connections that nobody answers, not even with a reset: dropped on the way, or the "
            "host is gone. The oldest has been there for 38 s. It has been so since 10:00:00 UTC. "
            "Of all that is stuck "
            "in this state, most is held by shop/billing-1 (19).");
}

TEST_F(FindingsTest, HandshakesAndClosesThatComeToNoEnd) {
  struct Case {
    SocketState state;
    std::uint64_t sockets;
    std::string cause;
    Urgency urgency;
  };
  const HostFigures::ServiceKey web{"namespaces", "web", Direction::kInbound};
  for (const Case& each : {Case{SocketState::kSynRecv, 10, "unfinished", Urgency::kLookAt},
                           Case{SocketState::kSynRecv, 100, "unfinished", Urgency::kUrgent},
                           Case{SocketState::kFinWait1, 10, "no answer", Urgency::kLookAt},
                           Case{SocketState::kLastAck, 1000, "no answer", Urgency::kUrgent},
                           Case{SocketState::kClosing, 10, "no answer", Urgency::kLookAt}}) {
    figures_ = {};
    Stick(web, each.state, each.sockets);
    const Finding finding = FindOne();
    EXPECT_EQ(finding.cause, each.cause) << Name(each.state);
    EXPECT_EQ(finding.urgency, each.urgency) << Name(each.state);
    EXPECT_TRUE(finding.title.ends_with(" on web in other network namespaces")) << finding.title;
  }
}

TEST_F(FindingsTest, PeersThatDoNotAnswerOrTakeNothing) {
  const std::vector<std::pair<std::string, std::uint64_t>> cases{
      {"retransmitting", 10}, {"zero_window", 5}, {"keepalive_unanswered", 5}};
  for (const auto& [reason, sockets] : cases) {
    figures_ = {};
    figures_.services[kPostgres].stalled[reason] = sockets;
    const Finding finding = FindOne();
    EXPECT_EQ(finding.cause, "lossy") << reason;
    EXPECT_EQ(finding.figure, std::to_string(sockets));
  }
}

TEST_F(FindingsTest, WhatRunsOutForTheHost) {
  const std::vector<std::pair<std::optional<HostFigures::Usage> HostFigures::*, std::string>> cases{
      {&HostFigures::destination_ports, "ports"},
      {&HostFigures::time_wait, "limit"},
      {&HostFigures::orphans, "limit"},
      {&HostFigures::tcp_memory, "limit"}};
  for (const auto& [usage, cause] : cases) {
    figures_ = {};
    figures_.*usage = {{970, 1000}};
    const Finding finding = FindOne();
    EXPECT_EQ(finding.cause, cause);
    EXPECT_EQ(finding.figure, "97 %") << finding.title;
    EXPECT_EQ(finding.beside, "of 1,000");
  }
}

TEST_F(FindingsTest, DropsOfTheLastTenMinutes) {
  figures_.listeners[kWeb] = {.drops = 7};
  figures_.receive_drops[{"", "53", "domain"}] = 100;
  for (int minute = 0; minute < 3; ++minute) Remember();
  EXPECT_TRUE(Find().empty()) << "nobody knows when";
  now_.steady += minutes(1);
  figures_.listeners[kWeb].drops = 9;
  figures_.receive_drops[{"", "53", "domain"}] = 150;
  const std::vector<Finding> findings = Find();
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].title, "Datagrams to domain, port 53");
  EXPECT_EQ(findings[0].figure, "50");
  EXPECT_EQ(findings[0].beside, "in 10 minutes");
  EXPECT_EQ(findings[1].title, "Connections to web, port 8080");
  EXPECT_EQ(findings[1].figure, "2");
}

TEST_F(FindingsTest, TheUrgentComeFirstAndThenTheLarger) {
  Stick(kPostgres, SocketState::kSynRecv, 50);
  Stick({"", "api", Direction::kOutbound}, SocketState::kSynSent, 10);
  Stick({"", "web", Direction::kOutbound}, SocketState::kSynSent, 20);
  std::vector<std::string> figures;
  for (const Finding& finding : Find()) figures.push_back(finding.figure);
  EXPECT_EQ(figures, (std::vector<std::string>{"20", "10", "50"}));
}

TEST_F(FindingsTest, PortsThatNothingNamesAreCalledPorts) {
  Stick({"", "8443", Direction::kOutbound}, SocketState::kSynSent, 1);
  EXPECT_EQ(FindOne().title, "SYN_SENT towards port 8443");
  figures_ = {};
  figures_.listeners[{"", "9000", "9000"}] = {.waiting = 2, .backlog = 1, .saturation = 2};
  EXPECT_EQ(FindOne().title, "Accept queue of port 9000");
}

TEST(CountText, HasCommas) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(15'653), "15,653");
  EXPECT_EQ(CountText(1'000'000), "1,000,000");
}

TEST(Moment, ShowsTheDayOfWhatIsLongAgo) {
  const Moment now{Clock::TimePoint(hours(48)),
                   std::chrono::system_clock::time_point(seconds(1'795'946'400))};
  EXPECT_EQ(now.TextOf(now.steady - minutes(5)), "09:55:00 UTC");
  EXPECT_EQ(now.TextOf(now.steady - hours(24)), "2026-11-28 10:00 UTC");
}

}  // namespace
}  // namespace sockdiag
