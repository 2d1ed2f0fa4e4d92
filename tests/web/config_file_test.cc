#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "web/config_loader.h"

namespace sockdiag::web {
namespace {

class WebConfigFile : public testing::Test {
 protected:
  WebConfigFile() {
    std::string pattern = testing::TempDir() + "web_config_file_test.XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~WebConfigFile() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& content) const {
    const std::string path = directory_ + "/w.yml";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  std::string directory_;
};

TEST_F(WebConfigFile, NamesTheFilesThatItDependsOn) {
  const std::string path = Write("tls_server_config: {cert_file: c.pem, key_file: k.pem}\n");
  const Result<LoadedWebConfig> loaded = LoadWebConfigFile(path);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_THAT(loaded->files,
              testing::ElementsAre(path, directory_ + "/c.pem", directory_ + "/k.pem"));
}

TEST_F(WebConfigFile, IsPlainHttpWhenEmpty) {
  const Result<LoadedWebConfig> loaded = LoadWebConfigFile(Write(""));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_FALSE(loaded->config.tls.has_value());
}

TEST_F(WebConfigFile, IsNamedInErrors) {
  const std::string path = Write("rate_limit:\n  interval: soon\n");
  const Result<LoadedWebConfig> loaded = LoadWebConfigFile(path);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().message,
            path + ":2:13: rate_limit.interval: soon is not a duration such as 1s, 100ms or 1m30s");
}

TEST_F(WebConfigFile, ThatCannotBeReadIsAnErrorWithItsReason) {
  const Result<LoadedWebConfig> loaded = LoadWebConfigFile(directory_ + "/none.yml");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().message, directory_ + "/none.yml: No such file or directory (ENOENT)");
}

TEST_F(WebConfigFile, ThatTheFuzzerBeginsWithIsAccepted) {
  const std::string folder = SOCKDIAG_SOURCE_DIR "/tests/data/";
  const Result<LoadedWebConfig> loaded = LoadWebConfigFile(folder + "web_config.yml");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_THAT(loaded->files,
              testing::ElementsAre(folder + "web_config.yml", folder + "tls/exporter.crt",
                                   "/etc/ssl/monitoring.pem"));
}

TEST_F(WebConfigFile, IsAtMostAMebibyte) {
  const std::string comment(kMaxWebConfigFileBytes, '#');
  EXPECT_TRUE(LoadWebConfigFile(Write(comment)).has_value());
  const std::string path = Write(comment + "#");
  const Result<LoadedWebConfig> loaded = LoadWebConfigFile(path);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().message, path + ": larger than the limit of 1048576 bytes");
}

}  // namespace
}  // namespace sockdiag::web
