#include "http/mhd_daemon.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fake_clock.h"

namespace sockdiag::http {
namespace {

TEST(MhdDaemon, ReturnsWhyItCannotAddAndDoesNotLogItAsWell) {
  const sockdiag::testing::FakeClock clock;
  std::vector<std::string> lines;
  WarningLog log([&](std::string_view line) { lines.emplace_back(line); }, clock);
  IntakeLog intake(log, nullptr, clock);
  ConnectionTable table(1, 0, {}, clock);
  Dispatcher dispatcher(Router(), nullptr, 1, log);
  ExchangeCallbacks callbacks(dispatcher, table, nullptr, log, intake);
  const auto daemon = MhdDaemon::Start(callbacks, table, nullptr, log, intake);
  ASSERT_TRUE(daemon);
  AcceptedSocket no_socket;
  no_socket.fd.Reset(open("/", O_PATH | O_CLOEXEC));  // Cannot be made nonblocking.
  const Result<void> added = (*daemon)->Add(std::move(no_socket));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message,
            "it cannot be served: Failed to set nonblocking mode on new client socket: "
            "Bad file descriptor");
  EXPECT_EQ(lines, std::vector<std::string>{});
}

}  // namespace
}  // namespace sockdiag::http
