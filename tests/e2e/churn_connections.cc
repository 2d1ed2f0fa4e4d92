// Opens and closes TCP connections on the loopback of its network namespace, until its standard
// input ends: churn_connections PORT RATE
// RATE connections a second (0: as many as it can), of which the last kOpen stay open. One in eight
// is closed by the client first and one by the server, and leaves TIME_WAIT; the others are reset.
// It prints a line when the first kOpen are open, and at the end one that says how many it made in
// how many microseconds.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kOpen = 200;
constexpr std::chrono::milliseconds kTick{5};
constexpr std::uint64_t kBatch = 100;  // between two looks at the clock, when nothing limits it
constexpr std::uint32_t kDestinations = 250;
constexpr int kBacklog = 1024;

struct Connection {
  int client = -1;
  int server = -1;
};

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int Check(const char* what, int result) {
  if (result < 0) Die(what);
  return result;
}

sockaddr_in Address(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(host);
  return address;
}

int Listen(std::uint16_t port) {
  const int listener = Check("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Address(INADDR_ANY, port);
  Check("bind", bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  Check("listen", listen(listener, kBacklog));
  return listener;
}

/// Every destination has ephemeral ports of its own, so that TIME_WAIT does not use them up.
Connection Open(int listener, std::uint16_t port, std::uint64_t number) {
  const std::uint32_t destination = 1 + static_cast<std::uint32_t>(number % kDestinations);
  const sockaddr_in address = Address(INADDR_LOOPBACK - 1 + destination, port);
  Connection connection;
  connection.client = Check("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Check("connect",
        connect(connection.client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  connection.server = Check("accept", accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  return connection;
}

void Close(const Connection& connection, std::uint64_t number) {
  if (connection.client < 0) return;
  if (number % 8 == 1) {
    close(connection.server);
    close(connection.client);
    return;
  }
  if (number % 8 != 0) {
    const linger reset{1, 0};
    setsockopt(connection.client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  }
  close(connection.client);
  close(connection.server);
}

bool InputEnds(std::chrono::milliseconds wait) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: churn_connections PORT RATE\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const double rate = std::atof(argv[2]);
  const int listener = Listen(port);
  std::array<Connection, kOpen> open;
  std::uint64_t made = 0;
  const Clock::time_point start = Clock::now();
  while (!InputEnds(rate > 0 ? kTick : std::chrono::milliseconds(0))) {
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    const std::uint64_t due =
        rate > 0 ? static_cast<std::uint64_t>(elapsed.count() * rate) : made + kBatch;
    for (; made < due; ++made) {
      Connection& place = open[made % kOpen];
      Close(place, made);
      place = Open(listener, port, made);
      if (made + 1 == kOpen) {
        std::puts("open");
        std::fflush(stdout);
      }
    }
  }
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count();
  std::printf("%llu %lld\n", static_cast<unsigned long long>(made),
              static_cast<long long>(microseconds));
  return 0;
}
