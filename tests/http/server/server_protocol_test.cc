#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "http/server.h"
#include "tests/http/support/http_client.h"
#include "tests/http/support/test_server.h"

namespace sockdiag::http {
namespace {

using testing::AnyOf;
using testing::Key;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class ServerProtocolTest : public ::testing::Test {
 protected:
  HttpClient Connect() { return HttpClient(server_->BoundAddresses().front()); }

  Gate gate_;
  std::unique_ptr<Server> server_ = StartServer(gate_, {"127.0.0.1:0"});
};

TEST_F(ServerProtocolTest, SendsNoHeaderThatIsNotNeeded) {
  HttpClient client = Connect();
  const Reply reply = client.Get("/metrics");
  EXPECT_EQ(reply.status_line, "HTTP/1.1 200 OK");
  EXPECT_EQ(reply.body, "OK\n");
  EXPECT_THAT(reply.headers,
              UnorderedElementsAre(Key("date"), Key("content-type"), Key("content-length"),
                                   Key("x-content-type-options")));
}

TEST_F(ServerProtocolTest, AnswersHeadWithTheHeadersOfGet) {
  HttpClient client = Connect();
  for (const char* headers : {"", "Accept-Encoding: gzip\r\n"}) {
    Reply get = client.Get("/big", headers);
    client.SendRequest("HEAD", "/big", headers);
    Reply head = client.Read(true);
    get.headers.erase("date");
    head.headers.erase("date");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers, get.headers);
    EXPECT_EQ(head.Header("content-length"), std::to_string(get.body.size()));
  }
  // Had HEAD sent a body, it would be taken for the start of this response.
  EXPECT_EQ(client.Get("/metrics").status, 200);
}

TEST_F(ServerProtocolTest, SendsNoBodyWithAnErrorToHead) {
  HttpClient client = Connect();
  for (const auto& [target, status] : {std::pair("/nothing", 404), {"/-/reload", 405}}) {
    client.SendRequest("HEAD", target);
    const Reply reply = client.Read(true);
    EXPECT_EQ(reply.status, status);
    EXPECT_NE(reply.Header("content-length"), "0");
    EXPECT_EQ(client.Get("/metrics").status, 200);
  }
}

TEST_F(ServerProtocolTest, AnswersOtherMethodsWith405) {
  HttpClient client = Connect();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "G@T", "get"}) {
    client.SendRequest(method, "/metrics");
    const Reply reply = client.Read();
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.Header("allow"), "GET, HEAD");
  }
  client.SendRequest("POST", "/-/reload", "Content-Length: 0\r\n");
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(ServerProtocolTest, AnswersOtherPathsWith404) {
  HttpClient client = Connect();
  for (const char* target : {"/", "/metrics//", "/metrics/foo", "/metrics%2ffoo", "/nothing", "*",
                             "/metrics;x", "/../metrics", "metrics"}) {
    EXPECT_EQ(client.Get(target).status, 404) << target;
  }
}

TEST_F(ServerProtocolTest, ComparesDecodedPathsWithoutTheQuery) {
  HttpClient client = Connect();
  for (const char* target : {"/metrics?x=1", "/metrics?", "/metrics?a=%zz&b", "/m%65trics",
                             "/metrics/", "/metrics%2f"}) {
    EXPECT_EQ(client.Get(target).status, 200) << target;
  }
}

TEST_F(ServerProtocolTest, RefusesAnEncodedZero) {
  EXPECT_EQ(Connect().Get("/metrics%00").status, 400);
  EXPECT_EQ(Connect().Get("/metrics%00/foo?x").status, 400);
  EXPECT_EQ(Connect().Get("/metrics?x=%00").status, 200);
}

TEST_F(ServerProtocolTest, ServesManyRequestsOnAConnection) {
  HttpClient client = Connect();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client.Get("/metrics").status, 200);
    EXPECT_EQ(client.Get("/big", "Accept-Encoding: gzip\r\n").Header("content-encoding"), "gzip");
  }
}

