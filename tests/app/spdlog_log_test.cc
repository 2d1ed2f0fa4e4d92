#include "app/spdlog_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

namespace sockdiag {
namespace {

std::string WithoutTime(const std::string& line) {
  return std::regex_replace(line, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"), "T");
}

TEST(Log, WritesLogfmtAndQuotesWhereNeeded) {
  std::ostringstream out;
  const SpdlogLog log(LogLevel::kInfo, LogFormat::kLogfmt, out);
  log.Info("listening", {{"address", "[::]:10204"}, {"empty", ""}});
  log.Warn("two words", {{"error", "a \"b\"=\n\x1b[31m\xff"}});
  EXPECT_EQ(WithoutTime(out.str()),
            "ts=T level=info msg=listening address=[::]:10204 empty=\"\"\n"
            "ts=T level=warn msg=\"two words\" error=\"a \\\"b\\\"=\\n\\u001b[31m\xef\xbf\xbd\"\n");
}

TEST(Log, WritesOneJsonObjectALine) {
  std::ostringstream out;
  const SpdlogLog log(LogLevel::kDebug, LogFormat::kJson, out);
  log.Error("it broke", {{"why", "x\ny %v {}"}});
  const auto line = nlohmann::json::parse(out.str());
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["msg"], "it broke");
  EXPECT_EQ(line["why"], "x\ny %v {}");
  EXPECT_TRUE(line.contains("ts"));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  std::ostringstream out;
  const SpdlogLog log(LogLevel::kWarn, LogFormat::kLogfmt, out);
  log.Debug("a");
  log.Info("b");
  EXPECT_EQ(out.str(), "");
  log.Error("c");
  EXPECT_EQ(WithoutTime(out.str()), "ts=T level=error msg=c\n");
}

}  // namespace
}  // namespace sockdiag
