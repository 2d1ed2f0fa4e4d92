#include "namespaces/client.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

#include "base/error.h"
#include "namespaces/packet.h"
#include "namespaces/pidfd.h"
#include "namespaces/visitor.h"
#include "namespaces/wait.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Of waitpid(2).
std::string DescribeEnd(int status) {
  if (status == -1) return "the namespace helper could not be started";
  if (WIFSIGNALED(status)) {
    const char* name = sigabbrev_np(WTERMSIG(status));
    return std::string("the namespace helper was killed by SIG") +
           (name != nullptr ? name : std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) == NamespaceVisitor::kNoWayBack) {
    return "the namespace helper could not go back to its own namespace";
  }
  return "the namespace helper ended with status " + std::to_string(WEXITSTATUS(status));
}

/// Of a socket whose other side is closed; ECONNRESET when it had not read all.
bool HasEnded(int error_number) { return error_number == EPIPE || error_number == ECONNRESET; }

/// Of the network namespace that a socket is in; 0 when it cannot be told.
std::uint64_t CookieOf(int socket) {
  // Debian 12's <sys/socket.h> lacks SO_NETNS_COOKIE (asm-generic/socket.h).
  constexpr int kNamespaceCookie = 71;
  std::uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  return getsockopt(socket, SOL_SOCKET, kNamespaceCookie, &cookie, &size) == 0 ? cookie : 0;
}

/// Of an answer that is of another kind than what was asked for.
constexpr const char* kOtherAnswer = "the namespace helper answered something else";

}  // namespace

ProcessNamespaceHelper::ProcessNamespaceHelper(HelperProcess process, milliseconds deadline)
    : process_(std::move(process)), deadline_(deadline) {}

NamespaceResult<FoundNamespaces> ProcessNamespaceHelper::Find() {
  const TimePoint deadline = steady_clock::now() + deadline_;
  return Ask({NamespaceRequest::Kind::kFind, 0}, deadline).and_then([&] {
    return CollectFound(deadline);
  });
}

NamespaceResult<FoundNamespaces> ProcessNamespaceHelper::CollectFound(TimePoint deadline) {
  FoundNamespaces found;
  while (true) {
    NamespaceResult<Reply> reply = ReceiveReply(deadline);
    if (!reply) return tl::unexpected(std::move(reply.error()));
    if (auto* error = std::get_if<NamespaceError>(&reply->answer)) {
      return tl::unexpected(std::move(*error));
    }
    if (auto* end = std::get_if<FindEnd>(&reply->answer)) {
      if (end->found != found.namespaces.size()) {
        return GiveUp("the namespace helper found " + std::to_string(end->found) +
                      " namespaces and told of " + std::to_string(found.namespaces.size()));
      }
      found.is_cut = end->is_cut;
      found.refused = end->refused;
      found.refusal = std::move(end->refusal);
      return found;
    }
    auto* one = std::get_if<FoundNamespace>(&reply->answer);
    if (one == nullptr) return GiveUp(kOtherAnswer);
    const bool is_next = found.namespaces.empty() || found.namespaces.back().id < one->id;
    if (!is_next || found.namespaces.size() == kMaxNamespaces) {
      return GiveUp("the namespace helper told of too many namespaces, or not in order");
    }
    found.namespaces.push_back(std::move(*one));
  }
}

NamespaceResult<NamespaceCounters> ProcessNamespaceHelper::Counters(NamespaceId id) {
  NamespaceResult<Reply> reply = Exchange({NamespaceRequest::Kind::kCounters, id});
  if (!reply) return tl::unexpected(std::move(reply.error()));
  const auto* counters = std::get_if<NamespaceCounters>(&reply->answer);
  if (counters == nullptr) return GiveUp(kOtherAnswer);
  return *counters;
}

NamespaceResult<OpenedNamespace> ProcessNamespaceHelper::Open(NamespaceId id) {
  NamespaceResult<Reply> reply = Exchange({NamespaceRequest::Kind::kOpen, id});
  if (!reply) return tl::unexpected(std::move(reply.error()));
  auto* ports = std::get_if<PortTexts>(&reply->answer);
  if (ports == nullptr) return GiveUp(kOtherAnswer);
  const std::uint64_t cookie = CookieOf(reply->fd.Get());
  return OpenedNamespace{std::move(reply->fd), std::move(*ports), cookie};
}

std::chrono::nanoseconds ProcessNamespaceHelper::TakeCpuTime() {
  NoteCpuTime();
  return std::exchange(cpu_time_, std::chrono::nanoseconds(0));
}

void ProcessNamespaceHelper::NoteCpuTime() {
  const auto spent = CpuTimeOf(worker_.pid, worker_.pidfd);
  if (!spent) return;
  cpu_time_ += *spent - worker_.noted;
  worker_.noted = *spent;
}

NamespaceResult<ProcessNamespaceHelper::Reply> ProcessNamespaceHelper::Exchange(
    const NamespaceRequest& request) {
  // No namespace has this id, and no message may have it.
  if (request.id == 0)
    return FailNamespace(NamespaceErrorReason::kGone, "no network namespace is 0");
  const TimePoint deadline = steady_clock::now() + deadline_;
  const NamespaceResult<void> asked = Ask(request, deadline);
  if (!asked) return tl::unexpected(asked.error());
  NamespaceResult<Reply> reply = ReceiveReply(deadline);
  if (!reply) return reply;
  if (auto* error = std::get_if<NamespaceError>(&reply->answer)) {
    return tl::unexpected(std::move(*error));
  }
  return reply;
}

