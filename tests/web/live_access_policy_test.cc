#include "web/live_access_policy.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "base/file.h"
#include "tests/http/support/test_certificates.h"
#include "tests/http/support/test_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"

namespace sockdiag::web {
namespace {

using http::CertificateAuthority;
using http::ClientAuth;
using http::Gate;
using http::Identity;
using http::TemporaryDirectory;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// As an editor or a certificate's renewal writes: under another name, and then renamed.
void Write(const std::string& path, const std::string& content) {
  std::ofstream(path + ".new") << content;
  std::filesystem::rename(path + ".new", path);
}

/// A configuration whose file holds the value of one header; "broken" is none.
class LiveAccessPolicyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Write(config_, "first");
    Start();
  }

  void Start() {
    access_ = LiveAccessPolicy::Start([this] { return Load(); }, log_, clock_).value();
    loads_ = 0;
  }

  Result<LoadedWebConfig> Load() {
    ++loads_;
    Result<std::string> content = ReadFile(config_, 1000);
    if (!content) return tl::unexpected(content.error());
    if (*content == "broken") return Fail("broken");
    LoadedWebConfig loaded{.config = settings_, .files = {config_}};
    loaded.config.headers = {{"X-Test", *content}};
    loaded.files.insert(loaded.files.end(), more_files_.begin(), more_files_.end());
    return loaded;
  }

  [[nodiscard]] std::vector<std::string> Infos() const { return log_.Messages(LogLevel::kInfo); }
  [[nodiscard]] std::vector<std::string> Warnings() const { return log_.Messages(LogLevel::kWarn); }
  [[nodiscard]] std::string Value() { return access_->Current()->headers.at(0).value; }
  [[nodiscard]] std::string ValueAfter(Clock::Duration duration) {
    clock_.Advance(duration);
    return Value();
  }
  /// After the look that notices a change, and the one that finds it to be at its end.
  [[nodiscard]] std::string SettledValue() {
    static_cast<void>(ValueAfter(seconds(1)));
    return ValueAfter(seconds(1));
  }

  const TemporaryDirectory directory_;
  const std::string config_ = directory_.Path("web.yml");
  testing::FakeClock clock_;
  testing::FakeLog log_;
  WebConfig settings_;
  std::vector<std::string> more_files_;
  int loads_ = 0;
  std::unique_ptr<LiveAccessPolicy> access_;
};

TEST_F(LiveAccessPolicyTest, FailsToStartWithABrokenState) {
  Write(config_, "broken");
  const Result<std::unique_ptr<LiveAccessPolicy>> started =
      LiveAccessPolicy::Start([this] { return Load(); }, log_, clock_);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message, "broken");
}

TEST_F(LiveAccessPolicyTest, ReadsAgainOnceAFileChanged) {
  EXPECT_EQ(Value(), "first");
  Write(config_, "second");
  EXPECT_EQ(ValueAfter(milliseconds(999)), "first");
  EXPECT_EQ(ValueAfter(milliseconds(1)), "first");
  EXPECT_EQ(ValueAfter(seconds(1)), "second");
  EXPECT_THAT(Infos(), ElementsAre("read the web configuration again"));
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(LiveAccessPolicyTest, ReadsNothingWhileNothingChanges) {
  const auto before = access_->Current();
  for (int second = 0; second < 100; ++second) EXPECT_EQ(ValueAfter(seconds(1)), "first");
  EXPECT_EQ(access_->Current(), before);
  EXPECT_EQ(loads_, 0);
}

TEST_F(LiveAccessPolicyTest, SeesAChangeOfTheSameSizeAndOfTheSameTime) {
  struct stat before {};
  ASSERT_EQ(stat(config_.c_str(), &before), 0);
  Write(config_, "other");
  const timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, config_.c_str(), times, 0), 0);
  EXPECT_EQ(SettledValue(), "other");
}

TEST_F(LiveAccessPolicyTest, FollowsSymbolicLinks) {
  // As Kubernetes mounts a secret: file -> ..data/file, and ..data is renamed over.
  const std::filesystem::path root = directory_.Path("");
  for (const char* name : {"a", "b"}) {
    std::filesystem::create_directory(root / name);
    Write((root / name / "web.yml").string(), name);
  }
  std::filesystem::create_directory_symlink("a", root / "..data");
  std::filesystem::remove(config_);
  std::filesystem::create_symlink("..data/web.yml", config_);
  EXPECT_EQ(SettledValue(), "a");
  std::filesystem::create_directory_symlink("b", root / "..new");
  std::filesystem::rename(root / "..new", root / "..data");
  EXPECT_EQ(SettledValue(), "b");
}

