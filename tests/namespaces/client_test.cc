#include "namespaces/client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "namespaces/messages.h"
#include "namespaces/packet.h"
#include "namespaces/pidfd.h"

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// A child that does nothing until it is killed, or until the other end of `until_end` is closed.
pid_t StartChild(int until_end = -1) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child > 0) return child;
  // It must not hold ends that the test closes.
  const auto kept = static_cast<unsigned int>(until_end);
  if (until_end > STDERR_FILENO + 1) close_range(STDERR_FILENO + 1, kept - 1, 0);
  close_range(until_end < 0 ? STDERR_FILENO + 1 : kept + 1, ~0U, 0);
  while (until_end < 0) pause();
  std::array<std::byte, 16> buffer;
  static_cast<void>(ReceivePacket(until_end, buffer, Waiting::kBlock));
  _exit(0);
}

/// A worker that is played by the test, and a process that stands for it.
class FakeWorker {
 public:
  FakeWorker() : pid_(StartChild()), pidfd_(OpenPidfd(pid_)) {}
  FakeWorker(const FakeWorker&) = delete;
  FakeWorker& operator=(const FakeWorker&) = delete;
  ~FakeWorker() {
    kill(pid_, SIGKILL);
    if (!is_reaped_) waitpid(pid_, nullptr, 0);
  }

