#include "tests/support/netlink_message.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include <cstring>
#include <stdexcept>

namespace sockdiag::testing {
namespace {

template <typename Value>
Bytes BytesOf(const Value& value) {
  Bytes bytes(sizeof(value));
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

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
  return BytesOf(message);
}

Bytes LyingAttribute(std::uint16_t type, const Bytes& payload, std::uint16_t length) {
  Bytes bytes = Join(BytesOf(nlattr{length, type}), payload);
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

Bytes Attribute(std::uint16_t type, const Bytes& payload) {
  return LyingAttribute(type, payload, static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()));
}

Bytes Join(const Bytes& a, const Bytes& b) {
  Bytes joined = a;
  joined.insert(joined.end(), b.begin(), b.end());
  return joined;
}

DatagramBuilder& DatagramBuilder::Message(std::uint16_t type, const Bytes& payload,
                                          std::uint16_t flags) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + payload.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  header.nlmsg_seq = sequence_;
  header.nlmsg_pid = port_id_;
  bytes_ = Join(bytes_, Join(BytesOf(header), payload));
  bytes_.resize((bytes_.size() + 3) / 4 * 4);
  return *this;
}

DatagramBuilder& DatagramBuilder::Done(int status) { return Message(NLMSG_DONE, BytesOf(status)); }

DatagramBuilder& DatagramBuilder::Error(int status) {
  nlmsgerr error{};
  error.error = status;
  return Message(NLMSG_ERROR, BytesOf(error), 0);
}

}  // namespace sockdiag::testing
