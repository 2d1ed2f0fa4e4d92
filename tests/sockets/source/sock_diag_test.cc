#include "sockets/source/sock_diag.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

TEST(SockDiag, TellsAKernelWithoutItFromASocketThatCannotBeHad) {
  const DumpError none = SockDiagOpenError(EPROTONOSUPPORT);
  EXPECT_EQ(none.reason, DumpErrorReason::kUnsupported);
  EXPECT_EQ(none.message,
            "cannot open a sock_diag netlink socket: Protocol not supported (EPROTONOSUPPORT): the "
            "kernel has no sock_diag");
  const DumpError full = SockDiagOpenError(EMFILE);
  EXPECT_EQ(full.reason, DumpErrorReason::kOpen);
  EXPECT_FALSE(full.is_denied);
  EXPECT_EQ(full.message, "cannot open a sock_diag netlink socket: Too many open files (EMFILE)");
}

TEST(SockDiag, TellsADenialFromAShortage) {
  for (const int denial :
       {EPERM, EACCES, ENOSYS, EAFNOSUPPORT, EPFNOSUPPORT, EOPNOTSUPP, EPROTONOSUPPORT}) {
    EXPECT_TRUE(SockDiagOpenError(denial).is_denied) << denial;
    EXPECT_TRUE(DumpErrorFromKernel(denial).is_denied) << denial;
  }
  for (const int shortage :
       {ENOMEM, EMFILE, ENFILE, ENOBUFS, ENOSPC, EAGAIN, ETIMEDOUT, EBUSY, EINTR, EIO}) {
    EXPECT_FALSE(SockDiagOpenError(shortage).is_denied) << shortage;
    EXPECT_FALSE(WithMissingModule(Protocol::kTcp, DumpErrorFromKernel(shortage)).is_denied)
        << shortage;
    EXPECT_FALSE(DumpErrorFromReceive(shortage).is_denied) << shortage;
  }
  for (const int missing : {ENOENT, EOPNOTSUPP, EINVAL}) {
    EXPECT_TRUE(WithMissingModule(Protocol::kTcp, DumpErrorFromKernel(missing)).is_denied);
  }
}

TEST(SockDiag, NamesTheModuleThatTheKernelLacks) {
  const DumpError tcp = WithMissingModule(Protocol::kTcp, DumpErrorFromKernel(ENOENT));
  EXPECT_EQ(tcp.reason, DumpErrorReason::kUnsupported);
  EXPECT_EQ(tcp.message,
            "the kernel has no tcp_diag module (ENOENT): load it with modprobe tcp_diag");
  const DumpError inet = WithMissingModule(Protocol::kUdp, DumpErrorFromKernel(EOPNOTSUPP));
  EXPECT_EQ(inet.reason, DumpErrorReason::kUnsupported);
  EXPECT_EQ(inet.message,
            "the kernel has no inet_diag module (EOPNOTSUPP): load it with modprobe udp_diag");
}

TEST(SockDiag, SeesWhichModulesAreLoaded) {
  const testing::TemporaryDirectory directory;
  EXPECT_FALSE(IsModuleLoadedBelow(directory.path(), "tcp_diag"));
  directory.Write("tcp_diag/initstate", "coming\n");
  EXPECT_FALSE(IsModuleLoadedBelow(directory.path(), "tcp_diag")) << "its code has not run yet";
  directory.Write("tcp_diag/initstate", "live\n");
  EXPECT_TRUE(IsModuleLoadedBelow(directory.path(), "tcp_diag"));
  EXPECT_FALSE(IsModuleLoadedBelow(directory.path(), "udp_diag"));
}

TEST(SockDiag, LeavesEveryOtherErrorAsItIs) {
  for (const DumpError& error : {DumpErrorFromKernel(EPERM), DumpErrorFromReceive(ENOENT)}) {
    const DumpError same = WithMissingModule(Protocol::kTcp, error);
    EXPECT_EQ(same.reason, error.reason);
    EXPECT_EQ(same.message, error.message);
  }
}

}  // namespace
}  // namespace sockdiag
