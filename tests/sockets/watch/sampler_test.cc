#include "sockets/watch/sampler.h"

#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Listener;
using testing::Tcp;

class SamplerTest : public ::testing::Test {
 protected:
  SamplerTest() {
    watch_.Configure(Watched(), kGeneration);
    source_.tables[Protocol::kTcp].records = {
        Listener("0.0.0.0:443"), Tcp(SocketState::kEstablished, "10.0.0.1:443", "10.0.0.2:5"),
        WithCookie(Tcp(SocketState::kCloseWait, "10.0.0.1:443", "10.0.0.3:5"))};
  }
  static SocketRecord WithCookie(SocketRecord record) {
    record.cookie = 1;
    return record;
  }
  static WatchOptions Watched() {
    WatchOptions options;
    options.states = {SocketState::kCloseWait};
    return options;
  }
  Sampler MakeSampler(SamplerOptions options) {
    SamplerEnvironment environment = Environment(source_, [](const std::string&) {});
    environment.cpu_clock = [this] { return cpu_ += cpu_per_call_; };
    return {options, std::move(environment)};
  }
  /// With the real CPU clock.
  SamplerEnvironment Environment(SocketSource& source,
                                 std::function<void(const std::string&)> listener) {
    return {.source = source,
            .matcher = matcher_,
            .watch = watch_,
            .listeners = listeners_,
            .generation = kGeneration,
            .errors = errors_,
            .ephemeral_ports = [] { return EphemeralPorts(); },
            .cpu_clock = ThreadCpuTime,
            .listener = std::move(listener),
            .clock = clock_};
  }

  static constexpr std::uint64_t kGeneration = 1;
  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  ServiceNames names_;
  ServiceMatcher matcher_{{}, {}, names_};
  StateWatch watch_{clock_};
  ListenerMemory listeners_{kWatchedProtocol};
  DumpErrors errors_;
  std::chrono::nanoseconds cpu_{0};
  std::chrono::nanoseconds cpu_per_call_{0};
};

TEST_F(SamplerTest, ShowsTheWatchedSocketsWithTheirDirection) {
  Sampler sampler = MakeSampler({});
  ASSERT_TRUE(sampler.SampleOnce());
  const WatchReport report = watch_.Report();
  ASSERT_TRUE(report.latest);
  ASSERT_EQ(report.latest->figures.size(), 1U);
  const auto& [key, figures] = *report.latest->figures.begin();
  EXPECT_EQ(GroupOf(key.group).direction, Direction::kInbound) << "decided by the listener";
  EXPECT_EQ(figures.sockets, 1U);
}

/// On a port that says nothing, of a listener that went after a scrape or after a sample.
TEST_F(SamplerTest, KnowsListenersThatHaveGone) {
  const SocketRecord stuck =
      WithCookie(Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.3:50000"));
  const auto direction = [&] {
    Sampler sampler = MakeSampler({});
    EXPECT_TRUE(sampler.SampleOnce());
    return GroupOf(watch_.Report().latest->figures.begin()->first.group).direction;
  };
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:40000")};
  EXPECT_TRUE(MakeSampler({}).SampleOnce());
  source_.tables[Protocol::kTcp].records = {stuck};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(direction(), Direction::kInbound);
  ListenerMemory::Pass scrape = listeners_.Begin();
  EXPECT_TRUE(scrape.HadListener(stuck));
}

TEST_F(SamplerTest, AsksForNoEstablishedSocketsAndForTheLastAck) {
  source_.tables[Protocol::kTcp].records.clear();
  Sampler sampler = MakeSampler({});
  ASSERT_TRUE(sampler.SampleOnce());
  EXPECT_EQ(source_.last_wanted.states, (StateSet{SocketState::kCloseWait, SocketState::kListen}));
  EXPECT_TRUE(source_.last_wanted.attributes.last_ack);
}

TEST_F(SamplerTest, CountsAFailureAndTriesAgain) {
  Sampler sampler = MakeSampler({});
  source_.tables[Protocol::kTcp].error = DumpError{DumpErrorReason::kOverrun, "answers were lost"};
  const Result<void> failed = sampler.SampleOnce();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "answers were lost");
  EXPECT_EQ(errors_.Count(Protocol::kTcp, DumpErrorReason::kOverrun), 1U);
  EXPECT_FALSE(watch_.Report().latest);
  source_.tables[Protocol::kTcp].error.reset();
  EXPECT_TRUE(sampler.SampleOnce());
  EXPECT_TRUE(watch_.Report().latest);
}

