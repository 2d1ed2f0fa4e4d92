#include "tests/http/support/test_server.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

constexpr std::chrono::seconds kTimeout{10};

Response BigResponse() {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::make_shared<const std::string>(BigBody());
  response.compressible = true;
  return response;
}

}  // namespace

void Gate::Wait() {
  std::unique_lock lock(mutex_);
  ++arrived_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::Open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

bool Gate::WaitForArrivals(int count) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kTimeout, [&] { return arrived_ >= count; })) return true;
  // The test has failed; its server could not end while handlers wait here.
  open_ = true;
  changed_.notify_all();
  return false;
}

const std::string& BigBody() {
  static const std::string body = [] {
    std::string text;
    for (int i = 0; i < 10'000; ++i) {
      text += "sockdiag_port_sockets{port=\"" + std::to_string(i) + "\"} " + std::to_string(i * i) +
              "\n";
    }
    return text;
  }();
  return body;
}

Router TestRouter(Gate& gate) {
  Router router;
  const auto ok = [](const Request&) { return TextResponse(200, "OK\n"); };
  router.Add({.path = "/metrics", .handler = ok, .limited = true});
  router.Add(
      {.path = "/big", .handler = [](const Request&) { return BigResponse(); }, .limited = true});
  router.Add({.path = "/blocked",
              .handler =
                  [&gate](const Request&) {
                    gate.Wait();
                    return BigResponse();
                  },
              .limited = true});
  router.Add({.path = "/-/healthy", .handler = ok});
  router.Add({.path = "/throw", .handler = [](const Request&) -> Response {
                throw std::runtime_error("broken on purpose");
              }});
  router.Add({.path = "/-/reload", .handler = ok, .methods = {"POST", "PUT"}});
  return router;
}

std::vector<Listener> Listeners(const std::vector<std::string>& addresses) {
  std::vector<ListenAddress> parsed;
  for (const std::string& address : addresses)
    parsed.push_back(ParseListenAddress(address).value());
  Result<std::vector<Listener>> listeners = OpenListeners(parsed);
  if (!listeners) throw std::runtime_error(listeners.error().message);
  return std::move(*listeners);
}

std::unique_ptr<Server> StartServer(Gate& gate, const std::vector<std::string>& addresses,
                                    const ServerOptions& options, const Log& log) {
  Result<std::unique_ptr<Server>> server =
      Server::Start(options, Listeners(addresses), TestRouter(gate), log);
  if (!server) throw std::runtime_error(server.error().message);
  return std::move(*server);
}

std::unique_ptr<Server> StartServer(Gate& gate, const std::vector<std::string>& addresses,
                                    const ServerOptions& options) {
  static const sockdiag::testing::NullLog log;
  return StartServer(gate, addresses, options, log);
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = std::filesystem::temp_directory_path() / "sockdiag-http-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sockdiag::http
