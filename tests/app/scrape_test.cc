#include "app/scrape.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <latch>
#include <sstream>

#include "app/spdlog_log.h"
#include "tests/app/fake_pipeline.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/fake_transport.h"
#include "tests/support/run_here.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kTcpFailed = "sockdiag_collector_success{collector=\"tcp\"} 0";
constexpr auto kTcpSucceeded = "sockdiag_collector_success{collector=\"tcp\"} 1";
constexpr auto kUdpSucceeded = "sockdiag_collector_success{collector=\"udp\"} 1";

Config WithoutSampling() {
  Config config;
  config.sampling.interval = milliseconds(0);
  return config;
}

bool Shows(const std::shared_ptr<const Collection>& scrape, const std::string& line) {
  return scrape->text->find(line) != std::string::npos;
}

class ScrapeServiceTest : public ::testing::Test {
 protected:
  ScrapeServiceTest() { scrapes_.Use(Make(WithoutSampling())); }
  void FailAll() {
    for (const Protocol protocol : kProtocols) {
      source_.tables[protocol].error = DumpError{DumpErrorReason::kOpen, "no netlink"};
    }
  }
  std::shared_ptr<Pipeline> Make(const Config& config) {
    return testing::FakePipeline(config, source_, clock_, memory_);
  }

  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  SocketMemory memory_{clock_};
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  ScrapeService scrapes_{log_, clock_};
};

TEST_F(ScrapeServiceTest, HasCollectedOnlyOnceSocketsWereDumped) {
  FailAll();
  EXPECT_TRUE(Shows(scrapes_.Get(std::nullopt),
                    "sockdiag_collector_success{collector=\"kernel_limits\"} 1"));
  EXPECT_FALSE(scrapes_.HasCollected()) << "the kernel's limits alone are no collection";
  source_.tables[Protocol::kUdp].error.reset();
  static_cast<void>(scrapes_.Get(std::nullopt));
  EXPECT_TRUE(scrapes_.HasCollected());
}

TEST_F(ScrapeServiceTest, WithoutSocketCollectorsThereIsNothingToWaitFor) {
  Config config = WithoutSampling();
  config.collectors.Set("tcp", false);
  config.collectors.Set("udp", false);
  scrapes_.Use(Make(config));
  static_cast<void>(scrapes_.Get(std::nullopt));
  EXPECT_TRUE(scrapes_.HasCollected());
  EXPECT_EQ(source_.dumps, 0);
}

TEST_F(ScrapeServiceTest, LogsWhatFails) {
  FailAll();
  static_cast<void>(scrapes_.Get(std::nullopt));
  EXPECT_NE(out_.str().find("msg=\"collector failed\" collector=tcp error=\"no netlink\""),
            std::string::npos);
  EXPECT_NE(out_.str().find("collector=udp"), std::string::npos);
}

TEST_F(ScrapeServiceTest, WhatTheKernelLacksIsToldOnceAndIsNoFailure) {
  testing::FakeKernel kernel;
  testing::Script refusal;
  refusal.answers.emplace_back(
      testing::DatagramBuilder(1, testing::FakeKernel::kPortId).Error(-ENOENT).bytes());
  kernel.Add(refusal);
  Config config = WithoutSampling();
  testing::KeepOnlySockets(config);
  config.collectors.Set("unix", true);
  scrapes_.Use(std::make_shared<Pipeline>(
      config, ServicesDatabase(),
      PipelineEnvironment{
          .open_source = [this] { return std::make_unique<testing::BorrowedSource>(source_); },
          .clock = clock_,
          .memory = memory_,
          .on_sample = nullptr,
          .ephemeral_ports = [] { return EphemeralPorts(); },
          .open_netlink = kernel.Opener(),
          .start = testing::RunHere}));
  for (int i = 0; i < 3; ++i) {
    const auto scrape = scrapes_.Get(std::nullopt);
    EXPECT_TRUE(Shows(scrape, "sockdiag_collector_success{collector=\"unix\"} 1"));
    EXPECT_FALSE(Shows(scrape, "sockdiag_unix_sockets"));
  }
  const std::string line = "level=info msg=\"collector lacks figures\" collector=unix lack=";
  const std::string said = out_.str();
  EXPECT_NE(said.find(line), std::string::npos) << said;
  EXPECT_EQ(said.find(line), said.rfind(line)) << said;
  EXPECT_EQ(said.find("level=warn"), std::string::npos) << said;
  EXPECT_EQ(kernel.opened, 1);
}

TEST_F(ScrapeServiceTest, EachScrapeAfterTheOtherIsANewOne) {
  static_cast<void>(scrapes_.Get(std::nullopt));
  static_cast<void>(scrapes_.Get(std::nullopt));
  EXPECT_EQ(source_.dumps, 4);
}