TEST_F(SamplerTest, ShowsItsInterval) {
  Samples samples;
  MakeSampler({milliseconds(2500), 0.02}).Show(samples);
  EXPECT_EQ(testing::ValueOf(samples, Sampler::kSamplingInterval), 2.5);
}

TEST_F(SamplerTest, StretchesTheIntervalToItsBudget) {
  Sampler sampler = MakeSampler({seconds(5), 0.02});
  EXPECT_EQ(sampler.interval(), seconds(5));
  cpu_per_call_ = milliseconds(100);
  ASSERT_TRUE(sampler.SampleOnce());
  EXPECT_EQ(sampler.interval(), seconds(5));
  cpu_per_call_ = milliseconds(400);
  ASSERT_TRUE(sampler.SampleOnce());
  EXPECT_EQ(sampler.interval(), seconds(20));
  cpu_per_call_ = milliseconds(1);
  ASSERT_TRUE(sampler.SampleOnce());
  EXPECT_EQ(sampler.interval(), seconds(5));
}

TEST_F(SamplerTest, ABudgetOfNextToNothingGivesTheLongestInterval) {
  Sampler sampler = MakeSampler({seconds(5), 1e-300});
  cpu_per_call_ = milliseconds(1);
  ASSERT_TRUE(sampler.SampleOnce());
  EXPECT_EQ(sampler.interval(), Sampler::kLongestInterval);
}

TEST_F(SamplerTest, SamplesInItsThreadUntilStopped) {
  std::latch sampled(3);
  Sampler sampler({milliseconds(1), 1},
                  Environment(source_, [&, left = 3](const std::string& error) mutable {
                    EXPECT_EQ(error, "");
                    if (left-- > 0) sampled.count_down();
                  }));
  sampler.Start();
  sampled.wait();
  EXPECT_TRUE(sampler.Stop(seconds(10)));
  EXPECT_TRUE(watch_.Report().latest);
}

/// Fails with an exception the first time, as when memory runs out.
class ThrowingSource final : public SocketSource {
 public:
  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol, const WantedSockets&, SocketSink&) override {
    if (dumps_++ == 0) throw std::runtime_error("out of something");
    return DumpStats{};
  }

 private:
  int dumps_ = 0;
};

TEST_F(SamplerTest, GoesOnAfterAnException) {
  ThrowingSource source;
  std::vector<std::string> outcomes;
  std::latch two(2);
  Sampler sampler({milliseconds(1), 1}, Environment(source, [&](const std::string& error) {
                    if (outcomes.size() == 2) return;
                    outcomes.push_back(error);
                    two.count_down();
                  }));
  sampler.Start();
  two.wait();
  EXPECT_TRUE(sampler.Stop(seconds(10)));
  EXPECT_EQ(outcomes, (std::vector<std::string>{"out of something", ""}));
}

TEST_F(SamplerTest, GoesOnWhenNotEvenTheOutcomeCanBeTold) {
  std::latch three(3);
  Sampler sampler({milliseconds(1), 1}, Environment(source_, [&, left = 3](const auto&) mutable {
                    if (left-- > 0) three.count_down();
                    throw std::bad_alloc();
                  }));
  sampler.Start();
  three.wait();
  EXPECT_TRUE(sampler.Stop(seconds(10)));
  EXPECT_FALSE(sampler.sampling_since());
}

TEST_F(SamplerTest, AnIntervalOfZeroStartsNothing) {
  Sampler sampler = MakeSampler({seconds(0), 0.02});
  sampler.Start();
  EXPECT_TRUE(sampler.Stop(seconds(10)));
  EXPECT_EQ(source_.dumps, 0);
}

TEST(SamplerCpu, MeasuresTheThreadsOwnTime) {
  const auto before = ThreadCpuTime();
  volatile std::uint64_t sum = 0;
  while (ThreadCpuTime() - before < milliseconds(2)) sum = sum + 1;
  EXPECT_GT(sum, 0U);
}

}  // namespace
}  // namespace sockdiag
