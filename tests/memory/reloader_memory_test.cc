#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/reloader.h"
#include "app/spdlog_log.h"
#include "tests/app/fake_pipeline.h"
#include "tests/memory/allocation_failure.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/notify_socket.h"

namespace sockdiag {
namespace {

using testing::FailEachAllocation;

Config WithService(const std::string& name) {
  Config config;
  config.sampling.interval = std::chrono::milliseconds(0);
  config.services_database.reset();
  ServiceRule& rule = config.services.emplace_back();
  rule.name = name;
  rule.ports = {{Port::FromHost(5432), Port::FromHost(5432)}};
  return config;
}

class ReloaderMemory : public ::testing::Test {
 protected:
  ReloaderMemory() { scrapes_.Use(Make(next_)); }

  std::shared_ptr<Pipeline> Make(const Config& config) {
    return testing::FakePipeline(config, source_, clock_, memory_, [this](Samples& samples) {
      SelfSamples::Show({record_.status(), std::nullopt}, CurrentBuild(), samples);
    });
  }
  Result<Config> Load() {
    if (!thrown_.empty()) throw std::runtime_error(thrown_);
    if (!refused_.empty()) return Fail(refused_);
    return next_;
  }
  bool Shows(const std::string& part) {
    return scrapes_.Get(std::nullopt)->text->find(part) != std::string::npos;
  }

  testing::NotifySocket systemd_;
  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  SocketMemory memory_{clock_};
  Config next_ = WithService("service_0");
  /// What is the matter with the next one.
  std::string refused_;
  std::string thrown_;
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  ReloadRecord record_;
  service_manager::Notifier notifier_{log_, clock_};
  ScrapeService scrapes_{log_, clock_};
  Reloader reloader_{
      {[this] { return Load(); }, [this](const Config& config) { return Make(config); }},
      scrapes_,
      record_,
      notifier_,
      log_};
};

/// Whoever asked hears what is in force now, and systemd hears that the reload is over.
TEST_F(ReloaderMemory, TheResultIsWhatIsInForce) {
  std::string in_force = "service_0";
  std::string next = "service_1";
  next_ = WithService(next);
  std::optional<Result<void>> result;
  const auto check = [&] {
    ASSERT_TRUE(result);
    if (*result) in_force = next;
    EXPECT_TRUE(Shows("service_name=\"" + in_force + "\""));
    EXPECT_EQ(record_.status().successful, result->has_value());
    EXPECT_EQ(systemd_.Heard(), (std::vector<std::string>{"RELOADING=1", "READY=1"}));
    result.reset();
  };
  const std::uint64_t failures =
      FailEachAllocation([&] { result = reloader_.Reload("a trigger with a long name"); },
                         [&](std::uint64_t nth, bool thrown) {
                           SCOPED_TRACE("allocation " + std::to_string(nth));
                           EXPECT_FALSE(thrown);
                           check();
                           next = "service_" + std::to_string(nth + 1);
                           next_ = WithService(next);
                         });
  EXPECT_GT(failures, 50U);
  check();
}

/// The same for one that fails anyway.
TEST_F(ReloaderMemory, AnErrorIsAnError) {
  const std::string message = "a message that is too long to be kept without an allocation";
  for (const bool is_thrown : {false, true}) {
    SCOPED_TRACE(is_thrown);
    if (is_thrown)
      thrown_ = message;
    else
      refused_ = message;
    std::optional<Result<void>> result;
    const auto check = [&] {
      EXPECT_TRUE(result && !*result);
      EXPECT_FALSE(record_.status().successful);
      EXPECT_EQ(systemd_.Heard(), (std::vector<std::string>{"RELOADING=1", "READY=1"}));
      result.reset();
    };
    const std::uint64_t failures =
        FailEachAllocation([&] { result = reloader_.Reload("a trigger with a long name"); },
                           [&](std::uint64_t nth, bool thrown) {
                             SCOPED_TRACE("allocation " + std::to_string(nth));
                             EXPECT_FALSE(thrown);
                             check();
                           });
    EXPECT_GT(failures, 3U);
    check();
    EXPECT_TRUE(Shows("service_name=\"service_0\""));
  }
}

}  // namespace
}  // namespace sockdiag