TEST_F(ServerProtocolTest, AnswersPipelinedRequestsInOrder) {
  HttpClient client = Connect();
  client.Send(
      "GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: t\r\n\r\n"
      "HEAD /big HTTP/1.1\r\nHost: t\r\n\r\n"
      "GET /big HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.Read().status, 404);
  EXPECT_EQ(client.Read(true).status, 200);
  EXPECT_EQ(client.Read().body, BigBody());
}

TEST_F(ServerProtocolTest, SpeaksHttp10) {
  HttpClient closing = Connect();
  closing.Send("GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closing.Read().body, "OK\n");
  EXPECT_TRUE(closing.IsClosedByServer());
  HttpClient staying = Connect();
  staying.Send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(staying.Read().Header("connection"), "Keep-Alive");
  EXPECT_EQ(staying.Get("/metrics").status, 200);
}

TEST_F(ServerProtocolTest, ClosesWhenAskedTo) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Get("/metrics", "Connection: close\r\n").Header("connection"), "close");
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST_F(ServerProtocolTest, AnswersAClientThatSendsNoMore) {
  HttpClient client = Connect();
  client.SendRequest("GET", "/big");
  client.EndOutput();
  EXPECT_EQ(client.Read().body, BigBody());
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST_F(ServerProtocolTest, DropsASmallBody) {
  HttpClient client = Connect();
  client.SendRequest("GET", "/metrics", "Content-Length: 5\r\n");
  client.Send("hello");
  EXPECT_EQ(client.Read().status, 200);
  client.SendRequest("POST", "/-/reload", "Transfer-Encoding: chunked\r\n");
  client.Send("5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(client.Read().status, 200);
  client.SendRequest("PUT", "/-/reload", "Content-Length: 5\r\nExpect: 100-continue\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("hello");
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.Get("/metrics").status, 200);
}

TEST_F(ServerProtocolTest, RefusesALargeBody) {
  HttpClient announced = Connect();
  announced.SendRequest("GET", "/metrics", "Content-Length: 1000000000\r\n");
  EXPECT_EQ(announced.Read().status, 413);
  EXPECT_TRUE(announced.IsClosedByServer());
  HttpClient chunked = Connect();
  chunked.SendRequest("GET", "/metrics", "Transfer-Encoding: chunked\r\n");
  const std::string chunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";
  EXPECT_THROW(
      {
        while (true) chunked.Send(chunk);
      },
      std::runtime_error);
}

TEST_F(ServerProtocolTest, RefusesRequestsThatAreNotHttp) {
  const struct {
    const char* bytes;
    const char* starts_with;
  } cases[] = {
      {"GET /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
      {"GET /metrics HTTP/2.0\r\n\r\n", "HTTP/1.1 505 "},
      {"GET /metrics\r\n\r\n", "HTTP/1.1 400 "},
      {"GET /metrics FTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
      {"GET /metrics HTTP/1.1\r\nHost: t\r\nno colon\r\n\r\n", "HTTP/1.1 400 "},
      {"GET /met rics HTTP/1.1\r\nHost: t\r\n\r\n", "HTTP/1.1 400 "},
      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", ""},
      {"nonsense\r\n\r\n", ""},
  };
  for (const auto& [bytes, starts_with] : cases) {
    HttpClient client = Connect();
    client.Send(bytes);
    client.EndOutput();
    const std::string reply = client.ReadAll();
    EXPECT_THAT(reply, StartsWith(starts_with)) << bytes;
    EXPECT_EQ(reply.find("HTTP/1.1", 1), reply.npos) << reply;
  }
  EXPECT_EQ(Connect().Get("/metrics").status, 200);
}

TEST_F(ServerProtocolTest, SurvivesArbitraryBytes) {
  std::uint32_t state = 12345;
  for (int i = 0; i < 200; ++i) {
    std::string bytes = i % 2 == 0 ? "GET /metrics HTTP/1.1\r\n" : "";
    for (int length = 0; length < 300; ++length) {
      state = state * 1664525 + 1013904223;
      bytes += static_cast<char>(state >> 24);
    }
    HttpClient client = Connect();
    client.Send(bytes + "\r\n\r\n");
    client.EndOutput();
    EXPECT_THAT(client.ReadAll(), AnyOf("", StartsWith("HTTP/1.1 4"), StartsWith("HTTP/1.1 5")));
  }
  EXPECT_EQ(Connect().Get("/metrics").status, 200);
}

TEST_F(ServerProtocolTest, BoundsTheHeadOfARequest) {
  HttpClient headers = Connect();
  headers.Send("GET /metrics HTTP/1.1\r\nHost: t\r\nX: " + std::string(30'000, 'x'));
  headers.Send(std::string(10'000, 'x'));
  EXPECT_THAT(headers.ReadAll(), StartsWith("HTTP/1.1 431 "));
  HttpClient target = Connect();
  target.Send("GET /" + std::string(40'000, 'x'));
  EXPECT_THAT(target.ReadAll(), StartsWith("HTTP/1.1 414 "));
  EXPECT_EQ(Connect().Get("/metrics", "X: " + std::string(8'000, 'x') + "\r\n").status, 200);
}

}  // namespace
}  // namespace sockdiag::http
