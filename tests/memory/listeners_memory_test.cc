#include <gtest/gtest.h>

#include <string>

#include "sockets/naming/listener_memory.h"
#include "tests/memory/allocation_failure.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using Coverage = ListenerMemory::Coverage;

/// A whole dump with nobody on the end of the listener that has gone, and another one there.
void TakeDump(ListenerMemory& memory) {
  ListenerMemory::Pass pass = memory.Begin();
  pass.Add(testing::Listener("10.0.0.1:6000"));
  std::move(pass).Commit(Coverage::kWhole);
}

TEST(ListenersMemory, ADumpThatFailsForgetsNoListenerAndLearnsNone) {
  ListenerMemory memory(Protocol::kTcp);
  {
    ListenerMemory::Pass pass = memory.Begin();
    pass.Add(testing::Listener("0.0.0.0:5000"));
    std::move(pass).Commit(Coverage::kWhole);
  }
  const SocketRecord accepted =
      testing::Tcp(SocketState::kEstablished, "10.0.0.1:5000", "10.0.0.2:40000");
  const std::uint64_t failures =
      testing::FailEachAllocation([&] { TakeDump(memory); },
                                  [&](std::uint64_t nth, bool thrown) {
                                    SCOPED_TRACE("allocation " + std::to_string(nth));
                                    EXPECT_TRUE(thrown);
                                    EXPECT_EQ(memory.size(), 1U);
                                    ListenerMemory::Pass pass = memory.Begin();
                                    EXPECT_TRUE(pass.HadListener(accepted));
                                  });
  EXPECT_GT(failures, 4U);
  EXPECT_EQ(memory.size(), 2U) << "the last one had all the memory that it asked for";
}

}  // namespace
}  // namespace sockdiag
