#include "app/reloader.h"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <stdexcept>

#include "app/spdlog_log.h"
#include "tests/app/fake_pipeline.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Config WithService(const std::string& name) {
  Config config;
  config.sampling.interval = milliseconds(0);
  config.services_database.reset();
  ServiceRule& rule = config.services.emplace_back();
  rule.name = name;
  rule.ports = {{Port::FromHost(5432), Port::FromHost(5432)}};
  return config;
}

class ReloaderTest : public ::testing::Test {
 protected:
  ReloaderTest() { scrapes_.Use(Make(WithService("before"))); }

  std::shared_ptr<Pipeline> Make(const Config& config) {
    if (fails_to_make_) throw std::runtime_error("out of something");
    return testing::FakePipeline(config, source_, clock_, memory_, [this](Samples& samples) {
      SelfSamples::Show({record_.status(), std::nullopt}, CurrentBuild(), samples);
    });
  }
  bool Shows(const std::string& part) {
    return scrapes_.Get(std::nullopt)->text->find(part) != std::string::npos;
  }

  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  SocketMemory memory_{clock_};
  bool fails_to_make_ = false;
  Result<Config> next_ = WithService("after");
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  ReloadRecord record_;
  service_manager::Notifier notifier_{log_, clock_};
  ScrapeService scrapes_{log_, clock_};
  Reloader reloader_{
      {[this] { return next_; }, [this](const Config& config) { return Make(config); }},
      scrapes_,
      record_,
      notifier_,
      log_};
};

TEST_F(ReloaderTest, PutsTheNewConfigurationIntoForce) {
  EXPECT_TRUE(Shows("service_name=\"before\""));
  const double loaded = record_.status().last_success_seconds;
  ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_TRUE(Shows("service_name=\"after\""));
  EXPECT_FALSE(Shows("service_name=\"before\""));
  EXPECT_TRUE(Shows("sockdiag_config_last_reload_successful 1"));
  EXPECT_GE(record_.status().last_success_seconds, loaded);
  EXPECT_NE(out_.str().find("msg=\"configuration reloaded\" trigger=test"), std::string::npos);
}

TEST_F(ReloaderTest, AWrongConfigurationChangesNothingAndIsShown) {
  next_ = Fail("config.yaml:1:1: wrong");
  const double loaded = record_.status().last_success_seconds;
  EXPECT_EQ(reloader_.Reload("test").error().message, "config.yaml:1:1: wrong");
  EXPECT_TRUE(Shows("service_name=\"before\""));
  EXPECT_TRUE(Shows("sockdiag_config_last_reload_successful 0"));
  EXPECT_EQ(record_.status().last_success_seconds, loaded);
  EXPECT_NE(out_.str().find("error=\"config.yaml:1:1: wrong\""), std::string::npos);
  next_ = WithService("after");
  ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_TRUE(Shows("sockdiag_config_last_reload_successful 1"));
}

TEST_F(ReloaderTest, AnExceptionChangesNothing) {
  fails_to_make_ = true;
  EXPECT_EQ(reloader_.Reload("test").error().message, "out of something");
  EXPECT_TRUE(Shows("service_name=\"before\""));
}

TEST_F(ReloaderTest, ErrorCountersGoOn) {
  source_.tables[Protocol::kUdp].error = DumpError{DumpErrorReason::kBusy, "busy"};
  static_cast<void>(scrapes_.Get(std::nullopt));
  ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_TRUE(Shows("sockdiag_dump_errors_total{protocol=\"udp\",reason=\"busy\"} 2"));
}

TEST_F(ReloaderTest, AgesGoOnAndGetTheNewName) {
  SocketRecord socket = testing::Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.2:5432");
  socket.cookie = 1;
  source_.tables[Protocol::kTcp].records = {socket};
  static_cast<void>(scrapes_.Get(std::nullopt));
  clock_.Advance(seconds(100));
  ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_TRUE(
      Shows("sockdiag_service_stuck_sockets{service_name=\"after\",direction=\"outbound\","
            "state=\"close_wait\"} 1"));
}

TEST_F(ReloaderTest, ManyReloadsLeaveNoPipelineBehind) {
  std::weak_ptr<Pipeline> first = scrapes_.pipeline();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_TRUE(first.expired());
  EXPECT_TRUE(reloader_.Stop(milliseconds(0)));
}

TEST_F(ReloaderTest, CollectorsAndWatchMayComeAndGo) {
  Config config = WithService("x");
  config.collectors.Set("tcp", false);
  next_ = config;
  ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_FALSE(Shows("protocol=\"tcp\""));
  config.collectors.Set("tcp", true);
  config.sampling.watched_states.clear();
  next_ = config;
  ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_FALSE(Shows("sockdiag_service_stuck_sockets{"));
  next_ = WithService("y");
  ASSERT_TRUE(reloader_.Reload("test"));
  EXPECT_TRUE(Shows("sockdiag_service_stuck_sockets{service_name=\"y\""));
}

}  // namespace
}  // namespace sockdiag
