#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "config/loader.h"

namespace sockdiag {

/// A configuration that is refused, and with what words.
struct Refusal {
  std::string yaml;
  std::string message;
};

inline void ExpectRefused(std::initializer_list<Refusal> refusals) {
  for (const Refusal& refusal : refusals) {
    const Result<Config> config = ParseConfig(refusal.yaml, "c.yaml");
    const std::string start = refusal.yaml.substr(0, 400);
    ASSERT_FALSE(config.has_value()) << "accepted: " << start;
    EXPECT_EQ(config.error().message, refusal.message) << "of: " << start;
  }
}

/// The configuration, or a failure of the test and the defaults.
inline Config ExpectAccepted(const std::string& yaml) {
  const Result<Config> config = ParseConfig(yaml, "c.yaml");
  EXPECT_TRUE(config.has_value()) << config.error().message;
  return config.value_or(Config{});
}

}  // namespace sockdiag