/// TCP dumps wait at a door.
class GatedSource final : public SocketSource {
 public:
  struct Gate {
    std::latch arrived{1};
    std::promise<void> door;
    std::shared_future<void> open = door.get_future().share();
    std::atomic<int> tcp_dumps = 0;
    std::atomic<int> udp_dumps = 0;
  };
  explicit GatedSource(Gate& gate) : gate_(gate) {}

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets&,
                                           SocketSink&) override {
    if (protocol == Protocol::kTcp) {
      if (++gate_.tcp_dumps == 1) gate_.arrived.count_down();
      gate_.open.wait();
    } else {
      ++gate_.udp_dumps;
    }
    return DumpStats{};
  }

 private:
  Gate& gate_;
};

/// With the real clock, and a TCP dump that hangs in its thread until the door opens. All else is
/// done when its run has started, so no deadline is too early for it.
class HangingScrapeTest : public ::testing::Test {
 protected:
  HangingScrapeTest() {
    scrapes_.Use(std::make_shared<Pipeline>(
        WithoutSampling(), ServicesDatabase(),
        PipelineEnvironment{.open_source = [this] { return std::make_unique<GatedSource>(gate_); },
                            .clock = clock_,
                            .memory = memory_,
                            .on_sample = nullptr,
                            .ephemeral_ports = [] { return EphemeralPorts(); },
                            .start =
                                [this](const std::function<void()>& run) {
                                  starts_++ == 0 ? RunInThread(run) : run();
                                }}));
  }
  ~HangingScrapeTest() override { Open(); }
  void Open() {
    if (!std::exchange(is_open_, true)) gate_.door.set_value();
  }
  std::shared_ptr<const Collection> GetWithin(milliseconds time) {
    return scrapes_.Get(clock_.Now() + time);
  }

  SystemClock clock_;
  GatedSource::Gate gate_;
  bool is_open_ = false;
  std::atomic<int> starts_ = 0;
  SocketMemory memory_{clock_};
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  ScrapeService scrapes_{log_, clock_};
};

TEST_F(HangingScrapeTest, ReportsTheCollectorAsFailedAtItsDeadlineAndShowsTheOthers) {
  const auto scrape = GetWithin(milliseconds(50));
  EXPECT_TRUE(Shows(scrape, kTcpFailed));
  EXPECT_TRUE(Shows(scrape, kUdpSucceeded));
  EXPECT_TRUE(Shows(scrape, "sockdiag_sockets{protocol=\"udp\",family=\"ipv4\""));
  EXPECT_FALSE(Shows(scrape, "sockdiag_sockets{protocol=\"tcp\""));
  EXPECT_GE(scrape->collectors.at(0).seconds, 0.05);
  EXPECT_NE(out_.str().find("collector=tcp error=\"not done in time\""), std::string::npos);
}

TEST_F(HangingScrapeTest, TheNextScrapeDoesNotPileUpAndIsFreshWhereItCanBe) {
  static_cast<void>(GetWithin(milliseconds(20)));
  EXPECT_TRUE(Shows(GetWithin(milliseconds(20)), kTcpFailed));
  gate_.arrived.wait();
  EXPECT_EQ(gate_.tcp_dumps, 1) << "the hanging dump is not asked for a second time";
  EXPECT_EQ(gate_.udp_dumps, 2);
}

TEST_F(HangingScrapeTest, AnEarlierDeadlineDoesNotSpoilALaterOne) {
  auto patient = std::async(std::launch::async, [&] { return GetWithin(seconds(60)); });
  gate_.arrived.wait();
  EXPECT_TRUE(Shows(GetWithin(milliseconds(20)), kTcpFailed));
  Open();
  EXPECT_TRUE(Shows(patient.get(), kTcpSucceeded));
}

TEST_F(HangingScrapeTest, WorksAgainAfterwards) {
  static_cast<void>(GetWithin(milliseconds(20)));
  Open();
  EXPECT_TRUE(Shows(GetWithin(seconds(60)), kTcpSucceeded));
}

TEST_F(HangingScrapeTest, AllWhoAskMeanwhileShareOneCollection) {
  std::vector<std::future<std::shared_ptr<const Collection>>> scrapes;
  for (int i = 0; i < 8; ++i) {
    scrapes.push_back(std::async(std::launch::async, [&] { return scrapes_.Get(std::nullopt); }));
  }
  gate_.arrived.wait();
  while (scrapes_.waiting() < 8) std::this_thread::yield();
  Open();
  const auto first = scrapes.front().get();
  for (std::size_t i = 1; i < scrapes.size(); ++i) EXPECT_EQ(scrapes[i].get(), first);
  EXPECT_EQ(gate_.tcp_dumps, 1);
  EXPECT_EQ(gate_.udp_dumps, 1);
}

}  // namespace
}  // namespace sockdiag
