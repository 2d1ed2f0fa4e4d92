#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "namespaces/client.h"
#include "namespaces/helper.h"
#include "namespaces/messages.h"
#include "namespaces/packet.h"
#include "namespaces/supervisor.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/processes.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Generous: only what a test is about may be late.
constexpr std::chrono::minutes kLong{4};
constexpr SupervisorOptions kQuick{milliseconds(1), milliseconds(20)};

/// A worker that says what it may not, once it is asked.
int TalkNonsense(int socket) {
  std::array<std::byte, 64> buffer;
  static_cast<void>(ReceivePacket(socket, buffer, Waiting::kBlock));
  static_cast<void>(SendPacket(socket, MessageBytes(40), {}, Waiting::kBlock));
  return RunNamespaceWorker(socket);
}

/// A worker that cannot.
int EndAtOnce(int /*socket*/) { return 3; }

HelperProcess Start(const SupervisorOptions& options = kQuick) {
  return StartNamespaceHelper(options).value();
}

class NamespaceSupervisorKernel : public KernelTest {
 protected:
  /// Its descriptors are closed: a worker that waits to be asked then ends.
  static WorkerNews NextNews(const HelperProcess& process) {
    std::array<std::byte, 64> buffer;
    const auto packet = ReceivePacket(process.control(), buffer, Waiting::kBlock);
    const Result<WorkerNews> news = DecodeNews(packet.value().bytes);
    EXPECT_TRUE(news) << news.error().message;
    return news.value_or(WorkerNews());
  }
  static std::string Why(NamespaceHelper& helper) {
    const auto found = helper.Find();
    EXPECT_FALSE(found);
    return found ? "it worked" : found.error().message;
  }
  static bool WorksAgain(NamespaceHelper& helper) {
    return WaitUntil([&] { return helper.Find().has_value(); });
  }
};

std::string Capabilities(pid_t pid) {
  std::string text;
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    text += StatusOf(pid, set) + " ";
  }
  return text + StatusOf(pid, "NoNewPrivs");
}

