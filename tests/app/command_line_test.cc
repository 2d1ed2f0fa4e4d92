#include "app/command_line.h"

#include <gtest/gtest.h>

#include "collectors/registry.h"

namespace sockdiag {
namespace {

tl::expected<Options, EarlyExit> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "sockdiag_exporter");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

TEST(CommandLine, HasTheContractsDefaults) {
  const auto options = Parse({});
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->config_file);
  EXPECT_FALSE(options->once);
  ASSERT_EQ(options->listen_addresses.size(), 1U);
  EXPECT_EQ(http::ToText(options->listen_addresses[0]), ":10204");
  EXPECT_TRUE(options->listens_by_default);
  EXPECT_EQ(options->telemetry_path, "/metrics");
  EXPECT_EQ(options->max_requests, 40U);
}

TEST(CommandLine, TakesEveryFlag) {
  const auto options =
      Parse({"--config.file=/a b", "--config.check", "--once=json", "--web.listen-address=[::1]:1",
             "--web.listen-address", "unix:/x", "--web.telemetry-path=/m", "--web.max-requests=7",
             "--log.level=debug", "--log.format=json"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->config_file, "/a b");
  EXPECT_TRUE(options->config_check);
  EXPECT_EQ(options->once, OnceFormat::kJson);
  EXPECT_EQ(options->listen_addresses.size(), 2U);
  EXPECT_FALSE(options->listens_by_default);
  EXPECT_EQ(options->telemetry_path, "/m");
  EXPECT_EQ(options->max_requests, 7U);
  EXPECT_EQ(options->log_level, LogLevel::kDebug);
  EXPECT_EQ(options->log_format, LogFormat::kJson);
}

TEST(CommandLine, OnceAloneMeansMetrics) {
  EXPECT_EQ(Parse({"--once"})->once, OnceFormat::kMetrics);
  EXPECT_EQ(Parse({"--once", "--log.level=warn"})->once, OnceFormat::kMetrics);
  EXPECT_EQ(Parse({"--once", "table"})->once, OnceFormat::kTable);
}

TEST(CommandLine, SaysWhatIsWrongInOneLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"--once=xml", "--once: \"xml\" is not one of metrics|table|json"},
      {"--log.level=loud", "--log.level: \"loud\" is not one of debug|info|warn|error"},
      {"--web.max-requests=0", "--web.max-requests: \"0\" is not in 1..10000"},
      {"--web.max-requests=1x", "--web.max-requests: \"1x\" is not in 1..10000"},
      {"--web.telemetry-path=m", "--web.telemetry-path: \"m\" does not begin with /"},
      {"--web.telemetry-path=/", "--web.telemetry-path: \"/\" is taken by another page"},
      {"--web.telemetry-path=/-/ready",
       "--web.telemetry-path: \"/-/ready\" is taken by another page"},
      {"--web.telemetry-path=/a b",
       "--web.telemetry-path: \"/a b\" holds a character that is not plain in a path"},
      {"--log.level=", "--log.level: no value given"},
      {"--nonsense", "The following argument was not expected: --nonsense"},
      {"word", "The following argument was not expected: word"}};
  for (const auto& [argument, message] : cases) {
    const auto options = Parse({argument});
    ASSERT_FALSE(options) << argument;
    EXPECT_EQ(options.error().status, 2);
    EXPECT_EQ(options.error().text,
              "sockdiag_exporter: " + std::string(message) + "; see --help\n");
  }
}

TEST(CommandLine, TurnsEveryCollectorOnAndOff) {
  for (const CollectorEntry& entry : AllCollectors()) {
    const std::string name(entry.name);
    for (const bool is_on : {true, false}) {
      const auto options = Parse({((is_on ? "--collector." : "--no-collector.") + name).c_str()});
      ASSERT_TRUE(options) << options.error().text;
      CollectorSwitches expected;
      expected.Set(name, is_on);
      EXPECT_EQ(options->collectors, expected) << name;
    }
  }
}

