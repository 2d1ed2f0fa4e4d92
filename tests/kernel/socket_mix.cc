#include "tests/kernel/socket_mix.h"

#include <sys/socket.h>

#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <utility>

#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

class Mixer {
 public:
  explicit Mixer(std::uint32_t seed) : random_(seed) {}

  Sockets Make() {
    for (int i = 0; i < 40; ++i) AddScene();
    for (int i = 0; i < 15; ++i) AddService();
    for (int i = 0; i < 40; ++i) AddUdp();
    return std::move(sockets_);
  }

 private:
  std::size_t Below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  const IpVersion& PickIp() { return Below(2) == 0 ? kIpv4 : kIpv6; }
  std::uint16_t NextPort() { return port_ = static_cast<std::uint16_t>(port_ + 1 + Below(50)); }

  void AddScene() {
    Scene* const scenes[] = {
        Established, SynSent,  SynRecvWithoutClient, SynAckLost,     DeferredAccept,   FinWait1,
        FinWait2,    TimeWait, FinWait2Minisock,     FinWait2Orphan, SimultaneousOpen, LastAck,
        Closing};
    Scene* const scene = scenes[Below(std::size(scenes))];
    const IpVersion& ip = PickIp();
    Append(sockets_, scene(ip, NextPort()));
  }

  /// A listener of any kind, and clients that it may have accepted, with bytes under way.
  void AddService() {
    struct Kind {
      const char* listen;
      const char* connect;
      bool ipv6_only;
    };
    const Kind kinds[] = {{"0.0.0.0", "127.0.0.1", false},
                          {"::", "127.0.0.1", false},
                          {"::", "::1", true},
                          {"::", "::ffff:127.0.0.1", false},
                          {"0.0.0.0", "::ffff:127.0.0.1", false},
                          {"::1", "::1", false}};
    const Kind& kind = kinds[Below(std::size(kinds))];
    const std::uint16_t port = NextPort();
    UniqueFd listener = Listen(kind.listen, port, {.ipv6_only = kind.ipv6_only});
    for (std::size_t i = Below(20); i > 0; --i) {
      UniqueFd client = Connect(kind.connect, port);
      Send(client, Below(5000));
      sockets_.push_back(std::move(client));
      if (Below(3) == 0) continue;
      UniqueFd server = Accept(listener);
      Send(server, Below(5000));
      if (Below(5) == 0) EndOutput(server);
      sockets_.push_back(std::move(server));
    }
    sockets_.push_back(std::move(listener));
  }

  void AddUdp() {
    const IpVersion& ip = PickIp();
    const std::uint16_t port = NextPort();
    const bool reuse_port = Below(2) == 0;
    for (int i = reuse_port ? 2 : 1; i > 0; --i) {
      const char* address = Below(2) == 0 ? ip.any : ip.loopback;
      const Options options{.ipv6_only = Below(2) == 0, .reuse_port = reuse_port};
      sockets_.push_back(Bind(SOCK_DGRAM, address, port, options));
    }
    for (std::size_t i = Below(4); i > 0; --i) {
      sockets_.push_back(ConnectUdp(ip.loopback, port));
      Send(sockets_.back(), Below(1000));
    }
    sockets_.push_back(Bind(SOCK_STREAM, ip.any, port, {.ipv6_only = true}));  // not in the table
  }

  std::mt19937 random_;
  std::uint16_t port_ = 1024;
  Sockets sockets_;
};

}  // namespace

Sockets MakeSocketMix(std::uint32_t seed) { return Mixer(seed).Make(); }

}  // namespace sockdiag::kernel
