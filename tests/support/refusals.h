#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace sockdiag::testing {

/// A text that is refused, and with what words.
struct Refusal {
  std::string yaml;
  std::string message;
};

/// That `parse`, which takes a text and the name of its file and gives a Result, refuses each.
template <typename Parse>
void ExpectRefused(const Parse& parse, const std::string& file,
                   std::initializer_list<Refusal> refusals) {
  for (const Refusal& refusal : refusals) {
    const auto parsed = parse(refusal.yaml, file);
    const std::string start = refusal.yaml.substr(0, 400);
    ASSERT_FALSE(parsed.has_value()) << "accepted: " << start;
    EXPECT_EQ(parsed.error().message, refusal.message) << "of: " << start;
  }
}

}  // namespace sockdiag::testing
