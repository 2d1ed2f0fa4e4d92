#include "app/routes.h"

#include <memory>
#include <utility>

#include "app/landing_page.h"
#include "app/scrape_deadline.h"
#include "web/health_paths.h"

namespace sockdiag {
namespace {

constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

std::shared_ptr<const Collection> Collect(const RouteSources& sources,
                                          const http::Request& request) {
  return sources.scrapes.Get(request.received + ScrapeTime(request));
}

http::Response Metrics(const RouteSources& sources, const http::Request& request) {
  http::Response response;
  response.content_type = kExpositionType;
  response.body = Collect(sources, request)->text;
  response.compressible = true;
  return response;
}

http::Response Landing(const RouteSources& sources, const http::Request& request) {
  http::Response response;
  response.content_type = "text/html; charset=utf-8";
  const std::shared_ptr<const Collection> collection = Collect(sources, request);
  response.body = std::make_shared<const std::string>(
      ToLandingPage(*collection, sources.scrapes.FindWhatIsWrong(*collection), CurrentBuild(),
                    sources.telemetry_path));
  response.compressible = true;
  return response;
}

http::Response Ready(const RouteSources& sources) {
  return sources.scrapes.HasCollected()
             ? http::TextResponse(200, "ready\n")
             : http::TextResponse(503, "not ready: nothing was collected yet\n");
}

/// The result of a reload; nothing when another one was under way.
http::Response ReloadResponse(const std::optional<Result<void>>& outcome) {
  if (!outcome) return http::BusyResponse("another reload is under way, try again later\n");
  const Result<void>& result = *outcome;
  if (result) return http::TextResponse(200, "reloaded\n");
  return http::TextResponse(
      500, "not reloaded, the old configuration stays in force: " + result.error().message + "\n");
}

http::Route ReloadRoute(const RouteSources& sources) {
  http::Route route;
  route.path = "/-/reload";
  if (sources.reload) {
    route.methods = {"POST", "PUT"};
    route.handler = [reload = sources.reload](const http::Request&) {
      return ReloadResponse(reload());
    };
  } else {
    route.methods = {"GET", "HEAD", "POST", "PUT"};
    route.handler = [](const http::Request&) {
      return http::TextResponse(403, "not allowed: start with --web.enable-lifecycle\n");
    };
  }
  return route;
}

}  // namespace

http::Router MakeRoutes(const RouteSources& sources) {
  const auto limited = [](std::string path, http::Handler handler) {
    http::Route route;
    route.path = std::move(path);
    route.handler = std::move(handler);
    route.limited = true;
    return route;
  };
  http::Router router;
  router.Add(limited(sources.telemetry_path, [sources](const http::Request& request) {
    return Metrics(sources, request);
  }));
  router.Add(
      limited("/", [sources](const http::Request& request) { return Landing(sources, request); }));
  router.Add({std::string(web::kHealthyPath),
              [](const http::Request&) { return http::TextResponse(200, "healthy\n"); }});
  router.Add(
      {std::string(web::kReadyPath), [sources](const http::Request&) { return Ready(sources); }});
  router.Add(ReloadRoute(sources));
  return router;
}

}  // namespace sockdiag
