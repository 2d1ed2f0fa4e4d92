#include "app/service_manager.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "app/spdlog_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/notify_socket.h"

namespace sockdiag::service_manager {
namespace {

using Messages = std::vector<std::string>;

class NotifierTest : public ::testing::Test {
 protected:
  ~NotifierTest() override { unsetenv("NOTIFY_SOCKET"); }

  testing::FakeClock clock_;
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
};

TEST_F(NotifierTest, SaysWhatIsGoingOn) {
  testing::NotifySocket systemd;
  Notifier notifier(log_, clock_);
  notifier.NotifyReady();
  notifier.FeedWatchdog();
  notifier.NotifyReloading();
  notifier.NotifyReady();
  notifier.Retry();
  notifier.NotifyStopping();
  EXPECT_EQ(systemd.Heard(),
            (Messages{"READY=1", "WATCHDOG=1", "RELOADING=1", "READY=1", "STOPPING=1"}));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(NotifierTest, OwesReadyUntilItIsHeard) {
  testing::NotifySocket systemd;
  Notifier notifier(log_, clock_);
  systemd.Close();
  notifier.NotifyReady();
  EXPECT_TRUE(notifier.HasToRetry());
  notifier.Retry();
  EXPECT_TRUE(notifier.HasToRetry());
}

/// Else systemd would take the reload for done.
TEST_F(NotifierTest, OwesNoReadyDuringAReload) {
  testing::NotifySocket systemd;
  Notifier notifier(log_, clock_);
  systemd.Close();
  notifier.NotifyReady();
  notifier.NotifyReloading();
  EXPECT_FALSE(notifier.HasToRetry());
  notifier.NotifyReady();
  EXPECT_TRUE(notifier.HasToRetry());
}

TEST_F(NotifierTest, IsNeitherReadyNorReloadingOnceItStops) {
  testing::NotifySocket systemd;
  Notifier notifier(log_, clock_);
  notifier.NotifyReloading();
  notifier.NotifyStopping();
  notifier.NotifyReady();
  notifier.NotifyReloading();
  EXPECT_EQ(systemd.Heard(), (Messages{"RELOADING=1", "STOPPING=1"}));
  systemd.Close();
  notifier.NotifyReady();
  EXPECT_FALSE(notifier.HasToRetry());
}

TEST_F(NotifierTest, AnEmptyNameIsNone) {
  setenv("NOTIFY_SOCKET", "", 1);
  Notifier notifier(log_, clock_);
  notifier.NotifyReady();
  EXPECT_FALSE(notifier.HasToRetry());
  EXPECT_EQ(out_.str(), "");
}

TEST_F(NotifierTest, AnUnusableNameIsToldOnceAndNothingIsOwed) {
  for (const std::string& name : {std::string("relative/path"), "/" + std::string(200, 'x')}) {
    out_.str("");
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    Notifier notifier(log_, clock_);
    notifier.NotifyReady();
    clock_.Advance(std::chrono::hours(1));
    notifier.NotifyReady();
    EXPECT_FALSE(notifier.HasToRetry());
    const std::string logged = out_.str();
    EXPECT_NE(logged.find("level=warn"), std::string::npos);
    EXPECT_NE(logged.find("NOTIFY_SOCKET"), std::string::npos);
    EXPECT_EQ(logged.find('\n'), logged.size() - 1) << logged;
  }
}

}  // namespace
}  // namespace sockdiag::service_manager