TEST(CommandLine, LeavesOtherCollectorsToTheConfiguration) {
  const auto options =
      Parse({"--no-collector.udp", "--collector.interfaces", "--no-collector.udp"});
  ASSERT_TRUE(options) << options.error().text;
  CollectorSwitches switches;
  switches.Set("tcp", false);
  switches.Set("udp", true);
  switches.SetAll(options->collectors);
  EXPECT_FALSE(switches.IsEnabled("tcp"));
  EXPECT_FALSE(switches.IsEnabled("udp"));
  EXPECT_TRUE(switches.IsEnabled("interfaces"));
}

TEST(CommandLine, RefusesACollectorBothOnAndOff) {
  const auto options = Parse({"--no-collector.udp", "--collector.udp"});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().status, 2);
  EXPECT_EQ(options.error().text,
            "sockdiag_exporter: --collector.udp: not together with --no-collector.udp; "
            "see --help\n");
}

TEST(CommandLine, KnowsTheCollectorThatAMisspelledFlagMeans) {
  const std::pair<const char*, const char*> cases[] = {
      {"--no-collector.upd",
       "--no-collector.upd: unknown collector (did you mean udp?); known: tcp,"},
      {"--collector.interface=1",
       "--collector.interface: unknown collector (did you mean "
       "interfaces?); known: tcp,"},
      {"--collector.cpu", "--collector.cpu: unknown collector; known: tcp, udp, "},
      {"--collector.", "--collector.: unknown collector; known: tcp, udp, "},
      {"--collector.tcp=false", "--collector.tcp: takes no value, not \"false\""}};
  for (const auto& [argument, message] : cases) {
    const auto options = Parse({argument});
    ASSERT_FALSE(options) << argument;
    EXPECT_EQ(options.error().status, 2);
    EXPECT_TRUE(options.error().text.starts_with("sockdiag_exporter: " + std::string(message)))
        << options.error().text;
  }
}

TEST(CommandLine, HelpHasOnePairOfFlagsForAllCollectors) {
  const std::string help = Parse({"--help"}).error().text;
  EXPECT_NE(help.find("--collector.NAME, --no-collector.NAME"), std::string::npos) << help;
  EXPECT_EQ(help.find("--collector.tcp"), std::string::npos) << help;
  for (const CollectorEntry& entry : AllCollectors()) {
    EXPECT_NE(help.find(entry.name), std::string::npos) << entry.name;
  }
}

TEST(CommandLine, HealthcheckNeedsAListenAddressAndDoesNothingElse) {
  const auto options = Parse({"--healthcheck", "--web.listen-address=:1", "--config.file=x"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_TRUE(options->healthcheck);
  EXPECT_EQ(http::ToText(options->listen_addresses.front()), ":1");
  for (const char* other : {"--once", "--config.check", "--web.systemd-socket"}) {
    const auto refused = Parse({other, "--healthcheck"});
    ASSERT_FALSE(refused) << other;
    EXPECT_EQ(refused.error().status, 2);
    EXPECT_NE(refused.error().text.find("--healthcheck"), std::string::npos);
    EXPECT_NE(refused.error().text.find(other), std::string::npos);
  }
}

TEST(CommandLine, NamesTheListenAddressThatIsWrong) {
  const auto options = Parse({"--web.listen-address=:1", "--web.listen-address=x"});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().status, 2);
  EXPECT_NE(options.error().text.find("--web.listen-address: \"x\""), std::string::npos);
}

TEST(CommandLine, HelpHasNothingButFlagsAndWhatTheyMean) {
  const std::string help = Parse({"--help"}).error().text;
  for (const char* noise : {"Excludes", "Needs", "REQUIRED", "TEXT", "FLAG", "...", " x "}) {
    EXPECT_EQ(help.find(noise), std::string::npos) << noise;
  }
}

TEST(CommandLine, HelpAndVersionEndWithZero) {
  for (const char* flag : {"--help", "--version"}) {
    const auto options = Parse({flag});
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().status, 0);
    EXPECT_NE(options.error().text.find("sockdiag_exporter"), std::string::npos);
  }
}

}  // namespace
}  // namespace sockdiag
