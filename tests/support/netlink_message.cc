#include "tests/support/netlink_message.h"

#include <linux/netlink.h>

namespace sockdiag::testing {

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
