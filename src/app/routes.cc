#include "app/routes.h"

#include <memory>

#include "exposition/landing_page.h"

namespace sockdiag {
namespace {

constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

http::Response Metrics(ScrapeService& scrapes) {
  http::Response response;
  response.content_type = kExpositionType;
  response.body = scrapes.Get()->text;
  response.compressible = true;
  return response;
}

http::Response Landing(ScrapeService& scrapes, const std::string& telemetry_path) {
  http::Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body =
      std::make_shared<const std::string>(ToLandingPage(scrapes.Get()->exposition, telemetry_path));
  response.compressible = true;
  return response;
}

}  // namespace

http::Router MakeRoutes(ScrapeService& scrapes, const std::string& telemetry_path) {
  const auto limited = [](std::string path, http::Handler handler) {
    http::Route route;
    route.path = std::move(path);
    route.handler = std::move(handler);
    route.limited = true;
    return route;
  };
  http::Router router;
  router.Add(limited(telemetry_path, [&](const http::Request&) { return Metrics(scrapes); }));
  router.Add(limited("/", [&scrapes, telemetry_path](const http::Request&) {
    return Landing(scrapes, telemetry_path);
  }));
  router.Add(
      {"/-/healthy", [](const http::Request&) { return http::TextResponse(200, "healthy\n"); }});
  router.Add({"/-/ready", [&](const http::Request&) {
                return scrapes.HasCollected()
                           ? http::TextResponse(200, "ready\n")
                           : http::TextResponse(503, "not ready: nothing was collected yet\n");
              }});
  return router;
}

}  // namespace sockdiag
