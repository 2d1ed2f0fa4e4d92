#include "http/server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "tests/http/support/http_client.h"
#include "tests/http/support/test_server.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

ServerOptions WithMaxRequests(unsigned limit) {
  ServerOptions options;
  options.max_requests = limit;
  return options;
}

TEST(Server, AnswersOverIpv4AndIpv6OnOneSocket) {
  if (!HostHasIpv6()) GTEST_SKIP() << "this host has no IPv6";
  Gate gate;
  const auto server = StartServer(gate, {":0"});
  ASSERT_EQ(server->BoundAddresses().size(), 1U);
  const std::uint16_t port = PortOf(server->BoundAddresses().front());
  EXPECT_EQ(ConnectIpv4(port).Get("/metrics").status, 200);
  EXPECT_EQ(ConnectIpv6(port).Get("/metrics").status, 200);
}

TEST(Server, AnswersOnEveryListener) {
  const TemporaryDirectory directory;
  Gate gate;
  const auto server =
      StartServer(gate, {"127.0.0.1:0", "127.0.0.1:0", "unix:" + directory.Path("s")});
  ASSERT_EQ(server->BoundAddresses().size(), 3U);
  for (const std::string& address : server->BoundAddresses()) {
    EXPECT_EQ(HttpClient(address).Get("/metrics").status, 200) << address;
  }
}

TEST(Server, WarnsOfNothingInOrdinaryUse) {
  const TemporaryDirectory directory;
  Gate gate;
  const testing::FakeLog log;
  auto server = StartServer(gate, {"unix:" + directory.Path("s")}, {}, log);
  const std::string& address = server->BoundAddresses().front();
  EXPECT_EQ(HttpClient(address).Get("/big").body, BigBody());
  EXPECT_EQ(HttpClient(address).Get("/big", "Accept-Encoding: gzip\r\n").status, 200);
  EXPECT_TRUE(server->Stop());
  EXPECT_FALSE(log.HasWarning(""));
}

TEST(Server, SaysWhyItCannotStart) {
  Gate gate;
  const auto first = StartServer(gate, {"127.0.0.1:0"});
  EXPECT_EQ(Server::Start({}, {}, TestRouter(gate), testing::NullLog()).error().message,
            "no address to listen on");
  const std::string address = first->BoundAddresses().front();
  EXPECT_EQ(OpenListeners(ParseListenAddress(address).value()).error().message,
            "cannot listen on " + address + ": Address already in use (EADDRINUSE)");
}

TEST(Server, AnswersOthersWhileAHandlerBlocks) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  HttpClient blocked(server->BoundAddresses().front());
  blocked.SendRequest("GET", "/blocked");
  ASSERT_TRUE(gate.WaitForArrivals(1));
  HttpClient other(server->BoundAddresses().front());
  EXPECT_EQ(other.Get("/-/healthy").status, 200);
  EXPECT_EQ(other.Get("/metrics").status, 200);
  gate.Open();
  EXPECT_EQ(blocked.Read().body, BigBody());
}

TEST(Server, RefusesRequestsAboveTheLimit) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"}, WithMaxRequests(2));
  HttpClient first(server->BoundAddresses().front());
  HttpClient second(server->BoundAddresses().front());
  first.SendRequest("GET", "/blocked");
  second.SendRequest("GET", "/blocked");
  ASSERT_TRUE(gate.WaitForArrivals(2));
  HttpClient third(server->BoundAddresses().front());
  const Reply refused = third.Get("/metrics");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("retry-after"), "1");
  EXPECT_EQ(refused.Header("content-type"), "text/plain; charset=utf-8");
  EXPECT_FALSE(refused.body.empty());
  EXPECT_EQ(third.Get("/-/healthy").status, 200);
  gate.Open();
  EXPECT_EQ(first.Read().status, 200);
  EXPECT_EQ(second.Read().status, 200);
  // A connection's next request comes after the end of the one before, and so does its slot.
  EXPECT_EQ(first.Get("/metrics").status, 200);
}

TEST(Server, CutsAnIdleConnectionForANewOneAboveTheLimit) {
  Gate gate;
  const testing::FakeLog log;
  ServerOptions options;
  options.max_connections = 3;
  const auto server = StartServer(gate, {"127.0.0.1:0"}, options, log);
  std::vector<HttpClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server->BoundAddresses().front());
    ASSERT_EQ(clients.back().Get("/metrics").status, 200);
  }
  // They are idle a moment after they have their responses.
  EXPECT_TRUE(IsServedInTheEnd(server->BoundAddresses().front()));
  EXPECT_TRUE(log.WaitForWarning("cut a connection for a new one: 3 are open, which is the limit"));
}

TEST(Server, IsNotLockedOutByIdleConnections) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  std::vector<HttpClient> idle;
  for (int i = 0; i < 600; ++i) {
    idle.emplace_back(server->BoundAddresses().front());
    static_cast<void>(idle.back().Get("/metrics"));
  }
  EXPECT_EQ(HttpClient(server->BoundAddresses().front()).Get("/metrics").status, 200);
}

TEST(Server, ResetsConnectionsAboveTheLimitWhenAllAreBusy) {
  Gate gate;
  const testing::FakeLog log;
  ServerOptions options;
  options.max_connections = 2;
  const auto server = StartServer(gate, {"127.0.0.1:0"}, options, log);
  HttpClient first(server->BoundAddresses().front());
  first.SendRequest("GET", "/blocked");
  HttpClient second(server->BoundAddresses().front());
  second.SendRequest("GET", "/blocked");
  ASSERT_TRUE(gate.WaitForArrivals(2));
  HttpClient refused(server->BoundAddresses().front());
  EXPECT_TRUE(refused.IsClosedByServer());
  EXPECT_TRUE(log.WaitForWarning("refused a connection: 2 are open, which is the limit"));
  gate.Open();
  EXPECT_EQ(first.Read().status, 200);
  EXPECT_EQ(second.Read().status, 200);
}

