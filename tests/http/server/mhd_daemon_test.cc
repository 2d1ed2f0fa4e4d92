#include "http/server/mhd_daemon.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"

namespace sockdiag::http {
namespace {

TEST(MhdDaemon, ReturnsWhyItCannotAddAndDoesNotLogItAsWell) {
  const sockdiag::testing::FakeClock clock;
  const sockdiag::testing::FakeLog log;
  LimitedLog warnings(log, clock);
  AcceptFailureLog accept_failures(warnings, log);
  ConnectionTable table(1, 0, {}, clock);
  Dispatcher dispatcher(Router(), nullptr, 1, warnings);
  MhdRequestCallbacks callbacks(dispatcher, table, nullptr, warnings, accept_failures);
  const auto daemon = MhdDaemon::Start(callbacks, table, nullptr, warnings, accept_failures);
  ASSERT_TRUE(daemon);
  AcceptedSocket no_socket;
  no_socket.fd.Reset(open("/", O_PATH | O_CLOEXEC));  // Cannot be made nonblocking.
  const Result<void> added = (*daemon)->Add(std::move(no_socket));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message,
            "it cannot be served: Failed to set nonblocking mode on new client socket: "
            "Bad file descriptor");
  EXPECT_EQ(log.Messages(), std::vector<std::string>{});
}

}  // namespace
}  // namespace sockdiag::http
