#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "app/scrape.h"
#include "app/spdlog_log.h"
#include "tests/app/fake_pipeline.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_tables.h"

namespace sockdiag::testing {

/// Samples of the text format, one a line.
using Lines = std::vector<std::string>;

/// Without those of the process, which differ from time to time.
[[nodiscard]] inline Lines SamplesOf(const std::string& exposition) {
  std::istringstream text(exposition);
  Lines lines;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with('#') && !line.starts_with("process_")) lines.push_back(line);
  }
  return lines;
}

/// An exporter over tables of its own, all in the calling thread.
class FakeExporter {
 public:
  explicit FakeExporter(const Clock& clock) : clock_(clock), memory_(clock), scrapes_(log_, clock) {
    scrapes_.Use(testing::FakePipeline(ServicesDatabase(), tables, clock_, memory_));
  }

  /// What /metrics serves.
  std::shared_ptr<const std::string> Text() {
    tables.StartOver();
    return scrapes_.Get(std::nullopt)->text;
  }
  /// Of the same, the samples.
  Lines Scrape() { return SamplesOf(*Text()); }

  /// Log lines of this level.
  [[nodiscard]] std::size_t Logged(const std::string& level) const {
    std::istringstream text(out_.str());
    std::size_t count = 0;
    for (std::string line; std::getline(text, line);) {
      if (line.find("level=" + level) != std::string::npos) ++count;
    }
    return count;
  }

  FakeTables tables = MixedTables();

 private:
  const Clock& clock_;
  SocketMemory memory_;
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  ScrapeService scrapes_;
};

/// That two expositions are the same; the failure names the first lines that differ.
inline void ExpectSame(const Lines& actual, const Lines& expected) {
  const auto [a, b] = std::mismatch(actual.begin(), actual.end(), expected.begin(), expected.end());
  if (a == actual.end() && b == expected.end()) return;
  ADD_FAILURE() << (a == actual.end() ? "the end" : *a) << "\n  instead of\n"
                << (b == expected.end() ? "the end" : *b);
}

/// Whether the line is a figure of this protocol's sockets.
[[nodiscard]] inline bool IsFigureOf(Protocol protocol, const std::string& line) {
  if (line.starts_with("sockdiag_dump_errors_total")) return false;
  if (line.find("protocol=\"") != std::string::npos) {
    return line.find("protocol=\"" + std::string(Name(protocol)) + "\"") != std::string::npos;
  }
  if (line.starts_with("sockdiag_udp_")) return protocol == Protocol::kUdp;
  const std::string tcp_only[] = {"sockdiag_listen_queue_",  "sockdiag_listen_drops_",
                                  "sockdiag_ephemeral_port", "sockdiag_untracked_sockets",
                                  "sockdiag_service_",       "sockdiag_port_"};
  return protocol == Protocol::kTcp &&
         std::any_of(std::begin(tcp_only), std::end(tcp_only),
                     [&](const std::string& name) { return line.starts_with(name); });
}

/// What is left of the lines when the collector of the protocol has failed.
[[nodiscard]] inline Lines Without(Protocol protocol, Lines lines) {
  const std::string success =
      "sockdiag_collector_success{collector=\"" + std::string(Name(protocol)) + "\"} ";
  std::erase_if(lines, [&](const std::string& line) { return IsFigureOf(protocol, line); });
  const auto line = std::find(lines.begin(), lines.end(), success + "1");
  EXPECT_NE(line, lines.end());
  if (line != lines.end()) *line = success + "0";
  return lines;
}

}  // namespace sockdiag::testing
