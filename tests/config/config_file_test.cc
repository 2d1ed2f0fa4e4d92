#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "config/loader.h"

namespace sockdiag {
namespace {

class ConfigFile : public testing::Test {
 protected:
  ConfigFile() {
    std::string pattern = testing::TempDir() + "config_file_test.XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~ConfigFile() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& content) const {
    const std::string path = directory_ + "/c.yaml";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  std::string directory_;
};

TEST_F(ConfigFile, IsReadWhole) {
  const Result<Config> config = LoadConfigFile(Write("limits:\n  ports: 7\n"));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->limits.ports, 7U);
}

TEST_F(ConfigFile, GivesTheDefaultsWhenEmpty) {
  const Result<Config> config = LoadConfigFile(Write(""));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(*config, Config{});
}

TEST_F(ConfigFile, IsNamedInErrorsAsItWasGiven) {
  const std::string path = Write("limits:\n  ports: -1\n");
  const Result<Config> config = LoadConfigFile(path);
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().message, path + ":2:10: limits.ports: -1 is not in 0..65535");
}

TEST_F(ConfigFile, ThatCannotBeReadIsAnErrorWithItsReason) {
  const Result<Config> missing = LoadConfigFile(directory_ + "/none.yaml");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().message, directory_ + "/none.yaml: No such file or directory (ENOENT)");
  const Result<Config> folder = LoadConfigFile(directory_);
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().message, directory_ + ": Is a directory (EISDIR)");
}

TEST_F(ConfigFile, WithoutReadPermissionIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const std::string path = Write("");
  chmod(path.c_str(), 0);
  const Result<Config> config = LoadConfigFile(path);
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().message, path + ": Permission denied (EACCES)");
}

TEST_F(ConfigFile, IsAtMostAMebibyte) {
  const std::string comment(kMaxConfigFileBytes, '#');
  EXPECT_TRUE(LoadConfigFile(Write(comment)).has_value());
  const std::string path = Write(comment + "#");
  const Result<Config> config = LoadConfigFile(path);
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().message, path + ": larger than the limit of 1048576 bytes");
}

}  // namespace
}  // namespace sockdiag
