#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "config/loader.h"
#include "tests/support/refusals.h"

namespace sockdiag {

/// Configurations that are refused.
inline void ExpectRefused(std::initializer_list<testing::Refusal> refusals) {
  testing::ExpectRefused(ParseConfig, "c.yaml", refusals);
}

/// The configuration, or a failure of the test and the defaults.
inline Config ExpectAccepted(const std::string& yaml) {
  const Result<Config> config = ParseConfig(yaml, "c.yaml");
  EXPECT_TRUE(config.has_value()) << config.error().message;
  return config.value_or(Config{});
}

}  // namespace sockdiag
