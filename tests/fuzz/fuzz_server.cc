#include "tests/fuzz/fuzz_server.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "tests/fuzz/expect.h"
#include "tests/http/support/test_certificates.h"

namespace sockdiag::fuzz {
namespace {

using http::Request;
using http::Response;

/// More than goes into one segment.
Response LargePage() {
  static const auto body = [] {
    std::string text;
    for (int i = 0; i < 3000; ++i) {
      text.append(kPageMark).append("{port=\"" + std::to_string(i) + "\"} 1\n");
    }
    return std::make_shared<const std::string>(std::move(text));
  }();
  Response response;
  response.body = body;
  response.compressible = true;
  return response;
}

template <typename T>
T ValueOf(Result<T> result) {
  Expect(result.has_value());
  return std::move(*result);
}

}  // namespace

web::WebConfig PasswordSettings() {
  web::WebConfig settings;
  settings.basic_auth_users["fuzz"] =
      "$2b$04$abcdefghijklmnopqrstuu/gbQda0wNzQqQxxxVQ4znO/Q9D5f5/W";
  settings.headers = {{"X-Frame-Options", "deny"}};
  return settings;
}

web::WebConfig TlsSettings() {
  const http::Identity identity = http::CertificateAuthority("fuzz").Issue({});
  web::WebConfig settings;
  settings.tls.emplace();
  settings.tls->certificate.text = identity.certificate;
  settings.tls->key.text = identity.key;
  return settings;
}

FuzzServer::FuzzServer(const std::string& address, web::WebConfig settings)
    : access_(ValueOf(web::LiveAccessPolicy::Start(
          [settings = std::move(settings)]() -> Result<web::LoadedWebConfig> {
            return web::LoadedWebConfig{settings, {}};
          },
          log_, clock_))) {
  http::ServerOptions options;
  options.access_policy = access_.get();
  std::vector<http::Listener> listeners =
      ValueOf(http::OpenListeners(ValueOf(http::ParseListenAddress(address))));
  server_ = ValueOf(http::Server::Start(options, std::move(listeners), MakeRouter(), log_));
}

http::Router FuzzServer::MakeRouter() {
  const auto small = [](const Request&) {
    return http::TextResponse(200, std::string(kPageMark) + "\n");
  };
  http::Router router;
  router.Add({.path = "/", .handler = small});
  router.Add({.path = "/-/reload", .handler = small, .methods = {"POST", "PUT"}});
  router.Add(
      {.path = "/metrics", .handler = [](const Request&) { return LargePage(); }, .limited = true});
  router.Add({.path = "/fails", .handler = [this](const Request&) -> Response {
                ++failed_;
                throw std::runtime_error("on purpose");
              }});
  return router;
}

}  // namespace sockdiag::fuzz
