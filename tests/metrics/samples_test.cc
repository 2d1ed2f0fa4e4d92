#include "metrics/samples.h"

#include <gtest/gtest.h>

#include "metrics/text.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;

constexpr Metric kSockets{"sockets", kGauge, {"state", "port"}, "Sockets."};
constexpr Metric kDrops{"drops_total", kCounter, {}, "Drops."};
const std::vector<Samples::Label> kScope{{"scope", "namespaces"}};

TEST(Samples, HoldWhatWasAddedByMetric) {
  Samples samples;
  samples.Add(kSockets, 3U, "listen", "22");
  samples.Add(kDrops, 1.5);
  samples.Add(kSockets, 4, std::string("close"), std::string_view("80"));
  EXPECT_EQ(FiguresOf(samples, kSockets), (Figures{{"listen 22", 3}, {"close 80", 4}}));
  EXPECT_EQ(ToText(samples),
            "# HELP sockets Sockets.\n"
            "# TYPE sockets gauge\n"
            "sockets{state=\"listen\",port=\"22\"} 3\n"
            "sockets{state=\"close\",port=\"80\"} 4\n"
            "# HELP drops_total Drops.\n"
            "# TYPE drops_total counter\n"
            "drops_total 1.5\n");
}

TEST(Samples, AMetricWithoutSamplesIsNotInIt) {
  Samples samples;
  EXPECT_FALSE(samples.Has(kDrops));
  EXPECT_EQ(ToText(samples), "");
  samples.Add(kDrops, 0);
  EXPECT_TRUE(samples.Has(kDrops));
  EXPECT_FALSE(samples.Has(kSockets));
}

TEST(Samples, CarryTheLabelsOfTheirScopeBehindTheirOwn) {
  Samples scoped(kScope);
  scoped.Add(kSockets, 1, "listen", "22");
  scoped.Add(kDrops, 2);
  EXPECT_EQ(FiguresOf(scoped, kSockets), (Figures{{"listen 22 namespaces", 1}}));
  EXPECT_EQ(FiguresOf(scoped, kDrops), (Figures{{"namespaces", 2}}));
}

TEST(Samples, OfThoseWithTheSameLabelsTheFirstOneStays) {
  Samples samples;
  samples.Add(kDrops, 1);
  samples.Add(kSockets, 1, "listen", "22");
  samples.Add(kSockets, 2, "22", "listen");
  EXPECT_EQ(samples.TakeAwayRepeated(), "");
  samples.Add(kSockets, 3, "listen", "22");
  samples.Add(kSockets, 4, "close", "22");
  samples.Add(kSockets, 5, "listen", "22");
  samples.Add(kDrops, 6);
  EXPECT_EQ(samples.TakeAwayRepeated(), "drops_total");
  EXPECT_EQ(FiguresOf(samples, kDrops), (Figures{{"", 1}}));
  EXPECT_EQ(FiguresOf(samples, kSockets),
            (Figures{{"listen 22", 1}, {"22 listen", 2}, {"close 22", 4}}));
  samples.Add(kSockets, 7, "close", "22");
  EXPECT_EQ(samples.TakeAwayRepeated(), "sockets of close, 22");
}

TEST(Samples, AppendedOnesComeBehindThoseOfTheSameMetric) {
  Samples samples;
  samples.Add(kSockets, 1, "listen", "22");
  Samples others(kScope);
  others.Add(kDrops, 5);
  others.Add(kSockets, 2, "listen", "22");
  samples.Append(std::move(others));
  EXPECT_EQ(ToText(samples),
            "# HELP sockets Sockets.\n"
            "# TYPE sockets gauge\n"
            "sockets{state=\"listen\",port=\"22\"} 1\n"
            "sockets{state=\"listen\",port=\"22\",scope=\"namespaces\"} 2\n"
            "# HELP drops_total Drops.\n"
            "# TYPE drops_total counter\n"
            "drops_total{scope=\"namespaces\"} 5\n");
}

TEST(Samples, AreSortedByAListOfMetricsAndThoseThatItLacksComeLast) {
  Samples samples;
  samples.Add(kSockets, 1, "listen", "22");
  samples.Add(kDrops, 2);
  samples.Sort(std::array{&kDrops});
  ASSERT_EQ(samples.families().size(), 2U);
  EXPECT_EQ(samples.families()[0].name, "drops_total");
  EXPECT_EQ(samples.families()[1].name, "sockets");
  EXPECT_EQ(FiguresOf(samples, kSockets), (Figures{{"listen 22", 1}}));
}

}  // namespace
}  // namespace sockdiag
