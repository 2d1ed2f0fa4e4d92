#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "model/ip_address.h"

namespace sockdiag {

/// A network. An IPv4 network holds IPv4 addresses and their mapped form; an IPv6 network, also
/// `::/0`, holds only IPv6 ones.
class Cidr {
 public:
  /// `10.0.0.0/8` or `2001:db8::/32`. Refused with the reason: no or a wrong prefix length, bits
  /// set behind the prefix, not an address.
  [[nodiscard]] static Result<Cidr> Parse(std::string_view text);

  [[nodiscard]] bool Contains(const IpAddress& address) const;
  /// The lowest and the highest address, as 128-bit numbers (see IpAddress).
  [[nodiscard]] const IpAddress& First() const { return first_; }
  [[nodiscard]] const IpAddress& Last() const { return last_; }
  [[nodiscard]] std::string ToString() const;

  friend bool operator==(const Cidr&, const Cidr&) = default;

 private:
  Cidr(const IpAddress& first, const IpAddress& last, unsigned prefix_length)
      : first_(first), last_(last), prefix_length_(prefix_length) {}
  IpAddress first_;
  IpAddress last_;
  unsigned prefix_length_;  // as written: of 32 for IPv4, of 128 for IPv6
};

}  // namespace sockdiag