/// What a process has open, in any order; while it closes files, that is any part of them.
std::vector<std::string> OpenFiles(pid_t pid) {
  std::vector<std::string> files;
  std::error_code error;
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string target = std::filesystem::read_symlink(entry->path(), error);
    files.push_back(target.substr(0, target.find(':')));
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// That it has these in the end.
void ExpectOpenFiles(pid_t pid, const std::vector<std::string>& expected) {
  if (WaitUntil([&] { return OpenFiles(pid) == expected; })) return;
  EXPECT_EQ(OpenFiles(pid), expected);
}

TEST_F(NamespaceSupervisorKernel, ItsProcessesHaveWhatTheyNeedAndNoMore) {
  const HelperProcess process = Start();
  const pid_t worker = ChildOf(process.pid());
  // CAP_SYS_PTRACE is 19, CAP_SYS_ADMIN is 21.
  const std::string expected =
      "0000000000000000 0000000000280000 0000000000280000 0000000000000000 0000000000000000 1";
  EXPECT_EQ(Capabilities(process.pid()), expected);
  EXPECT_EQ(StatusOf(process.pid(), "Name"), "sockdiag_keeper");
  // At first it is a copy of the supervisor.
  EXPECT_TRUE(WaitUntil([&] { return StatusOf(worker, "Name") == "sockdiag_netns"; }));
  EXPECT_TRUE(WaitUntil([&] { return Capabilities(worker) == expected; })) << Capabilities(worker);
  const std::string null = "/dev/null";
  ExpectOpenFiles(process.pid(), {null, null, null, "anon_inode", "socket"});
  ExpectOpenFiles(worker, {null, null, null, "net", "socket"});
}

TEST_F(NamespaceSupervisorKernel, NeedsBothCapabilities) {
  EXPECT_EQ(RunInChild([] {
              DropPrivileges();
              EXPECT_EQ(StartNamespaceHelper().error().message,
                        std::string("CAP_SYS_ADMIN is not permitted to this process: ") +
                            kDirectivesForNamespaces);
              EXPECT_EQ(ChildrenOf(getpid()), std::vector<pid_t>());
              return true;
            }),
            0);
}

TEST_F(NamespaceSupervisorKernel, ReplacesAWorkerThatWasKilled) {
  HelperProcess process = Start();
  const pid_t supervisor = process.pid();
  ProcessNamespaceHelper helper(std::move(process), kLong);
  pid_t worker = 0;
  for (int killed = 0; killed < 3; ++killed) {
    worker = ChildOf(supervisor, worker);
    ASSERT_TRUE(WorksAgain(helper));
    kill(worker, SIGKILL);
    // Or the next one is there before we ask.
    ASSERT_TRUE(WaitUntil([&] {
      const auto found = helper.Find();
      if (found) return true;
      EXPECT_EQ(found.error().message, "the namespace helper was killed by SIGKILL");
      return false;
    }));
  }
}

TEST_F(NamespaceSupervisorKernel, WaitsTwiceAsLongEachTime) {
  const HelperProcess process = Start({milliseconds(1), hours(1), EndAtOnce});
  const auto start = steady_clock::now();
  for (int started = 0; started < 8; ++started) {
    EXPECT_EQ(NextNews(process).kind, WorkerNews::Kind::kStarted);
    EXPECT_EQ(NextNews(process), (WorkerNews{WorkerNews::Kind::kEnded, 3 << 8, 0}));
  }
  EXPECT_GE(steady_clock::now() - start, milliseconds(1 + 2 + 4 + 8 + 16 + 32 + 64));
}

TEST_F(NamespaceSupervisorKernel, WaitsNoLongerThanTheLongestPause) {
  const HelperProcess process = Start({milliseconds(2), milliseconds(3), EndAtOnce});
  // With pauses that grow, it would take years.
  for (int ended = 0; ended < 40; ++ended) {
    EXPECT_EQ(NextNews(process).kind, WorkerNews::Kind::kStarted);
    EXPECT_EQ(NextNews(process).kind, WorkerNews::Kind::kEnded);
  }
}

TEST_F(NamespaceSupervisorKernel, ReplacesAWorkerThatIsSilent) {
  HelperProcess process = Start();
  const pid_t supervisor = process.pid();
  const pid_t worker = ChildOf(supervisor);
  kill(worker, SIGSTOP);
  ProcessNamespaceHelper helper(std::move(process), milliseconds(20));
  // Or it was not there in time.
  while (Why(helper) != "the namespace helper was silent for 20 ms") {
  }
  EXPECT_NE(ChildOf(supervisor, worker), worker);
  EXPECT_TRUE(WorksAgain(helper));
}

TEST_F(NamespaceSupervisorKernel, ReplacesAWorkerThatTalksNonsense) {
  ProcessNamespaceHelper helper(Start({milliseconds(1), milliseconds(20), TalkNonsense}), kLong);
  const std::string message = Why(helper);
  EXPECT_EQ(message, "the namespace helper talks nonsense: no answer is of kind 0");
  EXPECT_TRUE(WaitUntil([&] { return Why(helper) == message; })) << "the next one does the same";
}

/// As a terminal sends them to all its processes, and systemd to all of a service.
TEST_F(NamespaceSupervisorKernel, SignalsLeaveItToTheDaemonToEnd) {
  HelperProcess process = Start();
  const pid_t supervisor = process.pid();
  ProcessNamespaceHelper helper(std::move(process), kLong);
  ASSERT_TRUE(helper.Find());
  const pid_t worker = ChildOf(supervisor);
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2}) {
    kill(supervisor, signal);
    kill(worker, signal);
  }
  EXPECT_TRUE(helper.Find());
  EXPECT_EQ(ChildrenOf(supervisor), std::vector<pid_t>{worker});
}

