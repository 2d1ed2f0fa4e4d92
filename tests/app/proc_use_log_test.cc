#include "app/proc_use_log.h"

#include <gtest/gtest.h>

#include "tests/support/fake_log.h"

namespace sockdiag {
namespace {

TEST(ProcUseLog, TellsOnceOfEachProtocolAndOnceThatItIsOver) {
  const testing::FakeLog log;
  ProcUseLog use(log);
  use.Note(Protocol::kTcp, "");
  EXPECT_EQ(log.Text(), "");
  for (int i = 0; i < 3; ++i) {
    use.Note(Protocol::kTcp, "denied");
    use.Note(Protocol::kUdp, "");
  }
  EXPECT_EQ(
      log.Text(),
      "level=warn msg=\"sock_diag is missing or denied: reading /proc/net\" protocol=tcp "
      "error=denied lost=\"owners, backlogs of listeners, their drops, IPV6_V6ONLY, ages before "
      "the first look\"\n");
  use.Note(Protocol::kTcp, "");
  use.Note(Protocol::kTcp, "");
  EXPECT_EQ(log.Messages(LogLevel::kInfo), std::vector<std::string>{"sock_diag works again"});
  use.Note(Protocol::kTcp, "denied");
  EXPECT_EQ(log.Messages(LogLevel::kWarn).size(), 2U);
}

}  // namespace
}  // namespace sockdiag
