#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>

#include "http/server.h"
#include "tests/http/support/test_certificates.h"
#include "tests/http/support/test_server.h"
#include "tests/http/support/tls_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"
#include "web/live_access_policy.h"

namespace sockdiag::web {
namespace {

using http::BigBody;
using http::CertificateAuthority;
using http::ClientAuth;
using http::FirstCertificate;
using http::Gate;
using http::Gunzip;
using http::HttpClient;
using http::Identity;
using http::Listeners;
using http::Reply;
using http::Request;
using http::Response;
using http::Router;
using http::Server;
using http::ServerOptions;
using http::StartServer;
using http::TemporaryDirectory;
using http::TlsClient;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr seconds kLongGrace{60};
constexpr seconds kQuick{20};
constexpr const char* kOnly12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";

class TlsServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.tls.emplace();
    settings_.tls->certificate.file = directory_.Path("tls.crt");
    settings_.tls->key.file = directory_.Path("tls.key");
    settings_.headers = {{"Strict-Transport-Security", "max-age=1"},
                         {"x-content-type-options", "x"}};
    Install(old_);
    access_ = LiveAccessPolicy::Start([this] { return Load(); }, log_, clock_).value();
    StartServerWith({});
  }

  void StartServerWith(ServerOptions options) {
    options.access_policy = access_.get();
    server_ = StartServer(gate_, {"127.0.0.1:0"}, options, log_);
  }

  /// Two looks: one sees that files changed, the other that nobody writes them any more.
  void NoticeChange() {
    clock_.Advance(seconds(1));
    static_cast<void>(access_->Current());
    clock_.Advance(seconds(1));
  }

  Result<LoadedWebConfig> Load() const {
    return LoadedWebConfig{.config = settings_,
                           .files = {settings_.tls->certificate.file, settings_.tls->key.file}};
  }

  void Install(const Identity& identity) const {
    Replace(settings_.tls->certificate.file, identity.certificate);
    Replace(settings_.tls->key.file, identity.key);
  }
  static void Replace(const std::string& path, const std::string& content) {
    std::ofstream(path + ".new") << content;
    std::filesystem::rename(path + ".new", path);
  }

  [[nodiscard]] const std::string& Address() const { return server_->BoundAddresses().front(); }

