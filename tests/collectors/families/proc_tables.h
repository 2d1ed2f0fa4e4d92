#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "sockets/source/read_limit.h"
#include "tests/support/fake_clock.h"
#include "tests/support/files.h"

namespace sockdiag::testing {

/// Collectors of tables in a folder that stands for /proc.
class ProcTablesTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string Path(const std::string& table) const {
    return root_.Path("thread-self/net/" + table);
  }
  void Write(const std::string& table, const std::string& text) const {
    root_.Write("thread-self/net/" + table, text);
  }
  [[nodiscard]] ProcReading Reading() {
    return {.clock = clock_, .root = root_.path(), .cpu_clock = [this] { return cpu_ += cost_; }};
  }

  const TemporaryDirectory root_;
  FakeClock clock_;
  std::chrono::milliseconds cpu_{0};
  /// CPU time from each look at it to the next.
  std::chrono::milliseconds cost_{0};
};

/// What is wrong with a table that costs too much.
inline constexpr const char* kTooMuch =
    ": reading took more than the limit of 100 ms of CPU time; asked again after 5 minutes or at a "
    "reload";

}  // namespace sockdiag::testing
