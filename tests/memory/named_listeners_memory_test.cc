#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectors/families/named_listeners.h"
#include "tests/memory/allocation_failure.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Figures;

void Collect(NamedListeners& named, const std::vector<UnixSocket>& listeners) {
  named.Begin();
  for (const UnixSocket& listener : listeners) named.Add(listener);
  if (named.NeedsNames()) {
    for (const UnixSocket& listener : listeners) named.AddNamed(listener);
  }
  named.End();
}

UnixSocket Listener(std::uint64_t cookie, std::string_view name) {
  return {.type = SOCK_STREAM,
          .state = UnixSocket::kListen,
          .cookie = cookie,
          .queue = UnixSocket::Queue{1, 5},
          .name = name};
}

TEST(NamedListenersMemory, ACollectionThatFailsSpoilsNoLaterOne) {
  const std::vector<UnixSocket> before{Listener(1, "/run/a"), Listener(2, "/run/gone")};
  const std::vector<UnixSocket> after{Listener(1, "/run/a"), Listener(3, "/run/a"),
                                      Listener(4, "/run/b"), Listener(5, "/run/b"),
                                      Listener(6, "/var/c")};
  std::optional<NamedListeners> named;
  const auto prepare = [&] {
    named.emplace(std::vector<std::string>{"/run/*"});
    Collect(*named, before);
  };
  prepare();
  const std::uint64_t failures = testing::FailEachAllocation(
      [&] { Collect(*named, after); },
      [&](std::uint64_t nth, bool thrown) {
        SCOPED_TRACE("allocation " + std::to_string(nth));
        EXPECT_TRUE(thrown);
        for (int i = 0; i < 2; ++i) {
          Collect(*named, after);
          Samples samples;
          named->Show(samples);
          EXPECT_EQ(testing::FiguresOf(samples, NamedListeners::kQueueLength),
                    (Figures{{"/run/a", 2}, {"/run/b", 2}}));
          EXPECT_FALSE(named->LeavesOut());
        }
        prepare();
      });
  EXPECT_GT(failures, 4U);
}

}  // namespace
}  // namespace sockdiag
