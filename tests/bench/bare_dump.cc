// The cheapest dump of all TCP sockets there is: one walk for both families, every record thrown
// away. It is what the exporter's cost is compared with.
//
//   bare_dump [REPEAT]
//
// Prints a line a dump: `sockets N bytes B cpu_seconds C user U system S`.

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::size_t kBufferSize = 32768;

struct Counts {
  std::uint64_t sockets = 0;
  std::uint64_t bytes = 0;
};

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void SendRequest(mnl_socket* socket) {
  struct {
    nlmsghdr header;
    inet_diag_req body;
  } request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = TCPDIAG_GETSOCK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.idiag_states = 0xfff;
  if (mnl_socket_sendto(socket, &request, sizeof(request)) < 0) Die("bare_dump: send");
}

/// False when the dump ended.
bool Walk(const char* buffer, std::size_t size, Counts& counts) {
  const auto* message = reinterpret_cast<const nlmsghdr*>(buffer);
  int left = static_cast<int>(size);
  for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
    if (message->nlmsg_type == NLMSG_DONE) return false;
    if (message->nlmsg_type != TCPDIAG_GETSOCK) {
      std::fprintf(stderr, "bare_dump: message type %u\n", unsigned{message->nlmsg_type});
      std::exit(1);
    }
    ++counts.sockets;
  }
  return true;
}

Counts Dump() {
  alignas(nlmsghdr) static char buffer[kBufferSize];
  mnl_socket* socket = mnl_socket_open(NETLINK_SOCK_DIAG);
  if (socket == nullptr) Die("bare_dump: open");
  if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) Die("bare_dump: bind");
  SendRequest(socket);
  Counts counts;
  while (true) {
    const ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
    if (size < 0) Die("bare_dump: receive");
    counts.bytes += static_cast<std::uint64_t>(size);
    if (!Walk(buffer, static_cast<std::size_t>(size), counts)) break;
  }
  mnl_socket_close(socket);
  return counts;
}

double Seconds(const timeval& after, const timeval& before) {
  return static_cast<double>(after.tv_sec - before.tv_sec) +
         static_cast<double>(after.tv_usec - before.tv_usec) / 1e6;
}

rusage Usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

}  // namespace

int main(int argc, char** argv) {
  const int repeat = argc > 1 ? std::atoi(argv[1]) : 1;
  for (int i = 0; i < repeat; ++i) {
    const rusage before = Usage();
    const Counts counts = Dump();
    const rusage after = Usage();
    const double user = Seconds(after.ru_utime, before.ru_utime);
    const double system = Seconds(after.ru_stime, before.ru_stime);
    std::printf("sockets %ju bytes %ju cpu_seconds %.6f user %.6f system %.6f\n",
                static_cast<std::uintmax_t>(counts.sockets),
                static_cast<std::uintmax_t>(counts.bytes), user + system, user, system);
  }
  return 0;
}
