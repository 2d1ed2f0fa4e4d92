#include "app/startup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "app/spdlog_log.h"
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
    EXPECT_EQ(
        line.substr(line.find("level=")),
        "level=warn msg=\"no services database: ports that no rule names are shown as service "
        "other\" error=\"" +
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

}  // namespace
}  // namespace sockdiag
