#include "app/startup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "app/spdlog_log.h"
#include "config/loader.h"
#include "tests/support/fake_log.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

class ServicesDatabaseFileTest : public ::testing::Test {
 protected:
  ServicesDatabase Load(const std::string& path) {
    Config config;
    config.services_database = path;
    out_.str("");
    return LoadServicesDatabase(config, log_);
  }
  /// That nothing is read from the file, and that one line says why.
  void ExpectWarning(const std::string& path, const std::string& error) {
    EXPECT_TRUE(Load(path).empty());
    const std::string line = out_.str();
    EXPECT_EQ(line.substr(line.find("level=")),
              "level=warn msg=\"no services database: ports that no rule names go by "
              "services_fallback\" error=\"" +
                  path + ": " + error + "\"\n");
  }

  const testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/services";
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
};

TEST_F(ServicesDatabaseFileTest, ReadsAFileOf16MiB) {
  constexpr std::size_t kSize = 16 << 20;
  const std::string last = "\nlast 9/tcp";
  directory_.Write("services", "first 8/tcp #" + std::string(kSize - 13 - last.size(), 'x') + last);
  EXPECT_EQ(Load(path_).size(), 2U);
  EXPECT_EQ(out_.str(), "");
  directory_.Write("services", std::string(kSize + 1, 'x'));
  ExpectWarning(path_, "larger than the limit of 16777216 bytes");
}

TEST_F(ServicesDatabaseFileTest, DoesNotReadOnWithoutEnd) {
  ExpectWarning("/dev/zero", "larger than the limit of 16777216 bytes");
}

TEST_F(ServicesDatabaseFileTest, SaysWhyItCannotBeRead) {
  ExpectWarning(path_, "No such file or directory (ENOENT)");
  directory_.MakeUnreadable("services");
  ExpectWarning(path_, "Is a directory (EISDIR)");
  directory_.Remove("services");
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  ExpectWarning(path_, "a pipe or socket, not a file");
}

TEST_F(ServicesDatabaseFileTest, WhatIsNoServicesFileNamesNothing) {
  for (const auto& [what, text] : testing::BrokenNumberFiles()) {
    directory_.Write("services", text);
    EXPECT_TRUE(Load(path_).empty()) << what;
  }
}

class ConfigFileTest : public ::testing::Test {
 protected:
  const testing::TemporaryDirectory directory_;
  const std::string packaged_ = directory_.path() + "/packaged.yaml";
};

TEST_F(ConfigFileTest, WithoutAFileItIsThePackagedOne) {
  directory_.Write("packaged.yaml", "limits: {ports: 7}\n");
  const auto loaded = LoadConfig(std::nullopt, {}, packaged_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.limits.ports, 7U);
  EXPECT_EQ(loaded->source, packaged_);
}

TEST_F(ConfigFileTest, WithoutAnyItIsTheBuiltInOne) {
  const auto loaded = LoadConfig(std::nullopt, {}, packaged_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config, Config());
  EXPECT_EQ(loaded->source, "built-in defaults, as there is no " + packaged_);
}

TEST_F(ConfigFileTest, ThatVanishedIsAWarningAtAReload) {
  testing::FakeLog log;
  const auto none = LoadConfig(std::nullopt, {}, packaged_);
  ASSERT_TRUE(none) << none.error().message;
  TellReload(*none, /*had_file=*/false, log);
  EXPECT_EQ(log.Messages(LogLevel::kInfo).size(), 1U);
  EXPECT_TRUE(log.Messages(LogLevel::kWarn).empty());
  TellReload(*none, /*had_file=*/true, log);
  EXPECT_TRUE(log.HasWarning("the configuration file has gone"));
  log.Clear();
  directory_.Write("packaged.yaml", "limits: {ports: 7}\n");
  const auto file = LoadConfig(std::nullopt, {}, packaged_);
  ASSERT_TRUE(file) << file.error().message;
  TellReload(*file, /*had_file=*/true, log);
  EXPECT_EQ(log.Messages(LogLevel::kInfo).size(), 1U);
  EXPECT_TRUE(log.Messages(LogLevel::kWarn).empty());
}

TEST_F(ConfigFileTest, ANamedOneHasToBeThere) {
  directory_.Write("packaged.yaml", "limits: {ports: 7}\n");
  const std::string named = directory_.path() + "/named.yaml";
  EXPECT_EQ(LoadConfig(named, {}, packaged_).error().message,
            named + ": No such file or directory (ENOENT)");
  directory_.Write("named.yaml", "limits: {ports: 8}\n");
  const auto loaded = LoadConfig(named, {}, packaged_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.limits.ports, 8U);
  EXPECT_EQ(loaded->source, named);
}

TEST_F(ConfigFileTest, IsNamedInErrorsAsItWasGiven) {
  const std::string named = directory_.Path("named.yaml");
  const auto expect = [&](const std::string& text, const std::string& message) {
    directory_.Write("named.yaml", text);
    EXPECT_EQ(LoadConfig(named).error().message, named + message);
  };
  expect("limits:\n  ports: -1\n", ":2:10: limits.ports: -1 is not in 0..65535");
  expect(std::string(kMaxConfigFileBytes + 1, '#'), ": larger than the limit of 1048576 bytes");
  directory_.Write("named.yaml", std::string(kMaxConfigFileBytes, '#'));
  EXPECT_TRUE(LoadConfig(named));
  if (geteuid() == 0) return;  // who may read everything
  chmod(named.c_str(), 0);
  EXPECT_EQ(LoadConfig(named).error().message, named + ": Permission denied (EACCES)");
}

TEST_F(ConfigFileTest, HasTheSwitchesOfTheCommandLineLaidOverIt) {
  directory_.Write("packaged.yaml", "collectors: {udp: {enabled: true}, unix: {enabled: false}}\n");
  CollectorSwitches flags;
  flags.Set("udp", false);
  flags.Set("namespaces", true);
  const auto loaded = LoadConfig(std::nullopt, flags, packaged_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const CollectorSwitches& collectors = loaded->config.collectors;
  EXPECT_FALSE(collectors.IsEnabled("udp"));
  EXPECT_TRUE(collectors.IsEnabled("namespaces"));
  EXPECT_FALSE(collectors.IsEnabled("unix")) << "the flags do not mention it";
  EXPECT_TRUE(collectors.IsEnabled("tcp")) << "nothing mentions it";
  const auto built_in = LoadConfig(std::nullopt, flags, packaged_ + ".none");
  ASSERT_TRUE(built_in) << built_in.error().message;
  EXPECT_FALSE(built_in->config.collectors.IsEnabled("udp"));
}

TEST_F(ConfigFileTest, APackagedOneThatCannotBeReadIsNoReasonForDefaults) {
  directory_.MakeUnreadable("packaged.yaml");
  EXPECT_EQ(LoadConfig(std::nullopt, {}, packaged_).error().message,
            packaged_ + ": Is a directory (EISDIR)");
  directory_.Remove("packaged.yaml");
  directory_.Write("packaged.yaml", "limits: {prots: 7}\n");
  EXPECT_FALSE(LoadConfig(std::nullopt, {}, packaged_));
  // Below something that is no folder nobody can tell.
  EXPECT_FALSE(LoadConfig(std::nullopt, {}, packaged_ + "/sockdiag_exporter.yaml"));
}

}  // namespace
}  // namespace sockdiag
