#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/sanitizer.h"
#include "http/server.h"
#include "tests/http/support/http_client.h"
#include "tests/http/support/test_server.h"

namespace sockdiag::http {
namespace {

constexpr bool kMeasuresMemory = !kIsSanitized;  // Freed memory stays in quarantine.
constexpr int kConnections = kIsSanitized ? 500 : 2000;
constexpr int kShortVisits = kIsSanitized ? 1'000 : 10'000;

std::ptrdiff_t CountEntries(const char* directory) {
  const std::filesystem::directory_iterator entries(directory);
  return std::distance(begin(entries), end(entries));
}

std::size_t ResidentKib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmRSS:") {
  }
  std::size_t kib = 0;
  status >> kib;
  return kib;
}

void Visit(const std::string& address, int connections) {
  for (int i = 0; i < connections; ++i) {
    HttpClient client(address);
    ASSERT_EQ(client.Get("/big", "Accept-Encoding: gzip\r\n").status, 200);
  }
}

/// A connection's thread and descriptor go a moment after its client; others must not stay.
bool ComeDownTo(const char* directory, std::ptrdiff_t count) {
  for (int i = 0; i < 1'000'000; ++i) {
    if (CountEntries(directory) <= count) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST(ServerEndurance, LeaksNoThreadNoDescriptorAndNoMemory) {
  // As main() does: with more arenas, memory depends on which threads happened to meet.
  mallopt(M_ARENA_MAX, 1);
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  const std::string address = server->BoundAddresses().front();
  const std::ptrdiff_t threads = CountEntries("/proc/self/task");
  const std::ptrdiff_t descriptors = CountEntries("/proc/self/fd");
  Visit(address, kConnections / 10);
  const std::size_t resident_kib = ResidentKib();
  Visit(address, kConnections);
  EXPECT_TRUE(ComeDownTo("/proc/self/task", threads));
  EXPECT_TRUE(ComeDownTo("/proc/self/fd", descriptors));
  if (kMeasuresMemory) {
    EXPECT_LT(ResidentKib(), resident_kib + 2048);
  }
}

TEST(ServerEndurance, ForgetsClientsHoweverTheyLeave) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  const std::string address = server->BoundAddresses().front();
  const std::ptrdiff_t threads = CountEntries("/proc/self/task");
  const std::ptrdiff_t descriptors = CountEntries("/proc/self/fd");
  for (int i = 0; i < kShortVisits; ++i) {
    HttpClient client(address);
    if (i % 2 == 0) client.LeaveWithReset();
    try {
      if (i % 4 < 2) client.Send("GET /metrics HTTP/1.1\r\nHost: t\r\n");
      if (i % 8 < 4) client.Send("\r\n");
    } catch (const std::runtime_error&) {
      // Refused: it comes faster than those before it are seen to have left.
    }
  }
  EXPECT_TRUE(IsServedInTheEnd(address));
  EXPECT_TRUE(ComeDownTo("/proc/self/task", threads));
  EXPECT_TRUE(ComeDownTo("/proc/self/fd", descriptors));
}

TEST(ServerEndurance, ServesManyClientsAtOnce) {
  Gate gate;
  const auto server = StartServer(gate, {"127.0.0.1:0"});
  const std::string address = server->BoundAddresses().front();
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        HttpClient client(address);
        if (client.Get("/metrics").status == 200) ++good;
        if (client.Get("/big").body == BigBody()) ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 8 * 20 * 2);
}

}  // namespace
}  // namespace sockdiag::http
