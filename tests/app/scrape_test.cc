#include "app/scrape.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"

namespace sockdiag {
namespace {

class ScrapeServiceTest : public ::testing::Test {
 protected:
  static Config Configuration() {
    Config config;
    config.sampling.interval = std::chrono::milliseconds(0);
    return config;
  }
  void FailAll() {
    for (const Protocol protocol : kProtocols) {
      source_.tables[protocol].error = DumpError{DumpErrorReason::kOpen, "no netlink"};
    }
  }

  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  std::ostringstream out_;
  Log log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  Pipeline pipeline_{Configuration(), {}, {source_, source_}, clock_, nullptr};
  ScrapeService scrapes_{pipeline_, log_, clock_};
};

TEST_F(ScrapeServiceTest, HasCollectedOnlyOnceSocketsWereDumped) {
  FailAll();
  EXPECT_NE(scrapes_.Get()->text->find("sockdiag_collector_success{collector=\"kernel_limits\"} 1"),
            std::string::npos);
  EXPECT_FALSE(scrapes_.HasCollected()) << "the kernel's limits alone are no collection";
  source_.tables[Protocol::kUdp].error.reset();
  static_cast<void>(scrapes_.Get());
  EXPECT_TRUE(scrapes_.HasCollected());
}

TEST_F(ScrapeServiceTest, WithoutSocketCollectorsThereIsNothingToWaitFor) {
  Config config = Configuration();
  config.collectors.tcp = false;
  config.collectors.udp = false;
  Pipeline pipeline(config, {}, {source_, source_}, clock_, nullptr);
  ScrapeService scrapes(pipeline, log_, clock_);
  static_cast<void>(scrapes.Get());
  EXPECT_TRUE(scrapes.HasCollected());
  EXPECT_EQ(source_.dumps, 0);
}

TEST_F(ScrapeServiceTest, LogsWhatFails) {
  FailAll();
  static_cast<void>(scrapes_.Get());
  EXPECT_NE(out_.str().find("msg=\"collector failed\" collector=tcp error=\"no netlink\""),
            std::string::npos);
  EXPECT_NE(out_.str().find("collector=udp"), std::string::npos);
}

}  // namespace
}  // namespace sockdiag
