#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <future>

#include "http/server.h"
#include "tests/http/support/http_client.h"
#include "tests/http/support/test_server.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Far longer than Stop() may take when nothing is to wait for, far shorter than this grace.
constexpr seconds kLongGrace{60};
constexpr seconds kQuick{20};

std::future<bool> StopLater(Server& server, milliseconds grace) {
  return std::async(std::launch::async, [&server, grace] { return server.Stop(grace); });
}

TEST(ServerStop, EndsIdleConnectionsAtOnce) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  HttpClient used(server->BoundAddresses().front());
  EXPECT_EQ(used.Get("/metrics").status, 200);
  HttpClient silent(server->BoundAddresses().front());
  HttpClient trickling(server->BoundAddresses().front());
  trickling.Send("GET /metr");
  std::future<bool> stopped = StopLater(*server, kLongGrace);
  ASSERT_EQ(stopped.wait_for(kQuick), std::future_status::ready);
  EXPECT_TRUE(stopped.get());
  EXPECT_TRUE(used.IsClosedByServer());
  EXPECT_TRUE(silent.IsClosedByServer());
  EXPECT_TRUE(trickling.IsClosedByServer());
  EXPECT_FALSE(HttpClient(server->BoundAddresses().front()).IsConnected());
}

TEST(ServerStop, FinishesTheRequestInFlight) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  HttpClient busy(server->BoundAddresses().front());
  busy.SendRequest("GET", "/blocked");
  HttpClient idle(server->BoundAddresses().front());
  EXPECT_EQ(idle.Get("/metrics").status, 200);
  ASSERT_TRUE(gate.WaitForArrivals(1));
  std::future<bool> stopped = StopLater(*server, kLongGrace);
  ASSERT_TRUE(idle.IsClosedByServer());
  gate.Open();
  const Reply reply = busy.Read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, BigBody());
  EXPECT_EQ(reply.Header("connection"), "close");
  EXPECT_TRUE(busy.IsClosedByServer());
  ASSERT_EQ(stopped.wait_for(kQuick), std::future_status::ready);
  EXPECT_TRUE(stopped.get());
}

TEST(ServerStop, CutsAResponseThatNobodyReads) {
  Gate gate;
  Router router;
  const auto huge = std::make_shared<const std::string>(64 << 20, 'x');
  router.Add({.path = "/huge", .handler = [&](const Request&) {
                Response response;
                response.body = huge;
                return response;
              }});
  const testing::NullLog log;
  auto server = Server::Start({}, Listeners({"127.0.0.1:0"}), std::move(router), log).value();
  HttpClient client(server->BoundAddresses().front());
  client.SendRequest("HEAD", "/huge");
  EXPECT_EQ(client.Read(true).status, 200);
  client.SendRequest("GET", "/huge");
  EXPECT_TRUE(server->Stop(milliseconds(50)));
  EXPECT_THROW(static_cast<void>(client.Read()), std::runtime_error);
}

TEST(ServerStop, CutsWhatIsLeftWhileAHandlerHangs) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  HttpClient hanging(server->BoundAddresses().front());
  hanging.SendRequest("GET", "/blocked");
  ASSERT_TRUE(gate.WaitForArrivals(1));
  HttpClient trickling(server->BoundAddresses().front());
  trickling.Send("GET /metr");
  HttpClient uploading(server->BoundAddresses().front());
  uploading.SendRequest("POST", "/-/reload", "Content-Length: 5\r\n");
  std::future<bool> stopped = StopLater(*server, milliseconds(100));
  ASSERT_EQ(stopped.wait_for(kQuick), std::future_status::ready);
  EXPECT_FALSE(stopped.get());
  EXPECT_TRUE(hanging.IsClosedByServer());
  EXPECT_TRUE(trickling.IsClosedByServer());
  EXPECT_TRUE(uploading.IsClosedByServer());
  gate.Open();
}

TEST(ServerStop, SaysThatAHandlerStillRuns) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  HttpClient client(server->BoundAddresses().front());
  client.SendRequest("GET", "/blocked");
  ASSERT_TRUE(gate.WaitForArrivals(1));
  EXPECT_FALSE(server->Stop(milliseconds(0)));
  EXPECT_FALSE(server->Stop(milliseconds(0)));
  gate.Open();
  EXPECT_TRUE(server->Stop(kQuick));
  EXPECT_TRUE(server->Stop(kQuick));
}

TEST(ServerStop, IsPartOfDestruction) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("s");
  Gate gate;
  auto server = StartServer(gate, {"unix:" + path});
  HttpClient client("unix:" + path);
  EXPECT_EQ(client.Get("/metrics").status, 200);
  server.reset();
  EXPECT_TRUE(client.IsClosedByServer());
  struct stat status {};
  EXPECT_NE(lstat(path.c_str(), &status), 0);
}

}  // namespace
}  // namespace sockdiag::http
