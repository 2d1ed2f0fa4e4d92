#include "namespaces/server.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <initializer_list>
#include <memory>
#include <utility>

#include "base/file.h"
#include "namespaces/counters.h"

namespace sockdiag {
namespace {

Result<void> Send(int socket, const NamespaceAnswer& answer, std::initializer_list<int> fds = {}) {
  const auto sent = SendPacket(socket, Encode(answer), fds, Waiting::kBlock);
  if (!sent) return FailErrno("cannot answer", sent.error());
  return {};
}

/// A text that belongs to a namespace's ports, of the thread's own namespace; net sysctls are those
/// of the task that reads them.
std::string ReadPorts(const std::string& proc, const char* name, std::size_t limit_bytes) {
  return ReadFile(proc + "/sys/net/ipv4/" + name, limit_bytes).value_or(std::string());
}

NamespaceResult<OpenedNamespace> OpenHere(const std::string& proc) {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!socket.IsValid()) return FailNamespaceErrno("cannot open a sock_diag socket", errno);
  // The kernel chooses its address.
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (bind(socket.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return FailNamespaceErrno("cannot bind a sock_diag socket", errno);
  }
  return OpenedNamespace{std::move(socket),
                         {ReadPorts(proc, "ip_local_port_range", kMaxRangeBytes),
                          ReadPorts(proc, "ip_local_reserved_ports", kMaxReservedBytes)}};
}

NamespaceResult<NamespaceCounters> CountersHere(const std::string& proc) {
  Result<NamespaceCounters> counters = ReadCounters(proc);
  if (counters) return *counters;
  return FailNamespace(NamespaceErrorReason::kFailed, std::move(counters.error().message));
}

}  // namespace

Result<void> NamespaceServer::Serve(int socket) {
  const auto buffer = std::make_unique<MessageBuffer>();
  while (true) {
    const auto packet = ReceivePacket(socket, *buffer, Waiting::kBlock);
    if (!packet) return FailErrno("cannot receive a request", packet.error());
    if (packet->bytes.empty()) return {};
    if (packet->is_cut || packet->fd_count != 0) return Fail("a request has more than it may have");
    const Result<NamespaceRequest> request = DecodeRequest(packet->bytes);
    if (!request) return tl::unexpected(request.error());
    Result<void> answered = Answer(socket, *request);
    if (!answered) return answered;
  }
}

Result<void> NamespaceServer::Answer(int socket, const NamespaceRequest& request) {
  switch (request.kind) {
    case NamespaceRequest::Kind::kFind:
      return AnswerFind(socket);
    case NamespaceRequest::Kind::kCounters: {
      const auto counters = Counters(request.id);
      return counters ? Send(socket, *counters) : Send(socket, counters.error());
    }
    case NamespaceRequest::Kind::kOpen: {
      const auto opened = Open(request.id);
      return opened ? Send(socket, opened->ports, {opened->socket.Get()})
                    : Send(socket, opened.error());
    }
  }
  return Fail("a request of no kind");
}

Result<void> NamespaceServer::AnswerFind(int socket) {
  const Result<FoundNamespaces> found = finder_.Find();
  if (!found) {
    return Send(socket, NamespaceError{NamespaceErrorReason::kFailed, found.error().message});
  }
  for (const FoundNamespace& one : found->namespaces) {
    Result<void> sent = Send(socket, one);
    if (!sent) return sent;
  }
  return Send(socket, FindEnd{static_cast<std::uint32_t>(found->namespaces.size()), found->is_cut,
                              found->refused, found->refusal});
}

NamespaceResult<OpenedNamespace> NamespaceServer::Open(NamespaceId id) const {
  return visitor_.Visit(id, finder_.EntrancesOf(id), [this] { return OpenHere(proc_); });
}

NamespaceResult<NamespaceCounters> NamespaceServer::Counters(NamespaceId id) const {
  return visitor_.Visit(id, finder_.EntrancesOf(id), [this] { return CountersHere(proc_); });
}

}  // namespace sockdiag
