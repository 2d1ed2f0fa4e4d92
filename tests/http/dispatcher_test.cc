#include "http/dispatcher.h"

#include <gtest/gtest.h>

#include <future>

#include "base/clock.h"
#include "tests/http/support/http_client.h"
#include "tests/http/support/test_server.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

std::string HeaderOf(const Response& response, const std::string& name) {
  for (const HeaderField& field : response.headers) {
    if (field.name == name) return field.value;
  }
  return "";
}

class DispatcherTest : public ::testing::Test {
 protected:
  Response Dispatch(const Request& request) { return dispatcher_.Dispatch(request); }

  Gate gate_;
  const SystemClock clock_{};
  testing::FakeLog log_;
  LimitedLog limited_log_{log_, clock_};
  Dispatcher dispatcher_{TestRouter(gate_), nullptr, 2, limited_log_};
};

TEST_F(DispatcherTest, MatchesWholePathsOnly) {
  EXPECT_EQ(Dispatch({.method = "GET", .path = "/metrics", .headers = {}}).status, 200U);
  for (const char* path : {"/", "//", "", "*", "/metrics//", "/metrics/foo", "/metric", "//metrics",
                           "/Metrics", "/-/healthy//"}) {
    EXPECT_EQ(Dispatch({.method = "GET", .path = path, .headers = {}}).status, 404U) << path;
  }
}

TEST_F(DispatcherTest, ASlashAtTheEndMakesNoOtherPath) {
  for (const char* path : {"/metrics/", "/-/healthy/"}) {
    EXPECT_EQ(Dispatch({.method = "GET", .path = path, .headers = {}}).status, 200U) << path;
    EXPECT_EQ(Dispatch({.method = "POST", .path = path, .headers = {}}).status, 405U) << path;
  }
}

TEST(IsSamePath, LeavesTheRootAlone) {
  EXPECT_TRUE(IsSamePath("/", "/"));
  EXPECT_TRUE(IsSamePath("/a/", "/a"));
  EXPECT_TRUE(IsSamePath("/a", "/a/"));
  EXPECT_FALSE(IsSamePath("/", "//"));
  EXPECT_FALSE(IsSamePath("/", "/a"));
}

TEST_F(DispatcherTest, SaysWhichMethodsAreAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "G@T", ""}) {
    const Response response = Dispatch({.method = method, .path = "/metrics", .headers = {}});
    EXPECT_EQ(response.status, 405U) << method;
    EXPECT_EQ(HeaderOf(response, "Allow"), "GET, HEAD");
  }
}

TEST_F(DispatcherTest, LetsARouteHaveMethodsOfItsOwn) {
  EXPECT_EQ(Dispatch({.method = "POST", .path = "/-/reload", .headers = {}}).status, 200U);
  const Response response = Dispatch({.method = "GET", .path = "/-/reload", .headers = {}});
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(HeaderOf(response, "Allow"), "POST, PUT");
}

TEST_F(DispatcherTest, LimitsTheHandlersThatRunAtOnce) {
  const Request blocked{.method = "GET", .path = "/blocked", .headers = {}};
  const Request healthy{.method = "GET", .path = "/-/healthy", .headers = {}};
  auto first = std::async(std::launch::async, [&] { return Dispatch(blocked).status; });
  auto second = std::async(std::launch::async, [&] { return Dispatch(blocked).status; });
  ASSERT_TRUE(gate_.WaitForArrivals(2));
  const Response refused = Dispatch(blocked);
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(HeaderOf(refused, "Retry-After"), "1");
  EXPECT_EQ(Dispatch(healthy).status, 200U);
  gate_.Open();
  EXPECT_EQ(first.get(), 200U);
  EXPECT_EQ(second.get(), 200U);
  EXPECT_EQ(Dispatch(blocked).status, 200U);
}

TEST_F(DispatcherTest, HasNoLimitAtZero) {
  Dispatcher unlimited(TestRouter(gate_), nullptr, 0, limited_log_);
  const Request metrics{.method = "GET", .path = "/metrics", .headers = {}};
  EXPECT_EQ(unlimited.Dispatch(metrics).status, 200U);
  EXPECT_EQ(unlimited.Dispatch(metrics).status, 200U);
}

TEST_F(DispatcherTest, TurnsAnExceptionInto500AndReportsIt) {
  EXPECT_EQ(Dispatch({.method = "GET", .path = "/throw", .headers = {}}).status, 500U);
  EXPECT_TRUE(log_.HasWarning("handler of /throw failed: broken on purpose"));
}

TEST_F(DispatcherTest, CompressesWhatIsLargeEnough) {
  const Response packed = Dispatch(
      {.method = "GET", .path = "/big", .headers = {{"accept-ENCODING", "deflate, gzip"}}});
  EXPECT_EQ(HeaderOf(packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(HeaderOf(packed, "Vary"), "Accept-Encoding");
  EXPECT_EQ(Gunzip(*packed.body), BigBody());
}

TEST_F(DispatcherTest, SendsPlainTextToWhoDoesNotAskForGzip) {
  const Response plain = Dispatch({.method = "GET", .path = "/big", .headers = {}});
  EXPECT_EQ(HeaderOf(plain, "Content-Encoding"), "");
  EXPECT_EQ(HeaderOf(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(*plain.body, BigBody());
}

TEST_F(DispatcherTest, ReadsAcceptEncodingFromSeveralLines) {
  const Response refused =
      Dispatch({.method = "GET",
                .path = "/big",
                .headers = {{"Accept-Encoding", "deflate"}, {"Accept-Encoding", "gzip"}}});
  EXPECT_EQ(HeaderOf(refused, "Content-Encoding"), "gzip");
}

TEST_F(DispatcherTest, CompressesASmallBodyOnlyWhenPlainTextIsRefused) {
  Router router;
  router.Add({.path = "/small", .handler = [](const Request&) {
                Response response = TextResponse(200, "small");
                response.compressible = true;
                return response;
              }});
  Dispatcher dispatcher(std::move(router), nullptr, 1, limited_log_);
  const Request either{.method = "GET", .path = "/small", .headers = {{"Accept-Encoding", "gzip"}}};
  EXPECT_EQ(*dispatcher.Dispatch(either).body, "small");
  const Request only{
      .method = "GET", .path = "/small", .headers = {{"Accept-Encoding", "gzip, identity;q=0"}}};
  EXPECT_EQ(Gunzip(*dispatcher.Dispatch(only).body), "small");
}

}  // namespace
}  // namespace sockdiag::http