TEST_F(LiveAccessPolicyTest, KeepsTheLastStateWhileTheNewOneIsBroken) {
  const auto started = access_->Status();
  EXPECT_TRUE(started.successful);
  Write(config_, "broken");
  for (int second = 0; second < 100; ++second) EXPECT_EQ(ValueAfter(seconds(1)), "first");
  EXPECT_FALSE(access_->Status().successful);
  EXPECT_EQ(access_->Status().last_success, started.last_success);
  EXPECT_THAT(Warnings(), ElementsAre("kept the last web configuration: broken"));
  Write(config_, "second");
  EXPECT_EQ(SettledValue(), "second");
  EXPECT_TRUE(access_->Status().successful);
  EXPECT_GE(access_->Status().last_success, started.last_success);
  EXPECT_THAT(Infos(), ElementsAre("read the web configuration again"));
}

TEST_F(LiveAccessPolicyTest, TriesABrokenStateAgainNowAndThen) {
  Write(config_, "broken");
  EXPECT_EQ(SettledValue(), "first");
  EXPECT_EQ(loads_, 1);
  for (int second = 0; second < 9; ++second) EXPECT_EQ(ValueAfter(seconds(1)), "first");
  EXPECT_EQ(loads_, 1);
  EXPECT_EQ(ValueAfter(seconds(1)), "first");
  EXPECT_EQ(loads_, 2);
}

TEST_F(LiveAccessPolicyTest, WarnsAgainOfAnotherFailure) {
  Write(config_, "broken");
  EXPECT_EQ(SettledValue(), "first");
  std::filesystem::remove(config_);
  EXPECT_EQ(SettledValue(), "first");
  ASSERT_EQ(Warnings().size(), 2U);
  EXPECT_THAT(Warnings()[1], HasSubstr(config_ + ": No such file or directory"));
}

TEST_F(LiveAccessPolicyTest, ReadsAtOnceWhenAsked) {
  settings_.headers = {};
  Write(config_, "second");
  EXPECT_TRUE(access_->ReloadNow());
  EXPECT_EQ(Value(), "second");
  Write(config_, "broken");
  EXPECT_EQ(access_->ReloadNow().error().message, "broken");
  EXPECT_FALSE(access_->ReloadNow());
  EXPECT_EQ(Value(), "second");
  EXPECT_EQ(Warnings().size(), 2U);
}

TEST_F(LiveAccessPolicyTest, WatchesTheCertificateItNames) {
  const CertificateAuthority ca("ca");
  const Identity old_identity = ca.Issue({});
  const Identity new_identity = ca.Issue({});
  more_files_ = {directory_.Path("crt"), directory_.Path("key")};
  settings_.tls.emplace();
  settings_.tls->certificate.file = more_files_[0];
  settings_.tls->key.file = more_files_[1];
  Write(more_files_[0], old_identity.certificate);
  Write(more_files_[1], old_identity.key);
  Start();
  const auto old_tls = access_->Current()->tls;
  ASSERT_NE(old_tls, nullptr);

  Write(more_files_[0], new_identity.certificate);
  static_cast<void>(SettledValue());
  EXPECT_EQ(access_->Current()->tls, old_tls);
  ASSERT_EQ(Warnings().size(), 1U);
  EXPECT_THAT(Warnings()[0], HasSubstr("is not the key of the certificate in"));

  Write(more_files_[1], new_identity.key);
  static_cast<void>(SettledValue());
  EXPECT_NE(access_->Current()->tls, old_tls);
  EXPECT_TRUE(access_->Status().successful);
}

TEST_F(LiveAccessPolicyTest, WatchesAFileThatIsNamedLater) {
  more_files_ = {directory_.Path("more")};
  Write(config_, "second");
  EXPECT_EQ(SettledValue(), "second");
  Write(more_files_[0], "x");
  loads_ = 0;
  EXPECT_EQ(SettledValue(), "second");
  EXPECT_EQ(loads_, 1);
}