NamespaceResult<void> ProcessNamespaceHelper::Ask(const NamespaceRequest& request,
                                                  TimePoint deadline) {
  ReadAllNews();
  if (is_starting_ && WaitUntilReadable(process_.control(), deadline)) ReadAllNews();
  if (!worker_.socket.IsValid()) return NoWorker();
  const auto sent = SendPacket(worker_.socket.Get(), Encode(request), {}, Waiting::kNonblock);
  if (sent) return {};
  if (HasEnded(sent.error())) return TakeEnd(deadline);
  return GiveUp(ErrnoMessage("cannot ask the namespace helper", sent.error()));
}

NamespaceResult<ProcessNamespaceHelper::Reply> ProcessNamespaceHelper::ReceiveReply(
    TimePoint deadline) {
  if (!WaitUntilReadable(worker_.socket.Get(), deadline)) {
    return GiveUp("the namespace helper was silent for " + std::to_string(deadline_.count()) +
                  " ms");
  }
  auto packet = ReceivePacket(worker_.socket.Get(), *buffer_, Waiting::kNonblock);
  if (packet ? packet->bytes.empty() : HasEnded(packet.error())) return TakeEnd(deadline);
  if (!packet) {
    return GiveUp(ErrnoMessage("cannot receive the namespace helper's answer", packet.error()));
  }
  Result<NamespaceAnswer> answer = DecodeAnswer(packet->bytes);
  if (!answer) return GiveUp("the namespace helper talks nonsense: " + answer.error().message);
  const std::size_t expected_fds = std::holds_alternative<PortTexts>(*answer) ? 1 : 0;
  if (packet->lacks_fds && expected_fds != 0 && !packet->is_cut) {
    return FailNamespace(NamespaceErrorReason::kFailed,
                         "no free descriptor for the namespace's socket");
  }
  if (packet->is_cut || packet->fd_count != expected_fds) {
    return GiveUp("the namespace helper's answer came with " + std::to_string(packet->fd_count) +
                  " descriptors, not " + std::to_string(expected_fds));
  }
  return Reply{*std::move(answer), std::move(packet->fds.front())};
}

void ProcessNamespaceHelper::ReadAllNews() {
  while (process_.control() >= 0 && ReadNews()) {
  }
}

/// Whether there was any.
bool ProcessNamespaceHelper::ReadNews() {
  auto packet = ReceivePacket(process_.control(), *buffer_, Waiting::kNonblock);
  if (!packet && packet.error() == EAGAIN) return false;
  if (!packet || packet->bytes.empty()) {
    EndHelper("the namespace helper's supervisor has ended: only a restart brings it back");
    return false;
  }
  const Result<WorkerNews> news = DecodeNews(packet->bytes);
  const bool is_start = news && news->kind == WorkerNews::Kind::kStarted;
  if (news && is_start && packet->lacks_fds && !packet->is_cut) {
    ForgetWorker("no free descriptor for the namespace helper's socket");
    return true;
  }
  if (!news || packet->is_cut || packet->fd_count != (is_start ? 2U : 0U)) {
    EndHelper("the namespace helper's supervisor talks nonsense");
    return false;
  }
  is_starting_ = false;
  if (is_start) {
    worker_ = {std::move(packet->fds[0]), std::move(packet->fds[1]), news->pid};
    knows_why_ = false;
  } else {
    Note(*news);
  }
  return true;
}

void ProcessNamespaceHelper::Note(const WorkerNews& news) {
  worker_ = {};
  if (!knows_why_) why_none_ = DescribeEnd(news.wait_status);
}

void ProcessNamespaceHelper::ForgetWorker(std::string reason) {
  worker_ = {};
  is_starting_ = false;
  knows_why_ = true;
  why_none_ = std::move(reason);
}

tl::unexpected<NamespaceError> ProcessNamespaceHelper::TakeEnd(TimePoint deadline) {
  while (worker_.socket.IsValid() && WaitUntilReadable(process_.control(), deadline)) {
    static_cast<void>(ReadNews());
  }
  if (worker_.socket.IsValid()) return GiveUp("the namespace helper closed its socket");
  return NoWorker();
}

tl::unexpected<NamespaceError> ProcessNamespaceHelper::NoWorker() const {
  return FailNamespace(NamespaceErrorReason::kUnavailable,
                       why_none_.empty() ? "the namespace helper does not start" : why_none_);
}

tl::unexpected<NamespaceError> ProcessNamespaceHelper::GiveUp(std::string reason) {
  NoteCpuTime();
  KillByPidfd(worker_.pidfd);
  ForgetWorker(std::move(reason));
  return NoWorker();
}

void ProcessNamespaceHelper::EndHelper(std::string reason) {
  KillByPidfd(worker_.pidfd);
  worker_ = {};
  is_starting_ = false;
  why_none_ = std::move(reason);
  process_.End();
}

void ProcessNamespaceHelper::Stop() { EndHelper("the namespace helper was stopped"); }

}  // namespace sockdiag