  const TemporaryDirectory directory_;
  const CertificateAuthority ca_{"ca"};
  const Identity old_ = ca_.Issue({});
  const Identity new_ = ca_.Issue({});
  testing::FakeClock clock_;
  WebConfig settings_;
  Gate gate_;
  testing::FakeLog log_;
  std::unique_ptr<LiveAccessPolicy> access_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsServerTest, AnswersAsWithoutTls) {
  for (const char* priorities : {"NORMAL", kOnly12}) {
    TlsClient client(Address(), {.priorities = priorities});
    const Reply plain = client.Get("/big");
    EXPECT_EQ(plain.status, 200);
    EXPECT_EQ(plain.body, BigBody());
    const Reply packed = client.Get("/big", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(packed.Header("content-encoding"), "gzip");
    EXPECT_EQ(Gunzip(packed.body), BigBody());
    client.SendRequest("HEAD", "/big");
    EXPECT_EQ(client.Read(true).status, 200);
    EXPECT_EQ(client.Get("/nowhere").status, 404);
    client.SendRequest("GET", "/metrics", "Connection: close\r\n");
    EXPECT_EQ(client.Read().status, 200);
    EXPECT_TRUE(client.IsClosedByServer());
  }
}

TEST_F(TlsServerTest, AnswersOnUnixSockets) {
  const std::string address = "unix:" + directory_.Path("s");
  const auto server = StartServer(gate_, {address}, {.access_policy = access_.get()}, log_);
  EXPECT_EQ(TlsClient(address).Get("/big").body, BigBody());
  EXPECT_EQ(TlsClient(address).Get("/metrics").status, 200);
  EXPECT_FALSE(log_.HasWarning("TCP_"));
}

TEST_F(TlsServerTest, SendsTheConfiguredHeadersInPlaceOfItsOwn) {
  TlsClient client(Address());
  for (const char* path : {"/metrics", "/nowhere"}) {
    const Reply reply = client.Get(path);
    EXPECT_EQ(reply.Header("strict-transport-security"), "max-age=1");
    EXPECT_EQ(reply.Header("x-content-type-options"), "x");
  }
}

TEST_F(TlsServerTest, SendsLargeBodies) {
  Router router;
  const auto huge = std::make_shared<const std::string>(std::size_t{64} << 20, 'x');
  router.Add({.path = "/huge", .handler = [&](const Request&) {
                Response response;
                response.body = huge;
                return response;
              }});
  const auto server = Server::Start({.access_policy = access_.get()}, Listeners({"127.0.0.1:0"}),
                                    std::move(router), log_)
                          .value();
  TlsClient client(server->BoundAddresses().front());
  EXPECT_EQ(client.Get("/huge").body, *huge);
  EXPECT_EQ(client.Get("/huge").body, *huge);
  client.SendRequest("GET", "/huge");
  EXPECT_TRUE(server->Stop(std::chrono::milliseconds(50)));
  EXPECT_THROW(static_cast<void>(client.Read()), std::runtime_error);
}

TEST_F(TlsServerTest, TellsAPlainHttpClientThatHereIsTls) {
  const std::string line = "Client sent an HTTP request to an HTTPS server.\n";
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}) {
    HttpClient plain(Address());
    plain.SendRequest(method, "/metrics");
    const std::string answer = plain.ReadAll();
    EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.0 400 Bad Request\r\n")) << method;
    EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n" + line)) << method;
  }
  HttpClient trickling(Address());
  for (const char* piece : {"G", "E", "T /"}) trickling.Send(piece);
  EXPECT_THAT(trickling.ReadAll(), HasSubstr(line));
  EXPECT_TRUE(
      log_.WaitForWarning("refused the client 127.0.0.1: it sent plain HTTP, and here is TLS"));
  EXPECT_EQ(TlsClient(Address()).Get("/metrics").status, 200);
}

TEST_F(TlsServerTest, EndsAClientOfAnotherProtocolWithoutAnAnswer) {
  HttpClient garbage(Address());
  garbage.Send(std::string(1000, '\xff'));
  EXPECT_THAT(garbage.ReadAll(), ::testing::Not(HasSubstr("HTTP")));
  // The server is none the worse, and has nothing to say about it.
  EXPECT_EQ(TlsClient(Address()).Get("/metrics").status, 200);
  EXPECT_FALSE(log_.HasWarning("handshake"));
}

TEST_F(TlsServerTest, LetsASlowHandshakeHoldUpNobody) {
  HttpClient silent(Address());
  HttpClient slow(Address());
  slow.Send("\x16\x03\x01");
  EXPECT_EQ(TlsClient(Address()).Get("/metrics").status, 200);
}