TEST_F(LiveAccessPolicyTest, TurnsTlsNeitherOnNorOff) {
  const Identity identity = CertificateAuthority("ca").Issue({});
  settings_.tls.emplace();
  settings_.tls->certificate.text = identity.certificate;
  settings_.tls->key.text = identity.key;
  EXPECT_FALSE(access_->ReloadNow());
  EXPECT_EQ(access_->Current()->tls, nullptr);
  EXPECT_THAT(Warnings().at(0), HasSubstr("turning TLS on needs a restart"));
  Start();
  ASSERT_NE(access_->Current()->tls, nullptr);
  settings_.tls.reset();
  EXPECT_FALSE(access_->ReloadNow());
  EXPECT_NE(access_->Current()->tls, nullptr);
  EXPECT_THAT(Warnings().at(1), HasSubstr("turning TLS off needs a restart"));
}

TEST_F(LiveAccessPolicyTest, MakesNobodyWaitForTheOneThatReads) {
  Gate gate;
  std::atomic<bool> is_slow = false;
  access_ = LiveAccessPolicy::Start(
                [&] {
                  if (is_slow) gate.Wait();
                  return Load();
                },
                log_, clock_)
                .value();
  Write(config_, "second");
  EXPECT_EQ(ValueAfter(seconds(1)), "first");
  is_slow = true;
  clock_.Advance(seconds(1));
  auto reader = std::async(std::launch::async, [&] { return access_->Current(); });
  ASSERT_TRUE(gate.WaitForArrivals(1));
  EXPECT_EQ(Value(), "first");
  gate.Open();
  EXPECT_EQ(reader.get()->headers.at(0).value, "second");
}

TEST_F(LiveAccessPolicyTest, AFileThatIsStillBeingWrittenIsNotReadYet) {
  for (const char* part : {"s", "se", "sec"}) {
    Write(config_, part);
    EXPECT_EQ(ValueAfter(seconds(1)), "first");
  }
  Write(config_, "second");
  EXPECT_EQ(SettledValue(), "second");
  EXPECT_EQ(loads_, 1);
}

TEST_F(LiveAccessPolicyTest, AFileThatIsWrittenWhileItIsReadIsNotUsed) {
  access_ = LiveAccessPolicy::Start(
                [&] {
                  Result<LoadedWebConfig> loaded = Load();
                  if (*ReadFile(config_, 1000) == "half") Write(config_, "half");
                  return loaded;
                },
                log_, clock_)
                .value();
  Write(config_, "half");
  EXPECT_EQ(SettledValue(), "first");
  Write(config_, "whole");
  EXPECT_EQ(SettledValue(), "whole");
}

/// As a file looks that was cut off.
TEST_F(LiveAccessPolicyTest, DemandsNoLessOfClientsUnlessAsked) {
  const Identity identity = CertificateAuthority("ca").Issue({});
  settings_.basic_auth_users = {{"alice", "$2y$04$0123456789012345678901"}};
  settings_.tls.emplace();
  settings_.tls->certificate.text = identity.certificate;
  settings_.tls->key.text = identity.key;
  settings_.tls->client_auth = ClientAuth::kRequireAnyClientCert;
  settings_.tls->client_allowed_sans = {"a"};
  Start();
  const WebConfig locked = settings_;
  const auto expect_kept = [&](const std::string& reason) {
    Write(config_, "other");
    EXPECT_EQ(SettledValue(), "first");
    EXPECT_THAT(Warnings().back(), HasSubstr(reason + " needs a reload (SIGHUP) or a restart"));
    Write(config_, "first");
    settings_ = locked;
    static_cast<void>(SettledValue());
    EXPECT_TRUE(access_->Status().successful);
  };
  settings_.basic_auth_users.clear();
  expect_kept("taking away every user");
  settings_.tls->client_allowed_sans.clear();
  settings_.tls->client_auth = ClientAuth::kRequestClientCert;
  expect_kept("asking less of clients");
  settings_.tls->client_allowed_sans.clear();
  expect_kept("taking them all away");

  settings_.basic_auth_users.clear();
  EXPECT_TRUE(access_->ReloadNow());
  EXPECT_FALSE(access_->Refuse({.method = "GET", .path = "/", .headers = {}}));
}

}  // namespace
}  // namespace sockdiag::web
