#include "http/server/accept_failure_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

class IntakeLogTest : public ::testing::Test {
 protected:
  /// A connection with one request.
  void Connect(int fd = 7) {
    intake_.Accept(fd);
    intake_.Serve(fd);
  }

  testing::FakeClock clock_;
  testing::FakeLog log_;
  LimitedLog warnings_{log_, clock_};
  IntakeLog intake_{warnings_, log_};
};

TEST_F(IntakeLogTest, SaysOnceThatConnectionsCannotBeTakenAndOnceThatTheyCan) {
  Connect();
  for (int i = 0; i < 3; ++i) intake_.Fail("[::]:1", "no descriptor");
  EXPECT_EQ(log_.Messages(),
            std::vector<std::string>{"cannot accept a connection on [::]:1: no descriptor"});
  log_.Clear();
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{"connections are taken again"});
}

TEST_F(IntakeLogTest, AnAcceptThatLeadsToNothingIsNoRecovery) {
  for (int i = 0; i < 3; ++i) {
    intake_.Accept(7);
    intake_.Fail("", "no thread");
  }
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{"cannot accept a connection: no thread"});
}

TEST_F(IntakeLogTest, TheFirstRequestOnANewConnectionIsARecovery) {
  intake_.Fail("", "no thread");
  intake_.Accept(7);
  intake_.Accept(8);  // Its client sends nothing.
  EXPECT_EQ(log_.Messages().size(), 1U);
  intake_.Serve(7);
  EXPECT_EQ(log_.Messages().back(), "connections are taken again");
}

TEST_F(IntakeLogTest, ARequestOnAConnectionFromBeforeIsNoRecovery) {
  Connect(7);
  intake_.Accept(8);
  intake_.Fail("", "no descriptor");
  intake_.Serve(7);
  intake_.Serve(8);
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{"cannot accept a connection: no descriptor"});
}

TEST_F(IntakeLogTest, TwoAddressesAreOneTrouble) {
  for (const char* address : {"[::]:1", "unix:/a", "[::]:1"})
    intake_.Fail(address, "no descriptor");
  EXPECT_EQ(log_.Messages().size(), 1U);
}

TEST_F(IntakeLogTest, WhatTheBudgetLeftNoRoomForIsToldLater) {
  for (unsigned i = 0; i < LimitedLog::kLinesPerMinute; ++i) {
    warnings_.Warn("line " + std::to_string(i));
  }
  log_.Clear();
  intake_.Fail("", "no thread");
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{}) << "an end without a beginning";
  clock_.Advance(std::chrono::minutes(1));
  intake_.Fail("", "no thread");
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(log_.Messages(), (std::vector<std::string>{"left out 1 warnings like this one",
                                                       "cannot accept a connection: no thread",
                                                       "connections are taken again"}));
}

}  // namespace
}  // namespace sockdiag::http
