#include "web/request_filter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/web/authorization.h"

namespace sockdiag::web {
namespace {

using std::chrono::seconds;

bool IsRight(const std::string& password, const std::string&) { return password == "right"; }

WebConfig Protected() {
  WebConfig settings;
  settings.basic_auth_users = {{"alice", BcryptDummyHash(4)}};
  return settings;
}

/// 0: the request may go on.
unsigned StatusOf(RequestFilter& access, std::vector<http::HeaderView> headers = {},
                  std::string_view path = "/metrics") {
  const auto response =
      access.Refuse({.method = "GET", .path = path, .headers = std::move(headers)});
  return response ? response->status : 0;
}

class RequestFilterTest : public ::testing::Test {
 protected:
  sockdiag::testing::FakeClock clock_;
  const std::string right_ = Authorization("alice", "right");
  const std::string wrong_ = Authorization("alice", "wrong");
};

TEST_F(RequestFilterTest, LetsEverythingPassByDefault) {
  RequestFilter access({}, clock_);
  EXPECT_EQ(StatusOf(access), 0U);
  EXPECT_EQ(StatusOf(access, {{"Authorization", "x"}, {"Authorization", "y"}}), 0U);
}

TEST_F(RequestFilterTest, AsksForAPassword) {
  RequestFilter access(Protected(), clock_, IsRight);
  const auto response = access.Refuse({.method = "GET", .path = "/", .headers = {}});
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 401U);
  EXPECT_EQ(*response->body, "Unauthorized\n");
  ASSERT_EQ(response->headers.size(), 1U);
  EXPECT_EQ(response->headers[0].name, "WWW-Authenticate");
  EXPECT_EQ(response->headers[0].value, "Basic");
}

TEST_F(RequestFilterTest, LetsARightPasswordPassOnEveryPath) {
  RequestFilter access(Protected(), clock_, IsRight);
  for (const std::string_view path : {"/metrics", "/", "/-/healthy", "/nowhere"}) {
    EXPECT_EQ(StatusOf(access, {{"Host", "h"}, {"authorization", right_}}, path), 0U);
    EXPECT_EQ(StatusOf(access, {{"Authorization", wrong_}}, path), 401U);
    EXPECT_EQ(StatusOf(access, {}, path), 401U);
  }
}

TEST_F(RequestFilterTest, OpensTheHealthPathsAndNoOther) {
  WebConfig settings = Protected();
  settings.rate_limit = {seconds(1), 4};
  RequestFilter access(settings, clock_, IsRight);
  access.OpenHealthPaths(true);
  for (const std::string_view path : {"/-/healthy", "/-/ready", "/-/healthy/"}) {
    EXPECT_EQ(StatusOf(access, {}, path), 0U) << path;
  }
  EXPECT_EQ(StatusOf(access, {{"Authorization", wrong_}}, "/-/ready/"), 0U);
  EXPECT_EQ(StatusOf(access, {}, "/-/healthy"), 429U) << "the rate limit is for all paths";
  for (const std::string_view path : {"/metrics", "/", "/-/", "/-/reload", "/-/healthyx",
                                      "//-/healthy", "/-/healthy//", "/-/healthy/x", ""}) {
    clock_.Advance(seconds(1));
    EXPECT_EQ(StatusOf(access, {}, path), 401U) << path;
  }
  access.OpenHealthPaths(false);
  clock_.Advance(seconds(1));
  EXPECT_EQ(StatusOf(access, {}, "/-/healthy"), 401U);
}

TEST_F(RequestFilterTest, RefusesTwoAuthorizationHeaders) {
  RequestFilter access(Protected(), clock_, IsRight);
  EXPECT_EQ(StatusOf(access, {{"Authorization", right_}, {"Authorization", right_}}), 401U);
  EXPECT_EQ(StatusOf(access, {{"Authorization", right_}, {"AUTHORIZATION", wrong_}}), 401U);
}

TEST_F(RequestFilterTest, LimitsTheRate) {
  WebConfig settings;
  settings.rate_limit = {seconds(1), 2};
  RequestFilter access(settings, clock_);
  EXPECT_EQ(StatusOf(access), 0U);
  EXPECT_EQ(StatusOf(access), 0U);
  const auto response = access.Refuse({.method = "GET", .path = "/-/healthy", .headers = {}});
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 429U);
  EXPECT_EQ(*response->body, "Too Many Requests\n");
  clock_.Advance(seconds(1));
  EXPECT_EQ(StatusOf(access), 0U);
}

TEST_F(RequestFilterTest, CountsRequestsWithoutAPasswordAndChecksNoneAboveTheLimit) {
  WebConfig settings = Protected();
  settings.rate_limit = {seconds(1), 2};
  unsigned computations = 0;
  RequestFilter access(settings, clock_, [&](const std::string& password, const std::string& hash) {
    ++computations;
    return IsRight(password, hash);
  });
  EXPECT_EQ(StatusOf(access), 401U);
  EXPECT_EQ(StatusOf(access, {{"Authorization", wrong_}}), 401U);
  EXPECT_EQ(StatusOf(access, {{"Authorization", right_}}), 429U);
  EXPECT_EQ(computations, 1U);
}

TEST_F(RequestFilterTest, SaysWhenTooManyPasswordsWait) {
  std::mutex held;
  std::unique_lock hold(held);
  RequestFilter access(Protected(), clock_, [&](const std::string&, const std::string&) {
    const std::lock_guard wait(held);
    return false;
  });
  constexpr std::size_t kClients = BasicAuth::kMaxWaiting + 2;
  std::mutex mutex;
  std::condition_variable answered;
  std::vector<http::Response> responses;
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      auto response =
          access.Refuse({.method = "GET", .path = "/", .headers = {{"Authorization", wrong_}}});
      const std::lock_guard lock(mutex);
      if (response) responses.push_back(*std::move(response));
      answered.notify_all();
    });
  }
  {
    // All but one compute or wait, whichever comes last is told at once.
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return !responses.empty(); });
  }
  hold.unlock();
  for (std::thread& client : clients) client.join();
  ASSERT_EQ(responses.size(), kClients);
  EXPECT_EQ(responses[0].status, 503U);
  ASSERT_EQ(responses[0].headers.size(), 1U);
  EXPECT_EQ(responses[0].headers[0].name, "Retry-After");
  for (std::size_t i = 1; i < kClients; ++i) EXPECT_EQ(responses[i].status, 401U);
}

TEST_F(RequestFilterTest, TakesNewSettings) {
  RequestFilter access({}, clock_, IsRight);
  EXPECT_EQ(StatusOf(access), 0U);
  WebConfig settings = Protected();
  settings.rate_limit = {seconds(1), 2};
  access.SetConfig(settings);
  EXPECT_EQ(StatusOf(access), 401U);
  EXPECT_EQ(StatusOf(access, {{"Authorization", right_}}), 0U);
  access.SetConfig(settings);
  EXPECT_EQ(StatusOf(access), 429U) << "the bucket was filled by the same settings";
  access.SetConfig({});
  EXPECT_EQ(StatusOf(access), 0U);
}

}  // namespace
}  // namespace sockdiag::web