/// Heads that never end: 512 of them must not keep a scrape out, nor cost a client its connection
/// that has had answers before.
TEST(Server, IsNotLockedOutByConnectionsThatShowNoRequest) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  HttpClient kept(server->BoundAddresses().front());
  EXPECT_EQ(kept.Get("/metrics").status, 200);
  std::vector<HttpClient> silent;
  for (int i = 0; i < 600; ++i) {
    silent.emplace_back(server->BoundAddresses().front());
  }
  EXPECT_EQ(HttpClient(server->BoundAddresses().front()).Get("/metrics").status, 200);
  EXPECT_EQ(kept.Get("/metrics").status, 200);
}

TEST(Server, TurnsAnExceptionInto500AndGoesOn) {
  Gate gate;
  const testing::FakeLog log;
  const auto server = StartServer(gate, {"127.0.0.1:0"}, {}, log);
  HttpClient client(server->BoundAddresses().front());
  EXPECT_EQ(client.Get("/throw").status, 500);
  EXPECT_TRUE(log.HasWarning("broken on purpose"));
  EXPECT_EQ(client.Get("/metrics").status, 200);
}

TEST(Server, SurvivesClientsThatLeaveBeforeTheirResponse) {
  const TemporaryDirectory directory;
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0", "unix:" + directory.Path("s")});
  std::vector<HttpClient> leaving;
  for (const std::string& address : server->BoundAddresses()) {
    leaving.emplace_back(address);
    leaving.back().SendRequest("GET", "/blocked");
  }
  ASSERT_TRUE(gate.WaitForArrivals(2));
  leaving.clear();
  gate.Open();
  // A write to such a client raises SIGPIPE unless it is suppressed; Stop() waits for the writes.
  EXPECT_TRUE(server->Stop());
}

TEST(Server, ClosesConnectionsThatStayIdle) {
  Gate gate;
  ServerOptions options;
  options.idle_timeout = std::chrono::milliseconds(50);
  const auto server = StartServer(gate, {"127.0.0.1:0"}, options);
  HttpClient client(server->BoundAddresses().front());
  EXPECT_EQ(client.Get("/metrics").status, 200);
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(Server, IsNotHeldUpByTricklingClients) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  std::vector<HttpClient> tricklers;
  for (int i = 0; i < 200; ++i) {
    tricklers.emplace_back(server->BoundAddresses().front());
    tricklers.back().Send("GET /metrics HTTP/1.1\r\nHo");
  }
  for (int i = 0; i < 5; ++i) {
    HttpClient client(server->BoundAddresses().front());
    EXPECT_EQ(client.Get("/metrics").status, 200);
    for (HttpClient& trickler : tricklers) trickler.Send("s");
  }
  tricklers.back().Send("t: x\r\nHost: test\r\n\r\n");
  EXPECT_EQ(tricklers.back().Read().status, 200);
}

TEST(Server, AnswersHealthChecksBesideAsManyScrapesAsItServes) {
  constexpr int kScrapes = 40;
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  std::vector<HttpClient> scrapes;
  for (int i = 0; i < kScrapes; ++i) {
    scrapes.emplace_back(server->BoundAddresses().front());
    scrapes.back().SendRequest("GET", "/blocked");
  }
  ASSERT_TRUE(gate.WaitForArrivals(kScrapes));
  std::vector<HttpClient> tricklers;
  for (int i = 0; i < 200; ++i) {
    tricklers.emplace_back(server->BoundAddresses().front());
    tricklers.back().Send("GET /-/healthy HT");
  }
  HttpClient client(server->BoundAddresses().front());
  EXPECT_EQ(client.Get("/-/healthy").status, 200);
  EXPECT_EQ(client.Get("/metrics").status, 503);
  gate.Open();
  for (HttpClient& scrape : scrapes) EXPECT_EQ(scrape.Read().status, 200);
}

/// Takes every file descriptor that the process may still open.
class AllDescriptors {
 public:
  AllDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 256;
    setrlimit(RLIMIT_NOFILE, &low);
    int fd = 0;
    while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) taken_.emplace_back(fd);
  }
  AllDescriptors(const AllDescriptors&) = delete;
  AllDescriptors& operator=(const AllDescriptors&) = delete;
  ~AllDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  void GiveBackOne() { taken_.pop_back(); }

 private:
  rlimit before_{};
  std::vector<UniqueFd> taken_;
};

TEST(Server, GoesOnAfterFileDescriptorsRanOut) {
  Gate gate;
  const testing::FakeLog log;
  const auto server = StartServer(gate, {"127.0.0.1:0"}, {}, log);
  const std::string address = server->BoundAddresses().front();
  AllDescriptors all;
  all.GiveBackOne();
  HttpClient client(address);  // Takes the last one, so that none is left to accept it with.
  client.SendRequest("GET", "/metrics");
  ASSERT_TRUE(log.WaitForWarning("cannot accept a connection on " + address +
                                 ": Too many open files (EMFILE)"));
  all.GiveBackOne();
  EXPECT_EQ(client.Read().status, 200);
}

}  // namespace
}  // namespace sockdiag::http