TEST_F(TlsServerTest, TellsARefusedClientWhy) {
  EXPECT_THROW(TlsClient(Address(), {.priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.1"}),
               std::runtime_error);
  settings_.tls->client_auth = ClientAuth::kRequireAndVerifyClientCert;
  settings_.tls->client_ca.text = ca_.Certificate();
  access_->ReloadNow();
  TlsClient stranger(Address(), {.identity = CertificateAuthority("other").Issue({})});
  EXPECT_TRUE(stranger.IsClosedByServer());
  EXPECT_EQ(stranger.Session().Alert(), GNUTLS_A_UNKNOWN_CA);
  EXPECT_TRUE(log_.WaitForWarning("refused the TLS client 127.0.0.1: "));
  EXPECT_TRUE(log_.WaitForWarning("issuer is unknown"));
  EXPECT_EQ(TlsClient(Address(), {.identity = ca_.Issue({})}).Get("/metrics").status, 200);
}

TEST_F(TlsServerTest, RefusesToNegotiateAgain) {
  TlsClient client(Address(), {.priorities = kOnly12});
  EXPECT_EQ(client.Get("/metrics").status, 200);
  EXPECT_LT(client.Session().Handshake(), 0);
}

TEST_F(TlsServerTest, StopsIdleConnectionsAtOnce) {
  TlsClient used(Address());
  EXPECT_EQ(used.Get("/metrics").status, 200);
  TlsClient unused(Address());
  HttpClient without_handshake(Address());
  HttpClient within_handshake(Address());
  within_handshake.Send("\x16\x03\x01");
  auto stopped = std::async(std::launch::async, [&] { return server_->Stop(kLongGrace); });
  ASSERT_EQ(stopped.wait_for(kQuick), std::future_status::ready);
  EXPECT_TRUE(stopped.get());
  EXPECT_TRUE(used.IsClosedByServer());
  EXPECT_TRUE(unused.IsClosedByServer());
  EXPECT_TRUE(without_handshake.IsClosedByServer());
}

TEST_F(TlsServerTest, FinishesTheRequestInFlightWhenStopped) {
  TlsClient busy(Address());
  busy.SendRequest("GET", "/blocked");
  TlsClient idle(Address());
  EXPECT_EQ(idle.Get("/metrics").status, 200);
  ASSERT_TRUE(gate_.WaitForArrivals(1));
  auto stopped = std::async(std::launch::async, [&] { return server_->Stop(kLongGrace); });
  ASSERT_TRUE(idle.IsClosedByServer());
  gate_.Open();
  const Reply reply = busy.Read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, BigBody());
  EXPECT_TRUE(busy.IsClosedByServer());
  ASSERT_EQ(stopped.wait_for(kQuick), std::future_status::ready);
  EXPECT_TRUE(stopped.get());
}

TEST_F(TlsServerTest, UsesARenewedCertificateForNewConnections) {
  TlsClient before(Address());
  Install(new_);
  NoticeChange();
  TlsClient after(Address());
  EXPECT_EQ(before.Session().ServerCertificate(), FirstCertificate(old_.certificate));
  EXPECT_EQ(after.Session().ServerCertificate(), FirstCertificate(new_.certificate));
  EXPECT_EQ(before.Get("/metrics").status, 200);
  EXPECT_EQ(after.Get("/metrics").status, 200);
}

TEST_F(TlsServerTest, KeepsTheCertificateWhileTheNewOneIsBroken) {
  Replace(settings_.tls->certificate.file, new_.certificate);
  NoticeChange();
  TlsClient client(Address());
  EXPECT_EQ(client.Session().ServerCertificate(), FirstCertificate(old_.certificate));
  EXPECT_FALSE(access_->Status().successful);
}

TEST_F(TlsServerTest, FailsNoConnectionWhileTheCertificateIsSwapped) {
  const std::vector<std::string> known{FirstCertificate(old_.certificate),
                                       FirstCertificate(new_.certificate)};
  std::atomic<bool> is_swapping = true;
  const auto connect = [&] {
    int connections = 0;
    do {
      TlsClient client(Address());
      EXPECT_THAT(known, ::testing::Contains(client.Session().ServerCertificate()));
      EXPECT_EQ(client.Get("/metrics").status, 200);
      ++connections;
    } while (is_swapping);
    return connections;
  };
  std::array<std::future<int>, 3> clients;
  for (auto& client : clients) client = std::async(std::launch::async, connect);
  for (int swap = 0; swap < 100; ++swap) {
    // The last one is the new one. In between, the key is not the certificate's.
    const Identity& identity = swap % 2 == 0 ? old_ : new_;
    Replace(settings_.tls->certificate.file, identity.certificate);
    static_cast<void>(access_->ReloadNow());
    Replace(settings_.tls->key.file, identity.key);
    EXPECT_TRUE(access_->ReloadNow());
  }
  is_swapping = false;
  for (auto& client : clients) EXPECT_GE(client.get(), 1);
  EXPECT_EQ(TlsClient(Address()).Session().ServerCertificate(), known[1]);
}

}  // namespace
}  // namespace sockdiag::web
