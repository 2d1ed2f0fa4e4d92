#include "tests/support/inet_diag_message.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <array>
#include <stdexcept>

namespace sockdiag::testing {
namespace {

void PutAddress(int family, const std::string& text, void* place) {
  if (inet_pton(family, text.c_str(), place) != 1) throw std::invalid_argument(text);
}

}  // namespace

Bytes InetDiagPayload(const DiagSocket& socket) {
  inet_diag_msg message{};
  message.idiag_family = socket.family;
  message.idiag_state = socket.state;
  message.id.idiag_sport = htons(socket.local_port);
  message.id.idiag_dport = htons(socket.remote_port);
  const int family = socket.family == AF_INET ? AF_INET : AF_INET6;
  PutAddress(family, socket.local, message.id.idiag_src);
  PutAddress(family, socket.remote, message.id.idiag_dst);
  message.id.idiag_cookie[0] = static_cast<std::uint32_t>(socket.cookie);
  message.id.idiag_cookie[1] = static_cast<std::uint32_t>(socket.cookie >> 32);
  message.idiag_rqueue = socket.receive_queue;
  message.idiag_wqueue = socket.send_queue;
  message.idiag_inode = socket.inode;
  message.idiag_timer = socket.timer;
  message.idiag_retrans = socket.retransmits;
  if (socket.drops == 0) return BytesOf(message);
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  memory[SK_MEMINFO_DROPS] = socket.drops;
  return Join(BytesOf(message), Attribute(INET_DIAG_SKMEMINFO, BytesOf(memory)));
}

}  // namespace sockdiag::testing
