#include "tests/support/netlink_faults.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <limits>
#include <utility>

namespace sockdiag::testing {
namespace {

using Reason = DumpErrorReason;
using Receipts = std::vector<FakeReceipt>;
using Messages = std::vector<FakeMessage>;
using Walks = std::vector<std::vector<std::size_t>>;

std::string ErrnoName(int error_number) {
  const char* name = strerrorname_np(error_number);
  return name == nullptr ? std::to_string(error_number) : name;
}

/// What is done to a message, in its datagram.
struct Spoiling {
  std::string name;
  std::optional<Reason> reason;
  std::function<void(Messages&, std::size_t)> spoil;
};

Spoiling Change(std::string name, std::optional<Reason> reason,
                const std::function<void(FakeMessage&)>& change) {
  return {std::move(name), reason,
          [change](Messages& messages, std::size_t place) { change(messages.at(place)); }};
}

Spoiling InsertBefore(std::string name, std::optional<Reason> reason, std::uint16_t type) {
  return {std::move(name), reason, [type](Messages& messages, std::size_t place) {
            FakeMessage message = messages.at(place);
            message.type = type;
            message.payload.clear();
            messages.insert(messages.begin() + static_cast<std::ptrdiff_t>(place), message);
          }};
}

/// Each spoiling at each message of each walk.
std::vector<NetlinkFault> AtEachMessage(const Walks& walks,
                                        const std::vector<Spoiling>& spoilings) {
  std::vector<NetlinkFault> faults;
  for (std::size_t walk = 0; walk < walks.size(); ++walk) {
    for (std::size_t receipt = 0; receipt < walks[walk].size(); ++receipt) {
      for (std::size_t place = 0; place < walks[walk][receipt]; ++place) {
        for (const Spoiling& spoiling : spoilings) {
          const std::string where = " at walk " + std::to_string(walk) + " receipt " +
                                    std::to_string(receipt) + " message " + std::to_string(place);
          faults.push_back({spoiling.name + where,
                            spoiling.reason,
                            {walk, 0, 0, [receipt, place, spoiling](Receipts& receipts) {
                               spoiling.spoil(receipts.at(receipt).messages, place);
                             }}});
        }
      }
    }
  }
  return faults;
}

Reason ReasonOfStatus(int status) {
  switch (-status) {
    case ENOENT:
    case EOPNOTSUPP:
      return Reason::kUnsupported;
    case EBUSY:
      return Reason::kBusy;
    case EINTR:
      return Reason::kInterrupted;
    case ENOBUFS:
      return Reason::kOverrun;
    default:
      return Reason::kKernel;
  }
}

constexpr int kStatuses[] = {-EPERM,    -ENOENT,  -EINTR,   -EIO,    -ENOMEM,
                             -EACCES,   -EBUSY,   -EINVAL,  -EAGAIN, -EOPNOTSUPP,
                             -EMSGSIZE, -ENOBUFS, -ENODATA, -ESTALE, -4095};
/// Not negative is no error, and below -4095 no errno.
constexpr int kNoErrors[] = {0, 1, std::numeric_limits<int>::max()};
constexpr int kNoErrnos[] = {-4096, std::numeric_limits<int>::min()};

/// A record whose attributes are read, with one that lies about its length.
void PutLyingAttribute(FakeMessage& message, std::uint16_t length) {
  const bool is_tcp = message.type == TCPDIAG_GETSOCK;
  DiagSocket socket;
  socket.family = AF_INET6;
  socket.local = socket.remote = "::";
  socket.state = is_tcp ? 10 : 7;
  message.payload =
      Join(InetDiagPayload(socket), LyingAttribute(INET_DIAG_SKV6ONLY, Bytes(4), length));
}

/// Of the messages that carry a socket; the one at the end, NLMSG_DONE, becomes one, too, or the
/// dump would be whole.
void MakeRecord(FakeMessage& message, std::uint16_t record_type) {
  message.type = record_type;
  message.payload = InetDiagPayload(DiagSocket());
}

std::vector<Spoiling> HeaderSpoilings() {
  std::vector<Spoiling> spoilings{
      Change("another sequence", Reason::kSequence, [](FakeMessage& m) { ++m.sequence; }),
      Change("the sequence before", Reason::kSequence, [](FakeMessage& m) { --m.sequence; }),
      Change("another port id", Reason::kSequence, [](FakeMessage& m) { ++m.port_id; }),
      Change("port id 0", Reason::kSequence, [](FakeMessage& m) { m.port_id = 0; }),
      Change("NLM_F_DUMP_INTR", Reason::kInterrupted,
             [](FakeMessage& m) { m.flags |= NLM_F_DUMP_INTR; }),
      Change("no NLM_F_MULTI", std::nullopt, [](FakeMessage& m) { m.flags = 0; }),
      Change("an unknown type", Reason::kMalformed, [](FakeMessage& m) { m.type = 21; }),
      Change("the highest type", Reason::kMalformed, [](FakeMessage& m) { m.type = 0xffff; }),
      InsertBefore("NLMSG_NOOP", std::nullopt, NLMSG_NOOP),
      InsertBefore("NLMSG_OVERRUN", Reason::kOverrun, NLMSG_OVERRUN),
  };
  for (const std::uint32_t length : {0U, 15U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    spoilings.push_back(Change("length " + std::to_string(length), Reason::kMalformed,
                               [length](FakeMessage& m) { m.claimed_length = length; }));
  }
  return spoilings;
}

std::vector<Spoiling> PayloadSpoilings(std::uint16_t record_type) {
  std::vector<Spoiling> spoilings;
  const auto add = [&](std::string name, const std::function<void(FakeMessage&)>& change) {
    spoilings.push_back(Change(std::move(name), Reason::kMalformed, [=](FakeMessage& message) {
      MakeRecord(message, record_type);
      change(message);
    }));
  };
  for (const std::size_t size : {0UL, 4UL, 71UL}) {
    add("a record of " + std::to_string(size) + " bytes",
        [size](FakeMessage& message) { message.payload.resize(size); });
  }
  constexpr std::uint8_t kNoIpFamilies[] = {0, 1, 255};
  for (const std::uint8_t family : kNoIpFamilies) {
    add("a record of family " + std::to_string(family),
        [family](FakeMessage& message) { message.payload.front() = std::byte{family}; });
  }
  constexpr std::uint16_t kLies[] = {0, 3, 4, 9, 0xffff};
  for (const std::uint16_t length : kLies) {
    add("an attribute of length " + std::to_string(length),
        [length](FakeMessage& message) { PutLyingAttribute(message, length); });
  }
  return spoilings;
}

}  // namespace

std::vector<NetlinkFault> FaultsOfTheSocket(std::size_t walks) {
  std::vector<NetlinkFault> faults;
  for (std::size_t walk = 0; walk < walks; ++walk) {
    for (const int error : {EMFILE, ENFILE, ENOMEM, ENOBUFS, EPERM, EACCES, EAFNOSUPPORT,
                            EPROTONOSUPPORT, EAGAIN, ECONNREFUSED, EBUSY, ENOENT}) {
      const std::string where = ErrnoName(error) + " at walk " + std::to_string(walk);
      const Reason reason = error == EPROTONOSUPPORT ? Reason::kUnsupported : Reason::kOpen;
      faults.push_back({"open: " + where, reason, {walk, error, 0, nullptr}});
      faults.push_back({"send: " + where, Reason::kSend, {walk, 0, error, nullptr}});
    }
  }
  return faults;
}

std::vector<NetlinkFault> FaultsOfReceiving(const Walks& walks) {
  const std::pair<int, std::optional<Reason>> errors[] = {
      {EINTR, std::nullopt},        {EAGAIN, Reason::kTimeout},
      {ENOSPC, Reason::kTruncated}, {ENOBUFS, Reason::kOverrun},
      {EBUSY, Reason::kBusy},       {ENOMEM, Reason::kReceive},
      {EPERM, Reason::kReceive},    {EACCES, Reason::kReceive},
      {EBADF, Reason::kReceive},    {ECONNREFUSED, Reason::kReceive},
      {EFAULT, Reason::kReceive}};
  std::vector<NetlinkFault> faults;
  for (std::size_t walk = 0; walk < walks.size(); ++walk) {
    for (std::size_t place = 0; place < walks[walk].size(); ++place) {
      const std::string where =
          " at walk " + std::to_string(walk) + " receipt " + std::to_string(place);
      const auto insert = [&](const std::string& name, std::optional<Reason> reason,
                              const FakeReceipt& receipt) {
        faults.push_back({name + where, reason, {walk, 0, 0, [place, receipt](Receipts& receipts) {
                                                   receipts.insert(
                                                       receipts.begin() +
                                                           static_cast<std::ptrdiff_t>(place),
                                                       receipt);
                                                 }}});
      };
      for (const auto& [error, reason] : errors) insert(ErrnoName(error), reason, {error, {}});
      insert("an empty datagram", Reason::kMalformed, {});
      FakeMessage large;
      large.payload.resize(40'000);
      insert("a datagram larger than the buffer", Reason::kTruncated, {0, {large}});
      faults.push_back({"silence" + where, Reason::kTimeout, {walk, 0, 0, [place](Receipts& all) {
                                                                all.resize(place);
                                                              }}});
    }
  }
  return faults;
}

std::vector<NetlinkFault> FaultsThatTheKernelTells(const Walks& walks) {
  std::vector<Spoiling> spoilings;
  const auto error = [&](int status, Reason reason) {
    nlmsgerr payload{};
    payload.error = status;
    spoilings.push_back(
        Change("NLMSG_ERROR " + std::to_string(status), reason, [payload](FakeMessage& message) {
          message.type = NLMSG_ERROR;
          message.payload = BytesOf(payload);
        }));
  };
  const auto done = [&](const std::string& name, Reason reason, const Bytes& payload) {
    spoilings.push_back(Change("NLMSG_DONE " + name, reason, [payload](FakeMessage& message) {
      message.type = NLMSG_DONE;
      message.payload = payload;
    }));
  };
  for (const int status : kStatuses) {
    error(status, ReasonOfStatus(status));
    done(std::to_string(status), ReasonOfStatus(status), BytesOf(status));
  }
  for (const int status : kNoErrors) error(status, Reason::kMalformed);
  for (const int status : kNoErrnos) {
    error(status, Reason::kMalformed);
    done(std::to_string(status), Reason::kMalformed, BytesOf(status));
  }
  for (const std::size_t size : {0UL, 3UL}) {
    done("of " + std::to_string(size) + " bytes", Reason::kMalformed, Bytes(size));
  }
  spoilings.push_back(Change("a short NLMSG_ERROR", Reason::kMalformed, [](FakeMessage& message) {
    message.type = NLMSG_ERROR;
    message.payload.resize(sizeof(nlmsgerr) - 1);
  }));
  return AtEachMessage(walks, spoilings);
}

std::vector<NetlinkFault> FaultsOfMessages(const Walks& walks) {
  std::vector<NetlinkFault> faults = AtEachMessage(walks, HeaderSpoilings());
  // The first walk is TCP's, and its answers are of another type.
  const Walks tcp(walks.begin(), walks.begin() + 1);
  Walks udp = walks;
  udp.front().clear();
  for (const auto& [some, type] : {std::pair(tcp, TCPDIAG_GETSOCK), std::pair(udp, 20)}) {
    const auto more = AtEachMessage(some, PayloadSpoilings(static_cast<std::uint16_t>(type)));
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return faults;
}

}  // namespace sockdiag::testing
