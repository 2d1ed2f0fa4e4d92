#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "http/server.h"
#include "tests/http/support/http_client.h"
#include "tests/http/support/test_server.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

using std::chrono::milliseconds;

/// Ten seconds of trickling: the connection must end long before.
const std::string kEndless(1000, 'x');

ServerOptions Impatient() {
  ServerOptions options;
  options.head_timeout = milliseconds(500);
  options.body_timeout = milliseconds(500);
  options.send_timeout = milliseconds(500);
  return options;
}

class ServerDeadlineTest : public ::testing::Test {
 protected:
  HttpClient Connect() { return HttpClient(server_->BoundAddresses().front()); }
  HttpClient ConnectUnix() { return HttpClient(server_->BoundAddresses().back()); }

  /// Lets more time pass than any phase may take.
  void OutlastTimeouts() {
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(Connect().IsClosedWhileTrickling(kEndless));
  }

  const TemporaryDirectory directory_;
  Gate gate_;
  std::unique_ptr<Server> server_ =
      StartServer(gate_, {"127.0.0.1:0", "unix:" + directory_.Path("s")}, Impatient());
};

TEST_F(ServerDeadlineTest, CutsAHeadThatTrickles) {
  for (const char* start : {"", "GET /metr", "GET /metrics HTTP/1.1\r\nHost: t\r\nX: "}) {
    for (const std::string& address : server_->BoundAddresses()) {
      HttpClient client(address);
      client.Send(start);
      EXPECT_TRUE(client.IsClosedWhileTrickling(kEndless)) << start;
    }
  }
}

TEST_F(ServerDeadlineTest, CutsASilentConnection) {
  EXPECT_TRUE(Connect().IsClosedByServer());
  EXPECT_TRUE(ConnectUnix().IsClosedByServer());
}

TEST_F(ServerDeadlineTest, CutsAHeadThatTricklesOnAKeptConnection) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Get("/metrics").status, 200);
  EXPECT_TRUE(client.IsClosedWhileTrickling(kEndless));
  HttpClient with_line = ConnectUnix();
  with_line.Send("GET /metrics HTTP/1.1\r\nX: ");
  EXPECT_TRUE(with_line.IsClosedWhileTrickling(kEndless));
}

TEST_F(ServerDeadlineTest, CutsEmptyLinesThatTrickle) {
  EXPECT_TRUE(Connect().IsClosedWhileTrickling(std::string(1000, '\n')));
}

TEST_F(ServerDeadlineTest, CutsABodyThatTrickles) {
  HttpClient client = Connect();
  client.SendRequest("POST", "/-/reload", "Content-Length: 60000\r\n");
  EXPECT_TRUE(client.IsClosedWhileTrickling(kEndless));
  HttpClient chunked = Connect();
  chunked.SendRequest("POST", "/-/reload", "Transfer-Encoding: chunked\r\n");
  chunked.Send("0\r\nX: ");
  EXPECT_TRUE(chunked.IsClosedWhileTrickling(kEndless));
}

TEST_F(ServerDeadlineTest, WaitsForItsOwnHandlers) {
  HttpClient client = Connect();
  client.SendRequest("GET", "/blocked");
  ASSERT_TRUE(gate_.WaitForArrivals(1));
  OutlastTimeouts();
  gate_.Open();
  EXPECT_EQ(client.Read().body, BigBody());
  EXPECT_EQ(client.Get("/metrics").status, 200);
}

TEST_F(ServerDeadlineTest, KeepsIdleConnections) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Get("/metrics").status, 200);
  OutlastTimeouts();
  EXPECT_EQ(client.Get("/metrics").status, 200);
}

TEST_F(ServerDeadlineTest, TakesOneRequestFromAConnectionByUnixSocket) {
  HttpClient client = ConnectUnix();
  EXPECT_EQ(client.Get("/metrics").Header("connection"), "close");
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(ServerDeadline, CutsAResponseThatNobodyReads) {
  const TemporaryDirectory directory;
  Router router;
  Response huge;
  huge.body = std::make_shared<const std::string>(64 << 20, 'x');
  router.Add({.path = "/huge", .handler = [&](const Request&) { return huge; }});
  const testing::FakeLog log;
  const auto server =
      Server::Start(Impatient(), Listeners({"127.0.0.1:0", "unix:" + directory.Path("s")}),
                    std::move(router), log)
          .value();
  for (const std::string& address : server->BoundAddresses()) {
    HttpClient client(address);
    client.SendRequest("GET", "/huge");
    EXPECT_TRUE(client.IsCutWithoutReading());
    EXPECT_THROW(static_cast<void>(client.Read()), std::runtime_error);
  }
  EXPECT_TRUE(log.WaitForWarning("cut a connection: a response was not taken in time"));
}

TEST(ServerDeadline, LeavesASmallResponseToWhoNeverReads) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  HttpClient silent(server->BoundAddresses().front());
  silent.SendRequest("GET", "/metrics");
  HttpClient other(server->BoundAddresses().front());
  EXPECT_EQ(other.Get("/metrics").status, 200);
  EXPECT_TRUE(server->Stop());
  EXPECT_EQ(silent.Read().status, 200);
}

}  // namespace
}  // namespace sockdiag::http
