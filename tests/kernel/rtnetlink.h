#pragma once

#include <string>

#include "netlink/transport.h"
#include "tests/kernel/namespace.h"
#include "tests/support/files.h"

namespace sockdiag::kernel {

/// A namespace with `lo` and a pair of devices, v0 and v1, that are up. v0 has 10.9.0.1/16 and
/// fd00:9::1/64.
class RtnetlinkTest : public KernelTest {
 protected:
  void SetUp() override;

  /// ip(8) with words; its output.
  static std::string Ip(const std::string& words);
  /// Many commands of ip(8) in one go; `flags` such as `-6`.
  void IpBatch(const std::string& commands, const std::string& flags = "") const;

  [[nodiscard]] static NetlinkOpener OpenNetlink();
  /// The same, and with each dump a device comes and goes, after the kernel has begun to answer and
  /// before the end. So the kernel marks every dump of more devices than fit a datagram as
  /// interrupted, however fast anybody is.
  [[nodiscard]] static NetlinkOpener OpenNetlinkAmidChanges();

 private:
  testing::TemporaryDirectory folder_;
};

}  // namespace sockdiag::kernel
