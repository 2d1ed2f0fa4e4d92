#include "http/intake_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"

namespace sockdiag::http {
namespace {

class IntakeLogTest : public ::testing::Test {
 protected:
  /// A connection with one request.
  void Connect(int fd = 7) {
    log_.Accept(fd);
    log_.Serve(fd);
  }

  testing::FakeClock clock_;
  std::vector<std::string> lines_;
  const LogCallback callback_ = [this](std::string_view line) { lines_.emplace_back(line); };
  WarningLog warnings_{callback_, clock_};
  IntakeLog log_{warnings_, callback_, clock_};
};

TEST_F(IntakeLogTest, SaysOnceThatConnectionsCannotBeTakenAndOnceThatTheyCan) {
  Connect();
  for (int i = 0; i < 3; ++i) log_.Fail("[::]:1", "no descriptor");
  EXPECT_EQ(lines_,
            std::vector<std::string>{"cannot accept a connection on [::]:1: no descriptor"});
  lines_.clear();
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(lines_, std::vector<std::string>{"connections are taken again"});
}

TEST_F(IntakeLogTest, AnAcceptThatLeadsToNothingIsNoRecovery) {
  for (int i = 0; i < 3; ++i) {
    log_.Accept(7);
    log_.Fail("", "no thread");
  }
  EXPECT_EQ(lines_, std::vector<std::string>{"cannot accept a connection: no thread"});
}

TEST_F(IntakeLogTest, TheFirstRequestOnANewConnectionIsARecovery) {
  log_.Fail("", "no thread");
  log_.Accept(7);
  log_.Accept(8);  // Its client sends nothing.
  EXPECT_EQ(lines_.size(), 1U);
  log_.Serve(7);
  EXPECT_EQ(lines_.back(), "connections are taken again");
}

TEST_F(IntakeLogTest, ARequestOnAConnectionFromBeforeIsNoRecovery) {
  Connect(7);
  log_.Accept(8);
  log_.Fail("", "no descriptor");
  log_.Serve(7);
  log_.Serve(8);
  EXPECT_EQ(lines_, std::vector<std::string>{"cannot accept a connection: no descriptor"});
}

TEST_F(IntakeLogTest, TwoAddressesAreOneTrouble) {
  for (const char* address : {"[::]:1", "unix:/a", "[::]:1"}) log_.Fail(address, "no descriptor");
  EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(IntakeLogTest, WhatTheBudgetLeftNoRoomForIsToldLater) {
  for (unsigned i = 0; i < WarningLog::kLinesPerMinute; ++i) {
    warnings_.Write("line " + std::to_string(i));
  }
  lines_.clear();
  log_.Fail("", "no thread");
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(lines_, std::vector<std::string>{}) << "an end without a beginning";
  clock_.Advance(std::chrono::minutes(1));
  log_.Fail("", "no thread");
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(lines_, (std::vector<std::string>{"left out 1 warnings like this one",
                                              "cannot accept a connection: no thread",
                                              "connections are taken again"}));
}

}  // namespace
}  // namespace sockdiag::http
