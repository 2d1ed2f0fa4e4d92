#pragma once

#include <gtest/gtest.h>

#include <string>

namespace sockdiag::kernel {

/// A device that loses every packet sent through it. Each version of IP has our address in it and
/// one that nobody has; see IpVersion.
void MakeBlackHole();

/// Drops incoming packets that match an nftables expression, `tcp dport 80`. Loopback packets
/// vanish too, and unlike in the output chain the sender does not notice.
void DropIncoming(const std::string& expression);

/// Gives each test a namespace of its own. Where none can be had, the test is skipped, or fails
/// when SOCKDIAG_REQUIRE_NAMESPACES=1 is in the environment.
class KernelTest : public ::testing::Test {
 protected:
  void SetUp() override;
};

/// The same, with a value.
template <typename T>
class KernelTestWith : public KernelTest, public ::testing::WithParamInterface<T> {};

}  // namespace sockdiag::kernel
