#include "http/client/fetch_status.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "http/access_policy.h"
#include "tests/http/support/test_certificates.h"
#include "tests/http/support/test_server.h"

namespace sockdiag::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGenerous{60'000};
constexpr milliseconds kShort{50};

Result<FetchedStatus> Ask(const ListenAddress& address, bool may_speak_tls,
                          const std::string& path = "/-/healthy",
                          milliseconds timeout = kGenerous) {
  return FetchStatus(address, {.path = path, .may_speak_tls = may_speak_tls, .timeout = timeout});
}

/// The status; 0 when the server broke off with an alert; throws without an answer.
unsigned Status(const std::string& address, bool may_speak_tls,
                const std::string& path = "/-/healthy") {
  return Ask(ParseListenAddress(address).value(), may_speak_tls, path).value().status.value_or(0);
}

/// Says `answer` to the first who comes, whatever is asked, and hangs up.
class OneAnswerServer {
 public:
  explicit OneAnswerServer(std::string answer)
      : listener_(std::move(Listeners({"127.0.0.1:0"}).front())),
        thread_([this, answer = std::move(answer)] { Serve(answer); }) {}
  OneAnswerServer(const OneAnswerServer&) = delete;
  OneAnswerServer& operator=(const OneAnswerServer&) = delete;
  ~OneAnswerServer() { thread_.join(); }
  [[nodiscard]] ListenAddress Address() const {
    return ParseListenAddress(listener_.Address()).value();
  }

 private:
  void Serve(const std::string& answer) const {
    int fd = -1;
    while (fd < 0) fd = accept(listener_.Fd(), nullptr, nullptr);
    const UniqueFd connection(fd);
    std::array<char, 4096> request{};
    // All of it: what is left unread would make the close a reset.
    static_cast<void>(recv(connection.Get(), request.data(), request.size(), 0));
    static_cast<void>(send(connection.Get(), answer.data(), answer.size(), MSG_NOSIGNAL));
  }

  Listener listener_;
  std::thread thread_;
};

TEST(FetchStatus, GivesTheStatusOfAPage) {
  Gate gate;
  const TemporaryDirectory directory;
  const std::string file = "unix:" + directory.Path("socket");
  const auto server = StartServer(gate, {"127.0.0.1:0", file});
  for (const std::string& address : server->BoundAddresses()) {
    for (const bool may_speak_tls : {false, true}) {
      EXPECT_EQ(Status(address, may_speak_tls), 200U) << address;
      EXPECT_EQ(Status(address, may_speak_tls, "/nowhere"), 404U) << address;
    }
  }
}

TEST(FetchStatus, AsksTheLoopbackInterfaceForEveryAddress) {
  Gate gate;
  const auto server = StartServer(gate, {":0", "0.0.0.0:0", "localhost:0"});
  for (const std::string& address : server->BoundAddresses())
    EXPECT_EQ(Status(address, false), 200U);
  const std::string& any = server->BoundAddresses().front();
  EXPECT_EQ(Status(any.substr(any.rfind(':')), false), 200U);
}

TEST(FetchStatus, SaysThatNobodyListens) {
  const TemporaryDirectory directory;
  const auto absent =
      Ask({.kind = ListenAddress::Kind::kUnix, .host = {}, .path = directory.Path("x")}, false);
  EXPECT_EQ(absent.error().message, "cannot connect: No such file or directory (ENOENT)");
  // The port of a listener that is gone by now.
  const ListenAddress address =
      ParseListenAddress(Listeners({"127.0.0.1:0"}).front().Address()).value();
  for (const bool may_speak_tls : {false, true}) {
    EXPECT_EQ(Ask(address, may_speak_tls).error().message,
              "cannot connect: Connection refused (ECONNREFUSED)");
  }
}

TEST(FetchStatus, GivesUpOnAServerThatHangs) {
  const auto listeners = Listeners({"127.0.0.1:0"});
  const ListenAddress address = ParseListenAddress(listeners.front().Address()).value();
  for (const bool may_speak_tls : {false, true}) {
    EXPECT_EQ(Ask(address, may_speak_tls, "/", kShort).error().message, "no answer within 50 ms");
  }
}

TEST(FetchStatus, RefusesWhatIsNoHttp) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "the connection was closed without an answer"},
      {"HTTP/1.1 20", "the connection was closed without an answer"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP"},
      {"HTTP/1.1 OK \r\n\r\n", "the answer is not HTTP"}};
  for (const auto& [answer, message] : cases) {
    const OneAnswerServer server(answer);
    EXPECT_EQ(Ask(server.Address(), false).error().message, message) << answer;
  }
}

/// Whoever connects may ask for everything.
class TlsForAll final : public AccessPolicy {
 public:
  void Use(const TlsSettings& settings) { tls_ = TlsContext::Load(settings).value(); }

  std::shared_ptr<const TlsContext> CurrentTls() override { return tls_.load(); }
  std::optional<Response> Refuse(const Request&) override { return std::nullopt; }
  void AddHeaders(Response&) override {}

 private:
  std::atomic<std::shared_ptr<const TlsContext>> tls_;
};

class FetchStatusOverTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Identity identity = ca_.Issue({});
    settings_.certificate.text = identity.certificate;
    settings_.key.text = identity.key;
    policy_.Use(settings_);
    server_ = StartServer(gate_, {"127.0.0.1:0", "unix:" + directory_.Path("socket")},
                          {.access_policy = &policy_});
  }

  [[nodiscard]] std::vector<std::string> Addresses() const { return server_->BoundAddresses(); }

  const TemporaryDirectory directory_;
  const CertificateAuthority ca_{"ca"};
  TlsSettings settings_;
  TlsForAll policy_;
  Gate gate_;
  std::unique_ptr<Server> server_;
};

TEST_F(FetchStatusOverTlsTest, GivesTheStatusOfAPage) {
  for (const TlsVersion version : {TlsVersion::kTls13, TlsVersion::kTls12}) {
    settings_.max_version = version;
    policy_.Use(settings_);
    for (const std::string& address : Addresses()) {
      EXPECT_EQ(Status(address, true), 200U);
      EXPECT_EQ(Status(address, true, "/nowhere"), 404U);
    }
  }
}

TEST_F(FetchStatusOverTlsTest, TakesAnAlertForAnAnswer) {
  settings_.client_auth = ClientAuth::kRequireAndVerifyClientCert;
  settings_.client_ca.text = ca_.Certificate();
  for (const TlsVersion version : {TlsVersion::kTls13, TlsVersion::kTls12}) {
    settings_.max_version = version;
    policy_.Use(settings_);
    for (const std::string& address : Addresses()) EXPECT_EQ(Status(address, true), 0U);
  }
}

TEST_F(FetchStatusOverTlsTest, IsToldOfTlsWithoutIt) {
  for (const std::string& address : Addresses()) {
    const auto answer = Ask(ParseListenAddress(address).value(), false);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 400U);
  }
}

}  // namespace
}  // namespace sockdiag::http
