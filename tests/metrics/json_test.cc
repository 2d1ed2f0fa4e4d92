#include "metrics/json.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

constexpr Metric kSockets{"sockets", kGauge, {"service"}, "Sockets."};
constexpr Metric kSeconds{"seconds_total", kCounter, {}, "Seconds."};

TEST(Json, IsAListOfMetricsWithTheirSamples) {
  Samples samples;
  samples.Add(kSockets, 3, "a \"quoted\" name");
  samples.Add(kSeconds, 0.25);
  EXPECT_EQ(ToJson(samples),
            R"([
  {
    "name": "sockets",
    "help": "Sockets.",
    "type": "gauge",
    "metrics": [
      {
        "labels": {
          "service": "a \"quoted\" name"
        },
        "value": 3
      }
    ]
  },
  {
    "name": "seconds_total",
    "help": "Seconds.",
    "type": "counter",
    "metrics": [
      {
        "labels": {},
        "value": 0.25
      }
    ]
  }
]
)");
}

TEST(Json, OfNothingIsAnEmptyList) { EXPECT_EQ(ToJson({}), "[]\n"); }

}  // namespace
}  // namespace sockdiag
