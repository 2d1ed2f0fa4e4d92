// What tells one kind of trouble from another: who has not accepted, who has not read, and whose
// peer does not answer; beside what ss says of the same sockets.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <regex>
#include <string>

#include "sockets/tally/socket_tallies.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/ss_table.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;

/// Lines of `ss -Htaneo` with such a text in them.
double LinesOfSs(const std::string& pattern) {
  const std::string text = RunTool({"ss", "-Htaneo"});
  const std::regex regex(pattern);
  return static_cast<double>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()));
}

double CloseWaitWithBytesInSs() {
  const std::vector<SsRow> rows = ReadSsTable();
  return static_cast<double>(std::count_if(rows.begin(), rows.end(), [](const SsRow& row) {
    return row.state == SocketState::kCloseWait && row.receive_queue > 1;
  }));
}

class Trouble : public KernelTestWith<IpVersion> {
 protected:
  /// Collects anew until the figures are as expected, and expects them; of /proc the same.
  static void Expect(const Metric& metric, const Counts& expected) {
    for (const SourceChoice source : {SourceChoice::kNetlink, SourceChoice::kProc}) {
      Config config = WithWebService(kPort);
      config.source = source;
      Counts counts;
      const auto is_as_expected = [&] {
        counts = testing::NonZero(testing::FiguresOf(Exporter(config).Collect(), metric));
        return counts == expected;
      };
      static_cast<void>(WaitUntil(is_as_expected));
      EXPECT_EQ(counts, expected) << metric.name;
    }
  }
  static void ExpectStalled(const std::string& labels) {
    Expect(StalledTally::kStalledSockets, labels.empty() ? Counts() : Counts{{labels, 1}});
  }
  static Connection Connected(const UniqueFd& listener) {
    return MakeConnection(listener, GetParam().loopback, kPort);
  }
  static void DropToServer() { DropIncoming("tcp dport " + std::to_string(kPort)); }
};

TEST_P(Trouble, AFullAcceptQueueIsNotALeak) {
  const auto& metric = UnacceptedTally::kUnacceptedSockets;
  const UniqueFd listener = Listen(GetParam().loopback, kPort, {.backlog = 4});
  Sockets clients;
  for (int i = 0; i < 5; ++i) clients.push_back(Connect(GetParam().loopback, kPort));
  Expect(metric, {{"web established", 5}});
  for (int i = 0; i < 3; ++i) clients[static_cast<std::size_t>(i)].Reset();
  Expect(metric, {{"web established", 2}, {"web close_wait", 3}});
  EXPECT_EQ(LinesOfSs("ESTAB[^\n]* ino:0 "), 2);
  EXPECT_EQ(LinesOfSs("CLOSE-WAIT[^\n]* ino:0 "), 3);
  // Those that were accepted and are kept are leaked; the queue gives the oldest first.
  Sockets leaked;
  for (int i = 0; i < 2; ++i) leaked.push_back(Accept(listener));
  Expect(metric, {{"web established", 2}, {"web close_wait", 1}});
  for (int i = 0; i < 3; ++i) leaked.push_back(Accept(listener));
  Expect(metric, {});
  EXPECT_EQ(LinesOfSs("CLOSE-WAIT"), 3);
}

TEST_P(Trouble, AHangHasBytesToReadAndALeakHasNone) {
  const auto& metric = UnreadTally::kUnreadSockets;
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  Connection hangs = Connected(listener);
  Connection leaks = Connected(listener);
  Connection leaks_the_read = Connected(listener);
  for (Connection* connection : {&hangs, &leaks_the_read}) Send(connection->client, 1);
  for (Connection* connection : {&hangs, &leaks, &leaks_the_read}) {
    connection->client.Reset();
    WaitForState(connection->server, TCP_CLOSE_WAIT);
  }
  Expect(metric, {{"web inbound", 2}});
  EXPECT_EQ(CloseWaitWithBytesInSs(), 2);
  std::array<char, 16> buffer;
  ASSERT_EQ(recv(leaks_the_read.server.Get(), buffer.data(), buffer.size(), 0), 1);
  Expect(metric, {{"web inbound", 1}});
  ASSERT_EQ(recv(leaks_the_read.server.Get(), buffer.data(), buffer.size(), 0), 0);
  Expect(metric, {{"web inbound", 1}});
  EXPECT_EQ(CloseWaitWithBytesInSs(), 1);
  EXPECT_EQ(LinesOfSs("CLOSE-WAIT"), 3);
}

TEST_P(Trouble, APeerThatIsGoneIsSeenByWhatIsSentAgain) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const Connection connection = Connected(listener);
  Send(connection.client, 10);
  ExpectStalled("");
  DropToServer();
  Send(connection.client, 10);
  ExpectStalled("web outbound retransmitting");
  EXPECT_EQ(LinesOfSs(R"(timer:\(on,[^,]*,[1-9])"), 1);
}

TEST_P(Trouble, AHandshakeThatIsRepeatedIsNotStalled) {
  MakeBlackHole();
  const UniqueFd client = StartConnect(GetParam().in_hole, kPort);
  ASSERT_TRUE(WaitUntil([] { return LinesOfSs(R"(SYN-SENT[^\n]*timer:\(on,[^,]*,[1-9])") == 1; }));
  ExpectStalled("");
}

TEST_P(Trouble, APeerThatReadsNothingClosesItsWindow) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const Connection connection = Connected(listener);
  const std::string data(65536, 'x');
  while (send(connection.client.Get(), data.data(), data.size(), MSG_NOSIGNAL) > 0) {
  }
  ExpectStalled("web outbound zero_window");
  EXPECT_EQ(LinesOfSs(R"(timer:\(persist,)"), 1);
}

TEST_P(Trouble, AKeepaliveThatNobodyAnswersIsSeen) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const Connection connection = Connected(listener);
  const auto set = [&](int level, int name) {
    const int on_or_seconds = 1;
    Check("setsockopt",
          setsockopt(connection.client.Get(), level, name, &on_or_seconds, sizeof(on_or_seconds)));
  };
  set(SOL_SOCKET, SO_KEEPALIVE);
  ExpectStalled("");
  DropToServer();
  // Only now: behind a probe that is answered, the next one comes after TCP_KEEPINTVL, 75 s.
  set(IPPROTO_TCP, TCP_KEEPIDLE);
  ExpectStalled("web outbound keepalive_unanswered");
  EXPECT_EQ(LinesOfSs(R"(timer:\(keepalive,[^,]*,[1-9])"), 1);
}

INSTANTIATE_TEST_SUITE_P(Family, Trouble, ::testing::Values(kIpv4, kIpv6),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace sockdiag::kernel
