#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "yaml/tree.h"

namespace sockdiag {

/// A text that is no YAML that could be read, and with what words it is refused.
struct Refusal {
  std::string yaml;
  std::string message;
};

inline void ExpectRefused(std::initializer_list<Refusal> refusals) {
  for (const Refusal& refusal : refusals) {
    const Result<YamlNodePtr> tree = ParseYaml(refusal.yaml, "c.yaml");
    const std::string start = refusal.yaml.substr(0, 400);
    ASSERT_FALSE(tree.has_value()) << "accepted: " << start;
    EXPECT_EQ(tree.error().message, refusal.message) << "of: " << start;
  }
}

}  // namespace sockdiag
