#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/file.h"
#include "config/loader.h"
#include "sockets/naming/services_database.h"
#include "tests/memory/allocation_failure.h"

namespace sockdiag {
namespace {

using testing::FailEachAllocation;

constexpr const char* kServices = R"(
services:
  - name: postgres-primary-of-the-shop
    protocol: tcp
    direction: outbound
    ports: [5432, "6432-6440"]
    local_networks: [10.0.0.0/8]
    remote_networks: [10.1.2.0/24, "2001:db8::/32"]
limits: { services: 10, retention: 15m }
sampling: { watched_states: [syn_sent, close_wait] }
)";

/// A text that is right is never refused for want of memory, nor read in part.
void ExpectReadOrThrown(const std::string& yaml) {
  const Result<Config> expected = ParseConfig(yaml, "config.yaml");
  ASSERT_TRUE(expected) << expected.error().message;
  Result<Config> config = Fail("");
  const std::uint64_t failures = FailEachAllocation(
      [&] { config = ParseConfig(yaml, "config.yaml"); },
      [&](std::uint64_t nth, bool thrown) {
        EXPECT_TRUE(thrown) << "allocation " << nth << ": "
                            << (config ? "read all the same" : config.error().message);
      });
  EXPECT_GT(failures, 100U);
  ASSERT_TRUE(config);
  EXPECT_TRUE(*config == *expected);
}

TEST(ConfigMemory, ServicesAreReadOrNotAtAll) { ExpectReadOrThrown(kServices); }

TEST(ConfigMemory, TheShippedFileIsReadOrNotAtAll) {
  const auto text = ReadFile(SOCKDIAG_SOURCE_DIR "/config/sockdiag_exporter.yaml", 1 << 20);
  ASSERT_TRUE(text);
  ExpectReadOrThrown(*text);
}

TEST(ConfigMemory, TheServicesDatabaseIsReadOrNotAtAll) {
  const std::string text = "a-name-that-is-longer-than-short 80/tcp\nb 81/udp\nc 82/tcp\n";
  const ServicesDatabase expected = ParseServicesDatabase(text);
  ServicesDatabase database;
  FailEachAllocation([&] { database = ParseServicesDatabase(text); },
                     [](std::uint64_t nth, bool thrown) { EXPECT_TRUE(thrown) << nth; });
  EXPECT_EQ(database, expected);
}

}  // namespace
}  // namespace sockdiag
