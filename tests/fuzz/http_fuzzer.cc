#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "tests/fuzz/expect.h"
#include "tests/fuzz/fuzz_server.h"
#include "tests/fuzz/socket_exchange.h"
#include "tests/support/network_namespace.h"

namespace sockdiag::fuzz {
namespace {

constexpr unsigned kInputsBetweenChecks = 2048;

struct Servers {
  FuzzServer open{"127.0.0.1:0", {}};
  FuzzServer locked{"127.0.0.1:0", PasswordSettings()};
  FuzzServer encrypted{"127.0.0.1:0", TlsSettings()};
  FuzzServer on_unix_socket{"unix:" + (std::filesystem::temp_directory_path() /
                                       ("sockdiag-http-fuzzer-" + std::to_string(getpid())))
                                          .string(),
                            {}};
};

/// Runs until the process ends.
Servers& TheServers() {
  static Servers servers;
  return servers;
}

/// Threads and sockets of this process. Other files are no connections: libFuzzer has some.
struct Usage {
  std::ptrdiff_t threads = 0;
  std::ptrdiff_t sockets = 0;

  [[nodiscard]] static Usage Now() {
    Usage usage;
    usage.threads = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
    for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;  // The directory's own.
      const std::string target = std::filesystem::read_symlink(file, gone);
      usage.sockets += target.starts_with("socket:") ? 1 : 0;
    }
    return usage;
  }
  friend bool operator==(const Usage&, const Usage&) = default;
};

std::size_t CountOf(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// A request as it should be, after whatever came before.
void ExpectService(const FuzzServer& server, std::string_view header) {
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: t\r\n" + std::string(header) + "\r\n";
  const auto answer = Exchange(server.address(), request, request.size());
  Expect(answer && answer->starts_with("HTTP/1.1 200 OK\r\n") &&
         CountOf(*answer, kPageMark) == 3000);
}

/// Connections leave no thread and no socket behind. Their threads may still be ending.
void ExpectNothingLeft(const Usage& before) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(kExchangeSeconds);
  while (Usage::Now() != before) {
    Expect(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void CheckNowAndThen() {
  static const Usage before = Usage::Now();
  static unsigned inputs = 0;
  if (++inputs % kInputsBetweenChecks != 0) return;
  ExpectService(TheServers().open, "");
  ExpectService(TheServers().on_unix_socket, "");
  ExpectService(TheServers().locked, "Authorization: Basic " + std::string(kCredentials) + "\r\n");
  ExpectNothingLeft(before);
}

/// Answers to anything at all.
void ExpectHttp(const FuzzServer& server, std::string_view answer, unsigned failed_before) {
  Expect(answer.empty() || answer.starts_with("HTTP/1."));
  // What a client sends is its own fault; only handlers fail.
  Expect(CountOf(answer, "HTTP/1.1 500") <= server.failed() - failed_before);
}

void Talk(const FuzzServer& server, std::string_view bytes, std::size_t piece) {
  const unsigned failed = server.failed();
  const std::optional<std::string> answer = Exchange(server.address(), bytes, piece);
  Expect(answer.has_value());
  if (&server == &TheServers().encrypted) {
    // A TLS alert or handshake record, RFC 8446 section 5.1; or what tells a client of HTTP.
    return Expect(answer->empty() || answer->front() == 21 || answer->front() == 22 ||
                  answer->starts_with("HTTP/1.0 400 "));
  }
  ExpectHttp(server, *answer, failed);
  if (&server == &TheServers().locked && bytes.find(kCredentials) == bytes.npos) {
    Expect(answer->find(kPageMark) == answer->npos);
    Expect(answer->find("HTTP/1.1 200") == answer->npos);
  }
}

}  // namespace
}  // namespace sockdiag::fuzz

/// In a network namespace of its own, when there is one to be had, without TIME_WAIT: the host
/// would run short of ports.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  if (sockdiag::testing::EnterNetworkNamespace()) {
    std::ofstream("/proc/sys/net/ipv4/tcp_max_tw_buckets") << 0;
  }
  sockdiag::fuzz::TheServers();
  return 0;
}

/// Any bytes as what a client sends. The first chooses the server and whether the client waits for
/// the answer, the second how much of the rest goes into one segment.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag::fuzz;
  if (size < 2) return 0;
  CheckNowAndThen();
  Servers& servers = TheServers();
  const std::array all{&servers.open, &servers.locked, &servers.encrypted, &servers.on_unix_socket};
  const FuzzServer& server = *all[data[0] % all.size()];
  const bool leaves_early = data[0] / all.size() % 8 == 7;
  const std::string_view bytes = TextOf(data + 2, size - 2);
  // At most 32 of them.
  const std::size_t piece = bytes.size() / 32 + 1 + (data[1] == 0 ? bytes.size() : data[1]);
  if (leaves_early) {
    SendAndReset(server.address(), bytes, piece);
    // The server goes on; and it keeps up, so that connections do not pile up.
    Expect(Exchange(server.address(), "", 1).has_value());
  } else {
    Talk(server, bytes, piece);
  }
  return 0;
}