  /// Beforehand, as nobody else is there to answer.
  void Answer(const NamespaceAnswer& answer, std::initializer_list<int> fds = {}) const {
    Say(Encode(answer), fds);
  }
  void Say(const MessageBytes& bytes, std::initializer_list<int> fds = {}) const {
    ASSERT_TRUE(SendPacket(pair_.there.Get(), bytes, fds, Waiting::kNonblock));
  }
  void Announce(int control) const {
    ASSERT_TRUE(SendPacket(control, Encode(WorkerNews{WorkerNews::Kind::kStarted, 0, pid_}),
                           {pair_.here.Get(), pidfd_.Get()}, Waiting::kNonblock));
  }
  /// As the supervisor does once it has told.
  void CloseHere() { pair_.here.Reset(); }
  void ExpectAbandoned() const {
    std::array<std::byte, 64> buffer;
    const auto packet = ReceivePacket(pair_.there.Get(), buffer, Waiting::kNonblock);
    EXPECT_TRUE(packet && packet->bytes.empty());
  }
  void EndSocket() {
    pair_.here.Reset();
    pair_.there.Reset();
  }
  /// What it was asked.
  [[nodiscard]] NamespaceRequest Request(Waiting waiting = Waiting::kNonblock) const {
    std::array<std::byte, 64> buffer;
    const auto packet = ReceivePacket(pair_.there.Get(), buffer, waiting);
    return DecodeRequest(packet.value().bytes).value();
  }
  /// Waits for it, for as long as the test may take.
  void ExpectKilled() {
    int status = 0;
    ASSERT_EQ(waitpid(pid_, &status, 0), pid_);
    is_reaped_ = true;
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// CPU time that the process behind it has spent. Waits until that is something.
  [[nodiscard]] nanoseconds CpuTime() const {
    nanoseconds spent{0};
    while (spent == nanoseconds(0)) spent = CpuTimeOf(pid_, pidfd_).value();
    return spent;
  }
  [[nodiscard]] bool IsAlive() const { return waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  // Before the sockets, which it would hold for a moment.
  pid_t pid_;
  UniqueFd pidfd_;
  PacketPair pair_ = MakePacketPair().value();
  bool is_reaped_ = false;
};

class NamespaceClientTest : public ::testing::Test {
 protected:
  void Tell(const WorkerNews& news) const {
    ASSERT_TRUE(SendPacket(control_.there.Get(), Encode(news), {}, Waiting::kNonblock));
  }
  ProcessNamespaceHelper MakeHelper(milliseconds deadline = hours(1)) {
    const pid_t supervisor = StartChild(control_.there.Get());
    return ProcessNamespaceHelper(
        HelperProcess(supervisor, OpenPidfd(supervisor), std::move(control_.here)), deadline);
  }

  /// Why a call that is to fail did.
  template <typename T>
  static std::string Why(const NamespaceResult<T>& result) {
    EXPECT_FALSE(result);
    if (result) return "it worked";
    EXPECT_EQ(result.error().reason, NamespaceErrorReason::kUnavailable);
    return result.error().message;
  }

  PacketPair control_ = MakePacketPair().value();
  const UniqueFd file_{open("/dev/null", O_RDONLY | O_CLOEXEC)};
};

TEST_F(NamespaceClientTest, AsksAndGivesWhatIsAnswered) {
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  ProcessNamespaceHelper helper = MakeHelper();
  const FoundNamespace host{5, true, true, {}, {}};
  const FoundNamespace blue{6, false, false, "blue", "/b"};
  worker.Answer(host);
  worker.Answer(blue);
  worker.Answer(FindEnd{2, true, 3, "refused"});
  EXPECT_EQ(helper.Find().value(), (FoundNamespaces{{host, blue}, true, 3, "refused"}));
  EXPECT_EQ(worker.Request(), NamespaceRequest());

  worker.Answer(NamespaceCounters{1, 2, 3, 4, 5});
  EXPECT_EQ(helper.Counters(6).value(), (NamespaceCounters{1, 2, 3, 4, 5}));
  EXPECT_EQ(worker.Request(), (NamespaceRequest{NamespaceRequest::Kind::kCounters, 6}));

  worker.Answer(PortTexts{"1 2", "3"}, {file_.Get()});
  const auto opened = helper.Open(6);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->socket.IsValid());
  EXPECT_EQ(opened->ports, (PortTexts{"1 2", "3"}));
  EXPECT_EQ(worker.Request(), (NamespaceRequest{NamespaceRequest::Kind::kOpen, 6}));
  EXPECT_TRUE(worker.IsAlive());
}

TEST_F(NamespaceClientTest, AnErrorOfTheWorkerIsAnAnswer) {
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  ProcessNamespaceHelper helper = MakeHelper();
  const NamespaceError gone{NamespaceErrorReason::kGone, "gone"};
  const NamespaceError refused{NamespaceErrorReason::kRefused, "refused"};
  const NamespaceError failed{NamespaceErrorReason::kFailed, "failed"};
  for (const NamespaceError& error : {gone, refused, failed}) worker.Answer(error);
  EXPECT_EQ(helper.Open(6).error(), gone);
  EXPECT_EQ(helper.Counters(6).error(), refused);
  EXPECT_EQ(helper.Find().error(), failed);
  EXPECT_EQ(helper.Open(0).error().reason, NamespaceErrorReason::kGone) << "nobody was asked";
  EXPECT_TRUE(worker.IsAlive());
}

TEST_F(NamespaceClientTest, TellsOnceWhatWorkersSpend) {
  ProcessNamespaceHelper helper = MakeHelper();
  EXPECT_EQ(helper.TakeCpuTime(), nanoseconds(0)) << "there is none yet";
  for (int started = 0; started < 2; ++started) {
    FakeWorker worker;
    worker.Announce(control_.there.Get());
    nanoseconds taken{0};
    for (int asked = 0; asked < 3; ++asked) {
      worker.Answer(NamespaceCounters());
      ASSERT_TRUE(helper.Counters(6));
      const nanoseconds before = worker.CpuTime();
      taken += helper.TakeCpuTime();
      EXPECT_GE(taken, before);
      EXPECT_LE(taken, worker.CpuTime());
    }
    Tell({WorkerNews::Kind::kEnded, SIGKILL, 0});
  }
}

TEST_F(NamespaceClientTest, TellsWhatAWorkerSpentBeforeItWasKilled) {
  ProcessNamespaceHelper helper = MakeHelper();
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  worker.Say(MessageBytes(20));
  const nanoseconds spent = worker.CpuTime();
  EXPECT_FALSE(helper.Counters(6));
  worker.ExpectKilled();
  EXPECT_GE(helper.TakeCpuTime(), spent);
}

TEST_F(NamespaceClientTest, TheTimeOfAProcessThatHasEndedIsNotTold) {
  FakeWorker worker;
  const UniqueFd pidfd = OpenPidfd(worker.pid());
  ASSERT_TRUE(CpuTimeOf(worker.pid(), pidfd));
  kill(worker.pid(), SIGKILL);
  worker.ExpectKilled();
  EXPECT_FALSE(CpuTimeOf(worker.pid(), pidfd));
  EXPECT_FALSE(CpuTimeOf(getpid(), pidfd)) << "another one has its pid";
  EXPECT_FALSE(CpuTimeOf(getpid(), UniqueFd()));
}

/// What a worker says, and what is to be said of it.
struct Nonsense {
  const char* name;
  std::function<void(const FakeWorker&, int fd)> say;
  std::string message;
};

std::vector<Nonsense> NonsenseToOpen() {
  const std::string too_many = "the namespace helper's answer came with ";
  return {
      {"bytes", [](const auto& worker, int) { worker.Say(MessageBytes(20)); },
       "the namespace helper talks nonsense: no answer is of kind 0"},
      {"no descriptor", [](const auto& worker, int) { worker.Answer(PortTexts()); },
       too_many + "0 descriptors, not 1"},
      {"two descriptors",
       [](const auto& worker, int fd) {
         worker.Answer(PortTexts(), {fd, fd});
       },
       too_many + "2 descriptors, not 1"},
      {"a descriptor too much",
       [](const auto& worker, int fd) { worker.Answer(NamespaceError(), {fd}); },
       too_many + "1 descriptors, not 0"},
      {"too long", [](const auto& worker, int) { worker.Say(MessageBytes(kMaxMessageBytes + 1)); },
       "the namespace helper talks nonsense: no answer is of kind 0"},
      {"something else", [](const auto& worker, int) { worker.Answer(NamespaceCounters()); },
       "the namespace helper answered something else"}};
}

TEST_F(NamespaceClientTest, KillsAWorkerThatTalksNonsenseAndTakesTheNext) {
  ProcessNamespaceHelper helper = MakeHelper();
  for (const Nonsense& nonsense : NonsenseToOpen()) {
    SCOPED_TRACE(nonsense.name);
    FakeWorker worker;
    worker.Announce(control_.there.Get());
    nonsense.say(worker, file_.Get());
    EXPECT_EQ(Why(helper.Open(6)), nonsense.message);
    worker.ExpectKilled();
    EXPECT_EQ(Why(helper.Counters(6)), nonsense.message) << "there is none now";
    Tell({WorkerNews::Kind::kEnded, SIGKILL, 0});
    EXPECT_EQ(Why(helper.Find()), nonsense.message);
  }
}

TEST_F(NamespaceClientTest, AFindMustAddUp) {
  const std::string order = "the namespace helper told of too many namespaces, or not in order";
  const FoundNamespace five{5, false, false, {}, {}};
  const std::vector<std::pair<std::vector<NamespaceAnswer>, std::string>> cases{
      {{five, FindEnd{2, false, 0, {}}}, "the namespace helper found 2 namespaces and told of 1"},
      {{five, five}, order},
      {{five, FoundNamespace{4, false, false, {}, {}}}, order},
      {{five, NamespaceCounters()}, "the namespace helper answered something else"}};
  ProcessNamespaceHelper helper = MakeHelper();
  for (const auto& [answers, message] : cases) {
    FakeWorker worker;
    worker.Announce(control_.there.Get());
    for (const NamespaceAnswer& answer : answers) worker.Answer(answer);
    EXPECT_EQ(Why(helper.Find()), message);
    worker.ExpectKilled();
  }
}

TEST_F(NamespaceClientTest, KillsAWorkerThatIsSilent) {
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  ProcessNamespaceHelper helper = MakeHelper(milliseconds(20));
  worker.Answer(FoundNamespace{5, false, false, {}, {}});
  EXPECT_EQ(Why(helper.Find()), "the namespace helper was silent for 20 ms");
  worker.ExpectKilled();
}

TEST_F(NamespaceClientTest, SaysWhyThereIsNoWorker) {
  ProcessNamespaceHelper helper = MakeHelper();
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  for (const auto& [status, message] : std::vector<std::pair<int, std::string>>{
           {SIGSEGV, "the namespace helper was killed by SIGSEGV"},
           {1 << 8, "the namespace helper ended with status 1"},
           {70 << 8, "the namespace helper could not go back to its own namespace"},
           {-1, "the namespace helper could not be started"}}) {
    FakeWorker next;
    next.Announce(control_.there.Get());
    Tell({WorkerNews::Kind::kEnded, status, 0});
    EXPECT_EQ(Why(helper.Open(6)), message);
  }
}

TEST_F(NamespaceClientTest, SaysHowAWorkerEndedThatItAsks) {
  ProcessNamespaceHelper helper = MakeHelper();
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  worker.Answer(FoundNamespace{5, false, false, {}, {}});
  std::thread end([&] {
    static_cast<void>(worker.Request(Waiting::kBlock));
    worker.EndSocket();
    Tell({WorkerNews::Kind::kEnded, SIGKILL, 0});
  });
  EXPECT_EQ(Why(helper.Find()), "the namespace helper was killed by SIGKILL");
  end.join();
}

TEST_F(NamespaceClientTest, KillsAWorkerThatOnlyClosesItsSocket) {
  ProcessNamespaceHelper helper = MakeHelper(milliseconds(20));
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  worker.EndSocket();
  EXPECT_EQ(Why(helper.Find()), "the namespace helper closed its socket");
  worker.ExpectKilled();
}

TEST_F(NamespaceClientTest, AHelperThatDoesNotStartIsWaitedForOnlySoLong) {
  ProcessNamespaceHelper helper = MakeHelper(milliseconds(20));
  EXPECT_EQ(Why(helper.Find()), "the namespace helper does not start");
}

TEST_F(NamespaceClientTest, TakesTheWorkerThatWasStartedLast) {
  ProcessNamespaceHelper helper = MakeHelper();
  std::array<FakeWorker, 3> workers;
  for (const FakeWorker& worker : workers) {
    worker.Announce(control_.there.Get());
    if (&worker != &workers.back()) Tell({WorkerNews::Kind::kEnded, SIGKILL, 0});
  }
  workers.back().Answer(NamespaceCounters());
  EXPECT_TRUE(helper.Counters(6));
}

TEST_F(NamespaceClientTest, EndsASupervisorThatTalksNonsense) {
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  Tell({WorkerNews::Kind::kStarted, 0, 1});  // Without the descriptors.
  ProcessNamespaceHelper helper = MakeHelper();
  EXPECT_EQ(Why(helper.Find()), "the namespace helper's supervisor talks nonsense");
  worker.ExpectKilled();
  EXPECT_EQ(Why(helper.Find()), "the namespace helper's supervisor talks nonsense");
}

/// As long as it lives, this process gets `count` descriptors more, as they are in the lowest
/// places.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t count) {
    getrlimit(RLIMIT_NOFILE, &before_);
    std::vector<UniqueFd> lowest;
    for (rlim_t i = 0; i <= count; ++i)
      lowest.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit few{static_cast<rlim_t>(lowest.back().Get()), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(NamespaceClientTest, WithoutAFreeDescriptorASocketIsNotOpenedAndNobodyIsToBlame) {
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  ProcessNamespaceHelper helper = MakeHelper();
  worker.Answer(NamespaceCounters());
  ASSERT_TRUE(helper.Counters(6));
  worker.Answer(PortTexts(), {file_.Get()});
  {
    const FewDescriptors none(0);
    EXPECT_EQ(helper.Open(6).error(),
              (NamespaceError{NamespaceErrorReason::kFailed,
                              "no free descriptor for the namespace's socket"}));
  }
  EXPECT_TRUE(worker.IsAlive());
  worker.Answer(PortTexts(), {file_.Get()});
  EXPECT_TRUE(helper.Open(6));
}

TEST_F(NamespaceClientTest, AWorkerWhoseSocketFoundNoFreeDescriptorIsForgottenForTheNext) {
  const std::string message = "no free descriptor for the namespace helper's socket";
  for (const rlim_t free : {0U, 1U}) {
    SCOPED_TRACE(free);
    control_ = MakePacketPair().value();
    ProcessNamespaceHelper helper = MakeHelper();
    FakeWorker forgotten;
    forgotten.Announce(control_.there.Get());
    forgotten.CloseHere();
    {
      const FewDescriptors few(free);
      EXPECT_EQ(Why(helper.Find()), message);
    }
    forgotten.ExpectAbandoned();
    Tell({WorkerNews::Kind::kEnded, 0, 0});
    EXPECT_EQ(Why(helper.Find()), message) << "and not how it ended";

    FakeWorker next;
    next.Announce(control_.there.Get());
    next.Answer(NamespaceCounters());
    EXPECT_TRUE(helper.Counters(6));
  }
}

TEST_F(NamespaceClientTest, SaysWhatBringsAnEndedSupervisorBack) {
  const pid_t supervisor = StartChild();
  ProcessNamespaceHelper helper(
      HelperProcess(supervisor, OpenPidfd(supervisor), std::move(control_.here)), hours(1));
  control_.there.Reset();
  kill(supervisor, SIGKILL);
  for (int asked = 0; asked < 2; ++asked) {
    EXPECT_EQ(Why(helper.Find()),
              "the namespace helper's supervisor has ended: only a restart brings it back");
  }
}

TEST_F(NamespaceClientTest, FailsForGoodOnceItIsStopped) {
  FakeWorker worker;
  worker.Announce(control_.there.Get());
  ProcessNamespaceHelper helper = MakeHelper();
  worker.Answer(NamespaceCounters());
  EXPECT_TRUE(helper.Counters(6));
  helper.Stop();
  worker.ExpectKilled();
  EXPECT_EQ(Why(helper.Find()), "the namespace helper was stopped");
  helper.Stop();
}

}  // namespace
}  // namespace sockdiag
