#include "app/landing_page.h"

#include "app/report.h"
#include "web/health_paths.h"

namespace sockdiag {
namespace {

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

/// Relative to the page, which a proxy may serve under any path; so also with `./`, without which
/// a colon in the path would end a scheme (RFC 3986, section 4.2).
std::string Link(std::string_view path, std::string_view what) {
  const std::string escaped = EscapeHtml(path);
  return "<li><a href=\"." + escaped + "\">" + escaped + "</a> " + std::string(what) + "</li>\n";
}

}  // namespace

std::string ToLandingPage(const Collection& collection, const BuildInfo& build,
                          std::string_view telemetry_path) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>sockdiag_exporter</title>\n"
      "<style>body{font-family:sans-serif;margin:2em auto;max-width:50em;padding:0 1em}"
      "pre{background:#f4f4f4;padding:1em;overflow-x:auto}.failed{color:#b00020}</style>\n"
      "</head>\n<body>\n<h1>sockdiag_exporter</h1>\n<p>Version ";
  page += EscapeHtml(build.version) + ", revision " + EscapeHtml(build.revision) + "</p>\n<ul>\n";
  page += Link(telemetry_path, "the metrics");
  page += Link(web::kHealthyPath, "whether the process serves");
  page += Link(web::kReadyPath, "whether it has collected");
  page += "</ul>\n<h2>Sockets now</h2>\n";
  const std::string failures = ToFailures(collection);
  if (!failures.empty()) page += "<pre class=\"failed\">" + EscapeHtml(failures) + "</pre>\n";
  page += "<pre>" + EscapeHtml(ToStateTable(collection.samples)) + "</pre>\n";
  return page + "</body>\n</html>\n";
}

}  // namespace sockdiag
