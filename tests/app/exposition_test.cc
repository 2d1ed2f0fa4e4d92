// What is shown of a collection, in each form.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "app/all_metrics.h"
#include "app/landing_page.h"
#include "app/report.h"
#include "metrics/text.h"
#include "tests/app/sample_collection.h"
#include "tests/support/golden.h"

namespace sockdiag {
namespace {

using testing::ExpectGolden;
using testing::kSampleBuild;
using testing::SampleCollection;

/// One of each urgency.
WhatIsWrong SampleFindings() {
  WhatIsWrong wrong;
  wrong.is_collected = true;
  wrong.is_known = true;
  wrong.findings = {{.urgency = Finding::Urgency::kUrgent,
                     .cause = "full",
                     .title = "Accept queue of web, port 8080",
                     .figure = "129",
                     .beside = "of 128",
                     .text = "The program does not accept, and new connections are dropped.",
                     .query = "port=8080 accepted=no by=remote",
                     .runbook = "SockdiagAcceptQueueSaturated"},
                    {.urgency = Finding::Urgency::kLookAt,
                     .cause = "lossy",
                     .title = "Retransmits towards kafka",
                     .figure = "12",
                     .beside = "stalled",
                     .text = "What was sent is not acknowledged and sent again.",
                     .query = "service=kafka retransmitting=yes by=remote order=retransmits",
                     .runbook = "SockdiagPeersRetransmitting"}};
  return wrong;
}

TEST(Exposition, MatchesTheGoldenText) {
  ExpectGolden("metrics.txt", ToText(SampleCollection()->samples));
}

TEST(Report, MatchesTheGoldenTable) { ExpectGolden("table.txt", ToReport(*SampleCollection())); }

TEST(Report, NamesFailedCollectors) {
  Collection collection;
  collection.collectors = {{"tcp", 0, "no luck"}};
  EXPECT_EQ(ToReport(collection), "collector tcp failed, and its figures are missing: no luck\n");
}

TEST(LandingPage, MatchesTheGoldenPage) {
  ExpectGolden("landing.html",
               ToLandingPage(*SampleCollection(), SampleFindings(), kSampleBuild, "/metrics"));
}

TEST(LandingPage, EscapesWhatItShows) {
  Collection collection;
  collection.collectors = {{"tcp", 0, "\"<b>\""}};
  WhatIsWrong wrong;
  Finding& finding = wrong.findings.emplace_back();
  finding.title = "<i>title";
  finding.text = "a \"text\"";
  const std::string page = ToLandingPage(collection, wrong, {"<1&2>", "abc", "GNU"}, "/a&b");
  EXPECT_NE(page.find("&lt;i&gt;title"), std::string::npos);
  EXPECT_NE(page.find("a &quot;text&quot;"), std::string::npos);
  EXPECT_NE(page.find("Version &lt;1&amp;2&gt;"), std::string::npos);
  EXPECT_NE(page.find("its figures are missing: &quot;&lt;b&gt;&quot;"), std::string::npos);
  EXPECT_NE(page.find("<a href=\"./a&amp;b\">"), std::string::npos);
}

TEST(Exposition, NoSeriesAppearsTwice) {
  std::istringstream text(ToText(SampleCollection()->samples));
  std::set<std::string> seen;
  for (std::string line; std::getline(text, line);) {
    const std::string series = line.starts_with('#') ? line : line.substr(0, line.rfind(' '));
    EXPECT_TRUE(seen.insert(series).second) << series;
  }
}

TEST(Exposition, HasEveryMetricInTheListsOrderAndWithItsLabels) {
  const auto collection = SampleCollection();
  const auto& families = collection->samples.families();
  const std::vector<const Metric*> all = AllMetrics();
  ASSERT_EQ(families.size(), all.size()) << "the sample lacks a metric";
  for (std::size_t i = 0; i < families.size(); ++i) {
    const Metric& metric = *all[i];
    EXPECT_EQ(families[i].name, metric.name);
    std::vector<std::string> labels;
    for (const std::string_view label : metric.labels) {
      if (!label.empty()) labels.emplace_back(label);
    }
    for (const auto& sample : families[i].metric) {
      std::vector<std::string> found;
      for (const auto& label : sample.label) found.push_back(label.name);
      EXPECT_EQ(found, labels) << metric.name;
    }
  }
}

TEST(AllMetrics, HelpNeedsNoEscaping) {
  for (const Metric* metric : AllMetrics()) {
    EXPECT_EQ(metric->help.find_first_of("\\\n"), std::string_view::npos) << metric->name;
    EXPECT_FALSE(metric->help.empty()) << metric->name;
  }
}

std::string Trim(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" `");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" `") - first + 1);
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(Trim(part));
  return parts;
}

/// From name to "type: label, label" of each row `| name[, name] | type | labels | ... |`.
std::map<std::string, std::string> ReadmeMetrics() {
  std::ifstream readme(SOCKDIAG_SOURCE_DIR "/README.md");
  std::map<std::string, std::string> metrics;
  for (std::string line; std::getline(readme, line);) {
    const std::vector<std::string> cells = Split(line, '|');
    if (cells.size() < 5) continue;
    for (const std::string& name : Split(cells[1], ',')) {
      if (name.starts_with("sockdiag_") || name.starts_with("process_")) {
        metrics[name] = cells[2] + ": " + cells[3];
      }
    }
  }
  return metrics;
}

TEST(AllMetrics, AreTheReadmesTable) {
  std::map<std::string, std::string> table;
  for (const Metric* metric : AllMetrics()) {
    std::string labels;
    for (const std::string_view label : metric->labels) {
      if (!label.empty()) labels += (labels.empty() ? "" : ", ") + std::string(label);
    }
    const bool counter = metric->type == kCounter;
    table[std::string(metric->name)] = (counter ? "counter: " : "gauge: ") + labels;
  }
  EXPECT_EQ(ReadmeMetrics(), table);
}

}  // namespace
}  // namespace sockdiag
