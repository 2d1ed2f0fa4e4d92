#include "app/landing_page.h"

#include <algorithm>
#include <cstddef>

#include "app/findings_text.h"
#include "app/report.h"
#include "web/health_paths.h"

namespace sockdiag {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--bg:#fff;--fg:#16191d;--muted:#5b6570;--line:#d8dde3;--card:#f5f7f9;
--link:#0b57b0;--urgent:#b3161b;--look:#8a5200}
@media(prefers-color-scheme:dark){:root{--bg:#121417;--fg:#e8ebee;--muted:#9aa5b1;--line:#2c3239;
--card:#1a1e23;--link:#7db8ff;--urgent:#ff7b76;--look:#f0b03f}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:0 1rem 2rem;background:var(--bg);color:var(--fg);
font:15px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--link)}h1{font-size:1.15rem;border-bottom:1px solid var(--line);padding:.7rem 0;margin:0}
h2{font-size:1.05rem;margin:1.2rem 0 .5rem}h3{font-size:.95rem;margin:0}p{margin:0}
small{color:var(--muted);font-weight:400}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
ol{list-style:none;margin:0;padding:0;display:grid;gap:.4rem}
ol li{background:var(--card);border:1px solid var(--line);border-left:6px solid var(--side);
border-radius:5px;padding:.5rem .9rem;display:grid;grid-template-columns:9rem 1fr;gap:.2rem 1.2rem}
.urgent{--side:var(--urgent)}.look{--side:var(--look)}
.figure{font-size:1.6rem;font-weight:650;line-height:1.1;overflow-wrap:anywhere}
.figure small{display:block;font-size:.9rem}
h3 b{color:var(--bg);background:var(--side);border-radius:3px;padding:0 .35rem;font-size:.8rem}
h3,.what p{overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:5px;padding:.6rem .9rem;
overflow-x:auto;font:.88rem/1.45 ui-monospace,monospace}
.failed{border-left:6px solid var(--urgent)}
.well{border-left:6px solid var(--line);padding-left:.9rem}
@media(max-width:40rem){ol li{grid-template-columns:1fr}}
)";

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

std::string Item(const Finding& finding) {
  const bool is_urgent = finding.urgency == Finding::Urgency::kUrgent;
  return "<li class=\"" + std::string(is_urgent ? "urgent" : "look") + "\"><p class=\"figure\">" +
         EscapeHtml(finding.figure) + " <small>" + EscapeHtml(finding.beside) +
         "</small></p>\n<div class=\"what\"><h3><b>" + EscapeHtml(finding.cause) + "</b> " +
         EscapeHtml(finding.title) + "</h3><p>" + EscapeHtml(finding.text) +
         " <small>Runbook: " + EscapeHtml(finding.runbook) + "</small></p></div></li>\n";
}

std::string Summary(const WhatIsWrong& wrong) {
  const auto urgent = std::ranges::count(wrong.findings, Finding::Urgency::kUrgent,
                                         [](const Finding& finding) { return finding.urgency; });
  const auto others = static_cast<std::ptrdiff_t>(wrong.findings.size()) - urgent;
  return "<small>" + std::to_string(urgent) + " urgent, " + std::to_string(others) +
         " to look at</small>";
}

std::string FindingsSection(const WhatIsWrong& wrong) {
  std::string section = "<h2>What is wrong ";
  if (!wrong.findings.empty()) section += Summary(wrong);
  section += "</h2>\n";
  const std::string none = NoFindingsText(wrong);
  if (!none.empty()) section += "<p class=\"well\">" + EscapeHtml(none) + "</p>\n";
  if (wrong.findings.empty()) return section;
  section += "<ol>\n";
  for (const Finding& finding : wrong.findings) section += Item(finding);
  return section + "</ol>\n";
}

}  // namespace

std::string ToLandingPage(const Collection& collection, const WhatIsWrong& wrong,
                          const BuildInfo& build, std::string_view telemetry_path) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>sockdiag_exporter</title>\n<style>";
  page += kStyle;
  page += "</style>\n</head>\n<body>\n<h1>sockdiag_exporter</h1>\n";
  page += FindingsSection(wrong);
  page += "<h2>Sockets now</h2>\n";
  const std::string failures = ToFailures(collection);
  if (!failures.empty()) page += "<pre class=\"failed\">" + EscapeHtml(failures) + "</pre>\n";
  const std::string states = ToStateTable(collection.samples);
  if (!states.empty()) page += "<pre>" + EscapeHtml(states) + "</pre>\n";
  page += "<h2>Pages</h2>\n<ul>\n";
  page += Link(telemetry_path, "the metrics");
  page += Link(web::kHealthyPath, "whether the process serves");
  page += Link(web::kReadyPath, "whether it has collected");
  page += "</ul>\n<p><small>Version " + EscapeHtml(build.version) + ", revision " +
          EscapeHtml(build.revision) + "</small></p>\n";
  return page + "</body>\n</html>\n";
}

}  // namespace sockdiag
