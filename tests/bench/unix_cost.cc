// What the collector of unix sockets costs, without and with paths, beside a bare walk of them that
// throws every record away.
//
//   unix_cost SOCKETS [REPEAT]
//
// makes so many, one in a hundred a listener with an abstract name and the rest connected pairs,
// and prints a line for each round: `sockets N named M bare B without W with P`, the last three in
// CPU seconds, user and system. The first round, in which all names are new, is not printed.

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "collectors/families/unix.h"
#include "collectors/families/unix_diag.h"
#include "netlink/dump_request.h"
#include "netlink/transport.h"
#include "netlink/walk.h"
#include "tests/bench/socket_holders.h"

namespace sockdiag::bench {
namespace {

constexpr std::size_t kSocketsOfAListener = 100;

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "unix_cost: %s\n", why.c_str());
  std::exit(1);
}

auto Open(int protocol) { return OpenNetlinkTransport(protocol, std::chrono::seconds(10)); }

bool Listen(std::size_t number) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "bench-" + std::to_string(number);
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
         listen(fd, SOMAXCONN) == 0;
}

bool MakePair() {
  int ends[2];
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
}

void Make(std::size_t sockets, SocketHolders& holders) {
  const std::size_t share = SocketHolders::Capacity() / 2 * 2;
  for (std::size_t first = 0; first < sockets; first += share) {
    const std::size_t last = std::min(first + share, sockets);
    holders.Add([=] {
      bool made = true;
      for (std::size_t i = first; i < last && made; i += 2) {
        made = i % (2 * kSocketsOfAListener) == 0 ? Listen(i) && Listen(i + 1) : MakePair();
      }
      if (!made) std::perror("unix_cost: a socket");
      return made;
    });
  }
  if (!holders.WaitUntilReady()) Die("not all sockets could be made");
}

class Counter final : public MessageSink {
 public:
  DumpResult<void> Add(const NetlinkMessage&) override {
    ++count_;
    return {};
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

std::size_t BareWalk() {
  const auto transport = Open(NETLINK_SOCK_DIAG);
  if (!transport) Die(ErrnoMessage("no netlink socket", transport.error()));
  const DumpTypes types{.request = SOCK_DIAG_BY_FAMILY, .record = SOCK_DIAG_BY_FAMILY};
  DumpBuffer buffer;
  Counter counter;
  const auto walked =
      Walk(**transport, MakeDumpRequest(types, 1, UnixDiagRequest({})), buffer, counter);
  if (!walked) Die(walked.error().message);
  return counter.count();
}

Samples Collect(UnixCollector& collector) {
  Findings findings;
  const Result<void> collected = collector.Collect(findings);
  if (!collected) Die(collected.error().message);
  return std::move(findings.samples);
}

template <typename Work>
double CpuSecondsOf(Work&& work) {
  timespec before{};
  timespec after{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  work();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  return static_cast<double>(after.tv_sec - before.tv_sec) +
         static_cast<double>(after.tv_nsec - before.tv_nsec) / 1e9;
}

std::size_t NamesIn(const Samples& samples) {
  std::size_t names = 0;
  samples.ForEach(NamedListeners::kQueueLength, [&](double, const auto&) { ++names; });
  return names;
}

void Run(std::size_t sockets, int repeat) {
  SocketHolders holders;
  Make(sockets, holders);
  const SystemClock clock;
  UnixCollector plain(Open, clock, {});
  UnixCollector named(Open, clock, {"@bench-*000", "/run/*.sock", "/run/*/*.sock"});
  for (int i = 0; i <= repeat; ++i) {
    std::size_t seen = 0;
    Samples samples;
    const double bare = CpuSecondsOf([&] { seen = BareWalk(); });
    const double without = CpuSecondsOf([&] { Collect(plain); });
    const double with = CpuSecondsOf([&] { samples = Collect(named); });
    if (i == 0) continue;
    std::printf("sockets %zu named %zu bare %.6f without %.6f with %.6f\n", seen, NamesIn(samples),
                bare, without, with);
  }
}

}  // namespace
}  // namespace sockdiag::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: unix_cost SOCKETS [REPEAT]\n", stderr);
    return 2;
  }
  sockdiag::bench::Run(std::strtoul(argv[1], nullptr, 10), argc > 2 ? std::atoi(argv[2]) : 1);
  return 0;
}
