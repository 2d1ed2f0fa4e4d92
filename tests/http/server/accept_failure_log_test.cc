#include "http/server/accept_failure_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

class AcceptFailureLogTest : public ::testing::Test {
 protected:
  /// A connection with one request.
  void Connect(int fd = 7) {
    accept_failures_.NoteAccepted(fd);
    accept_failures_.NoteRequest(fd);
  }

  testing::FakeClock clock_;
  testing::FakeLog log_;
  LimitedLog warnings_{log_, clock_};
  AcceptFailureLog accept_failures_{warnings_, log_};
};

TEST_F(AcceptFailureLogTest, SaysOnceThatConnectionsCannotBeTakenAndOnceThatTheyCan) {
  Connect();
  for (int i = 0; i < 3; ++i) accept_failures_.NoteFailure("[::]:1", "no descriptor");
  EXPECT_EQ(log_.Messages(),
            std::vector<std::string>{"cannot accept a connection on [::]:1: no descriptor"});
  log_.Clear();
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{"connections are taken again"});
}

TEST_F(AcceptFailureLogTest, AnAcceptThatLeadsToNothingIsNoRecovery) {
  for (int i = 0; i < 3; ++i) {
    accept_failures_.NoteAccepted(7);
    accept_failures_.NoteFailure("", "no thread");
  }
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{"cannot accept a connection: no thread"});
}

TEST_F(AcceptFailureLogTest, TheFirstRequestOnANewConnectionIsARecovery) {
  accept_failures_.NoteFailure("", "no thread");
  accept_failures_.NoteAccepted(7);
  accept_failures_.NoteAccepted(8);  // Its client sends nothing.
  EXPECT_EQ(log_.Messages().size(), 1U);
  accept_failures_.NoteRequest(7);
  EXPECT_EQ(log_.Messages().back(), "connections are taken again");
}

TEST_F(AcceptFailureLogTest, ARequestOnAConnectionFromBeforeIsNoRecovery) {
  Connect(7);
  accept_failures_.NoteAccepted(8);
  accept_failures_.NoteFailure("", "no descriptor");
  accept_failures_.NoteRequest(7);
  accept_failures_.NoteRequest(8);
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{"cannot accept a connection: no descriptor"});
}

TEST_F(AcceptFailureLogTest, TwoAddressesAreOneTrouble) {
  for (const char* address : {"[::]:1", "unix:/a", "[::]:1"})
    accept_failures_.NoteFailure(address, "no descriptor");
  EXPECT_EQ(log_.Messages().size(), 1U);
}

TEST_F(AcceptFailureLogTest, WhatTheBudgetLeftNoRoomForIsToldLater) {
  for (unsigned i = 0; i < LimitedLog::kLinesPerMinute; ++i) {
    warnings_.Warn("line " + std::to_string(i));
  }
  log_.Clear();
  accept_failures_.NoteFailure("", "no thread");
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(log_.Messages(), std::vector<std::string>{}) << "an end without a beginning";
  clock_.Advance(std::chrono::minutes(1));
  accept_failures_.NoteFailure("", "no thread");
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_EQ(log_.Messages(), (std::vector<std::string>{"left out 1 warnings like this one",
                                                       "cannot accept a connection: no thread",
                                                       "connections are taken again"}));
}

}  // namespace
}  // namespace sockdiag::http
