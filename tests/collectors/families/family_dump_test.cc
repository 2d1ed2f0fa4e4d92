#include "collectors/families/family_dump.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cerrno>
#include <set>
#include <string>

#include "tests/collectors/families/family_answers.h"
#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using testing::Bytes;
using testing::SockDiagAnswer;
using testing::SockDiagRefusal;

class FamilyDumpTest : public ::testing::Test {
 protected:
  /// Whether the kernel lists such sockets; an error's text stands in the test's place.
  [[nodiscard]] bool Walk() {
    const Result<bool> walked = dump_.Walk(Bytes(8), records_);
    error_ = walked ? "" : walked.error().message;
    return walked && *walked;
  }

  testing::FakeClock clock_;
  testing::FakeKernel kernel_;
  std::set<std::string> loaded_;
  FamilyDump dump_{
      kernel_.Opener(),
      clock_,
      "tipc",
      "tipc_diag",
      {.is_loaded = [this](const std::string& module) { return loaded_.contains(module); }}};
  testing::MessageList records_;
  std::string error_;
};

TEST_F(FamilyDumpTest, GivesEachRecordOn) {
  kernel_.Add(SockDiagAnswer(1, {Bytes(4), Bytes(12)}));
  EXPECT_TRUE(Walk());
  EXPECT_EQ(records_.payloads, (std::vector<Bytes>{Bytes(4), Bytes(12)}));
  EXPECT_EQ(dump_.lack(), "");
  ASSERT_EQ(kernel_.requests.size(), 1U);
  EXPECT_EQ(kernel_.requests[0].size(), sizeof(nlmsghdr) + 8);
}

TEST_F(FamilyDumpTest, WhatTheKernelDoesNotListIsNoErrorAndNotAskedForAgainForFiveMinutes) {
  kernel_.Add(SockDiagRefusal(1, -ENOENT));
  EXPECT_FALSE(Walk());
  EXPECT_EQ(error_, "");
  EXPECT_EQ(dump_.lack(),
            "the kernel lists no tipc sockets: it has no tipc_diag, or no tipc at all; asked again "
            "when it is loaded, after 5 minutes or at a reload");
  clock_.Advance(RefusalMemory::kTime - std::chrono::seconds(1));
  EXPECT_FALSE(Walk());
  EXPECT_NE(dump_.lack(), "");
  EXPECT_EQ(kernel_.opened, 1);
  clock_.Advance(std::chrono::seconds(1));
  kernel_.Add(SockDiagAnswer(2, {Bytes(4)}));
  EXPECT_TRUE(Walk());
  EXPECT_EQ(dump_.lack(), "");
  EXPECT_EQ(kernel_.opened, 2);
}

TEST_F(FamilyDumpTest, IsAskedForAgainWhenItsModuleIsLoaded) {
  kernel_.Add(SockDiagRefusal(1, -ENOENT));
  EXPECT_FALSE(Walk());
  loaded_ = {"tipc_diag"};
  kernel_.Add(SockDiagAnswer(2, {Bytes(4)}));
  EXPECT_TRUE(Walk());
  EXPECT_EQ(dump_.lack(), "");
}

TEST_F(FamilyDumpTest, AMissingProtocolIsSaidAtTheEndOfTheDump) {
  kernel_.Add(SockDiagAnswer(1, {}, -ENOENT));
  EXPECT_FALSE(Walk());
  EXPECT_EQ(error_, "");
  EXPECT_NE(dump_.lack(), "");
}

TEST_F(FamilyDumpTest, AKernelWithoutSockDiagListsNothing) {
  kernel_.Add({.open_error = EPROTONOSUPPORT, .answers = {}});
  EXPECT_FALSE(Walk());
  EXPECT_EQ(error_, "");
  EXPECT_NE(dump_.lack(), "");
}

TEST_F(FamilyDumpTest, NorDoesOneThatIsEmulated) {
  kernel_.Add(SockDiagRefusal(1, -EINVAL));
  EXPECT_FALSE(Walk());
  EXPECT_EQ(error_, "");
  EXPECT_NE(dump_.lack(), "");
}

TEST_F(FamilyDumpTest, WhatIsDeniedIsNotThere) {
  kernel_.Add(SockDiagRefusal(1, -EPERM));
  EXPECT_FALSE(Walk());
  EXPECT_EQ(error_, "");
  EXPECT_EQ(
      dump_.lack(),
      "the kernel lists no tipc sockets: the kernel refused the dump: Operation not permitted "
      "(EPERM); asked again after 5 minutes or at a reload");
  EXPECT_FALSE(Walk()) << "asked again too soon";
  EXPECT_EQ(kernel_.opened, 1);
}

TEST_F(FamilyDumpTest, AnyOtherErrorFailsAndIsNotRemembered) {
  kernel_.Add({.open_error = EMFILE, .answers = {}});
  EXPECT_FALSE(Walk());
  EXPECT_NE(error_.find("tipc sockets: cannot open a sock_diag netlink socket"), std::string::npos)
      << error_;
  kernel_.Add(SockDiagRefusal(1, -ENOMEM));
  EXPECT_FALSE(Walk());
  EXPECT_NE(error_.find("tipc sockets: the kernel refused the dump"), std::string::npos) << error_;
  kernel_.Add(SockDiagAnswer(2, {}));
  EXPECT_TRUE(Walk());
}

}  // namespace
}  // namespace sockdiag