TEST_F(NamespaceSupervisorKernel, EndsWhenItIsStopped) {
  HelperProcess process = Start();
  const pid_t supervisor = process.pid();
  ProcessNamespaceHelper helper(std::move(process), kLong);
  ASSERT_TRUE(helper.Find());
  const pid_t worker = ChildOf(supervisor);
  helper.Stop();
  EXPECT_EQ(Why(helper), "the namespace helper was stopped");
  EXPECT_EQ(kill(supervisor, 0), -1);
  EXPECT_EQ(kill(worker, 0), -1) << "the supervisor waited for it";
}

/// How the end of a daemon is tried: what happens to one of its two processes before.
class DaemonEndKernel : public NamespaceSupervisorKernel {
 protected:
  struct Pids {
    pid_t daemon;
    pid_t supervisor;
    pid_t worker;
  };

  void SetUp() override {
    NamespaceSupervisorKernel::SetUp();
    // What outlives its parent becomes a child of ours, so that it can be waited for.
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }

  /// A daemon that has asked its helper once.
  static Pids StartDaemon(const SupervisorOptions& options = kQuick) {
    PacketPair pair = MakePacketPair().value();
    Pids pids{Check("fork", fork()), 0, 0};
    if (pids.daemon == 0) {
      HelperProcess process = Start(options);
      pids.supervisor = process.pid();
      pids.worker = ChildOf(process.pid());
      ProcessNamespaceHelper helper(std::move(process), kLong);
      static_cast<void>(helper.Find());
      static_cast<void>(
          SendPacket(pair.there.Get(), std::as_bytes(std::span(&pids, 1)), {}, Waiting::kBlock));
      while (true) pause();
    }
    const pid_t daemon = pids.daemon;
    pair.there.Reset();
    static_cast<void>(ReceivePacket(pair.here.Get(), std::as_writable_bytes(std::span(&pids, 1)),
                                    Waiting::kBlock));
    pids.daemon = daemon;
    return pids;
  }

  /// That each ends and is a child of ours then.
  static void ExpectEnd(std::initializer_list<pid_t> pids) {
    for (const pid_t pid : pids) {
      EXPECT_TRUE(WaitUntil([pid] { return waitpid(pid, nullptr, WNOHANG) == pid; }));
    }
  }
};

TEST_F(DaemonEndKernel, EndsItsHelper) {
  const Pids pids = StartDaemon();
  ASSERT_GT(pids.worker, 0);
  kill(pids.daemon, SIGKILL);
  ExpectEnd({pids.daemon, pids.supervisor});
  // The supervisor has waited for it, or left it to us.
  EXPECT_TRUE(WaitUntil([&] { return waitpid(pids.worker, nullptr, WNOHANG) != 0; }));
}

TEST_F(DaemonEndKernel, EndsAHelperThatHangs) {
  const Pids pids = StartDaemon();
  ASSERT_GT(pids.worker, 0);
  kill(pids.worker, SIGSTOP);
  kill(pids.supervisor, SIGSTOP);
  kill(pids.daemon, SIGKILL);
  ExpectEnd({pids.daemon, pids.supervisor, pids.worker});
}

TEST_F(DaemonEndKernel, EndsAHelperThatRestsBetweenWorkers) {
  const Pids pids = StartDaemon({hours(1), hours(1)});
  ASSERT_GT(pids.worker, 0);
  kill(pids.worker, SIGKILL);
  ASSERT_TRUE(WaitUntil([&] { return ChildrenOf(pids.supervisor).empty(); }));
  kill(pids.daemon, SIGKILL);
  ExpectEnd({pids.daemon, pids.supervisor});
}

TEST_F(DaemonEndKernel, TheWorkerEndsWithItsSupervisor) {
  const Pids pids = StartDaemon();
  ASSERT_GT(pids.worker, 0);
  kill(pids.supervisor, SIGKILL);
  ExpectEnd({pids.worker});
  kill(pids.daemon, SIGKILL);
  ExpectEnd({pids.daemon});
}

}  // namespace
}  // namespace sockdiag::kernel
