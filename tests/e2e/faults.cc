// Faults of the kernel and of the host, for LD_PRELOAD. They come and go while the program runs:
//
// While the file named by SOCKDIAG_TEST_HANG exists, recvmsg() on a netlink socket that was asked
// for TCP sockets does not come back, whatever time-out the socket has: a kernel that hangs in the
// middle of a dump.
//
// SOCKDIAG_TEST_FAULTS names a file that faults.py writes, a Table. It is mapped, since a program
// without descriptors cannot open it. Faults of netlink are those of sock_diag alone.

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

// What faults.py knows too.
enum class Call : std::int32_t {
  kSocket,
  kBind,
  kSend,
  kReceive,
  kOpen,
  kRead,
  kAccept,
  kThread,
  kClock
};
enum class Action : std::int32_t { kFail, kReplace };
constexpr std::int32_t kLastDatagram = -1;

struct Fault {
  Call call;
  Action action;
  std::int32_t value;     // kFail: the errno; kReplace: how many bytes of `data`; clocks: seconds
  std::int32_t flags;     // kReplace of a datagram: its msg_flags
  std::int32_t domain;    // of sockets; 0: any
  std::int32_t protocol;  // of dumps, IPPROTO_*; 0: any
  std::int32_t family;    // of UDP dumps, AF_*; 0: any
  std::int32_t nth;       // datagram of a walk, from 1, or kLastDatagram; 0: any. Clocks: which
  char path[128];
  char data[128];  // a datagram, or the path of the file that is opened instead
};

struct Faults {
  std::int32_t count;
  Fault all[8];
};

/// Faults change all at once: the next ones are written to the next place before they are put into
/// force. Whoever is looking goes on with those that it began with, as long as it does not sleep
/// through all the others.
struct Table {
  std::atomic<std::int32_t> in_force;
  Faults places[64];
};

const Table* MapTable() {
  const char* file = std::getenv("SOCKDIAG_TEST_FAULTS");
  if (file == nullptr) return nullptr;
  const long fd = syscall(SYS_open, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) abort();
  void* table = mmap(nullptr, sizeof(Table), PROT_READ, MAP_SHARED, static_cast<int>(fd), 0);
  syscall(SYS_close, fd);
  if (table == MAP_FAILED) abort();
  return static_cast<const Table*>(table);
}

/// Mapped when the program starts: later it may be out of descriptors.
const Table* TheTable() {
  static const Table* const table = MapTable();
  return table;
}
[[gnu::constructor]] void MapAtStart() { TheTable(); }

/// The fault of this call for which `matches`; null when there is none.
template <typename Predicate>
const Fault* Find(Call call, Predicate&& matches) {
  const Table* const table = TheTable();
  if (table == nullptr) return nullptr;
  const Faults& faults = table->places[table->in_force.load(std::memory_order_acquire)];
  for (std::int32_t i = 0; i < faults.count; ++i) {
    const Fault& fault = faults.all[i];
    if (fault.call == call && matches(fault)) return &fault;
  }
  return nullptr;
}

int Fail(const Fault& fault) {
  errno = fault.value;
  return -1;
}

template <typename Function>
Function* Next(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool IsOrAny(std::int32_t wanted, int actual) { return wanted == 0 || wanted == actual; }

int DomainOf(int fd) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 ? domain : 0;
}

/// Of sockets, not of routes and the like.
bool IsForDumps(int fd) {
  int protocol = -1;
  socklen_t size = sizeof(protocol);
  return DomainOf(fd) == AF_NETLINK &&
         getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
         protocol == NETLINK_SOCK_DIAG;
}

/// The walk that this thread asked for last.
struct Walk {
  int protocol = 0;
  int family = 0;
  std::uint32_t sequence = 0;
  int datagrams = 0;
};
thread_local Walk walk;
/// What this thread has opened with a fault of reading.
thread_local int broken_file = -1;

void NoteRequest(const void* data) {
  nlmsghdr header;
  std::memcpy(&header, data, sizeof(header));
  walk = Walk{IPPROTO_TCP, 0, header.nlmsg_seq, 0};
  if (header.nlmsg_type == TCPDIAG_GETSOCK) return;
  // All that the requests of all families have in common.
  sock_diag_req request;
  std::memcpy(&request, static_cast<const char*>(data) + sizeof(header), sizeof(request));
  walk.protocol = request.sdiag_protocol;
  walk.family = request.sdiag_family;
}

void HangWhileFileExists() {
  const char* file = std::getenv("SOCKDIAG_TEST_HANG");
  constexpr useconds_t kPollMicroseconds = 10'000;
  if (file == nullptr || walk.protocol != IPPROTO_TCP) return;
  while (access(file, F_OK) == 0) usleep(kPollMicroseconds);
}

bool HoldsDone(const void* data, ssize_t size) {
  auto left = static_cast<unsigned>(std::max<ssize_t>(size, 0));
  for (auto* message = static_cast<const nlmsghdr*>(data); NLMSG_OK(message, left);
       message = NLMSG_NEXT(message, left)) {
    if (message->nlmsg_type == NLMSG_DONE) return true;
  }
  return false;
}

const Fault* FindReceiveFault(int nth) {
  return Find(Call::kReceive, [nth](const Fault& one) {
    return IsOrAny(one.protocol, walk.protocol) && IsOrAny(one.family, walk.family) &&
           IsOrAny(one.nth, nth);
  });
}

/// In place of what came, with the sequence number and the address of an answer where it has none.
ssize_t ReplaceDatagram(int fd, const Fault& fault, msghdr& message) {
  auto* buffer = static_cast<char*>(message.msg_iov[0].iov_base);
  std::memcpy(buffer, fault.data, sizeof(fault.data));
  message.msg_flags = fault.flags;
  auto& header = *reinterpret_cast<nlmsghdr*>(buffer);
  sockaddr_nl address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  if (header.nlmsg_seq == 0) header.nlmsg_seq = walk.sequence;
  if (header.nlmsg_pid == 0) header.nlmsg_pid = address.nl_pid;
  return fault.value;
}

int Open(int folder, const char* path, int flags, mode_t mode) {
  const auto is_it = [path](const Fault& one) { return std::strcmp(one.path, path) == 0; };
  const Fault* fault = Find(Call::kOpen, is_it);
  if (fault != nullptr && fault->action == Action::kFail) return Fail(*fault);
  const char* real = fault == nullptr ? path : fault->data;
  static auto* const next = Next(&openat, "openat");
  const int fd = next(folder, real, flags, mode);
  if (Find(Call::kRead, is_it) != nullptr) broken_file = fd;
  return fd;
}

const Fault* ClockFault(clockid_t clock) {
  return Find(Call::kClock, [&](const Fault& fault) { return fault.nth == clock; });
}

/// As the kernel's clock, which has not jumped, would say it.
timespec RealTime(const timespec& time, clockid_t clock) {
  timespec real = time;
  if (const Fault* fault = ClockFault(clock)) real.tv_sec -= fault->value;
  real.tv_sec = std::max<time_t>(real.tv_sec, 0);
  return real;
}

}  // namespace

extern "C" {

int socket(int domain, int type, int protocol) {
  static auto* const next = Next(&socket, "socket");
  const bool is_other_netlink = domain == AF_NETLINK && protocol != NETLINK_SOCK_DIAG;
  const Fault* fault = Find(
      Call::kSocket, [&](const Fault& one) { return one.domain == domain && !is_other_netlink; });
  return fault != nullptr ? Fail(*fault) : next(domain, type, protocol);
}

int bind(int fd, const sockaddr* address, socklen_t size) {
  static auto* const next = Next(&bind, "bind");
  const int domain = DomainOf(fd);
  const bool is_other_netlink = domain == AF_NETLINK && !IsForDumps(fd);
  const Fault* fault = Find(
      Call::kBind, [&](const Fault& one) { return one.domain == domain && !is_other_netlink; });
  return fault != nullptr ? Fail(*fault) : next(fd, address, size);
}

ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* address,
               socklen_t address_size) {
  static auto* const next = Next(&sendto, "sendto");
  if (size >= sizeof(nlmsghdr) + sizeof(sock_diag_req) && IsForDumps(fd)) {
    NoteRequest(data);
    const Fault* fault =
        Find(Call::kSend, [](const Fault& one) { return IsOrAny(one.protocol, walk.protocol); });
    if (fault != nullptr) return Fail(*fault);
  }
  return next(fd, data, size, flags, address, address_size);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  static auto* const next = Next(&recvmsg, "recvmsg");
  if (!IsForDumps(fd)) return next(fd, message, flags);
  HangWhileFileExists();
  ++walk.datagrams;
  const Fault* fault = FindReceiveFault(walk.datagrams);
  // What comes is not lost then.
  if (fault != nullptr && fault->action == Action::kFail) return Fail(*fault);
  const ssize_t size = next(fd, message, flags);
  if (fault == nullptr && HoldsDone(message->msg_iov[0].iov_base, size)) {
    fault = FindReceiveFault(kLastDatagram);
  }
  if (fault == nullptr) return size;
  return fault->action == Action::kFail ? Fail(*fault) : ReplaceDatagram(fd, *fault, *message);
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return Open(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return Open(folder, path, flags, mode);
}

ssize_t read(int fd, void* buffer, size_t size) {
  static auto* const next = Next(&read, "read");
  if (fd == broken_file) {
    const Fault* fault = Find(Call::kRead, [](const Fault&) { return true; });
    broken_file = -1;
    if (fault != nullptr) return Fail(*fault);
  }
  return next(fd, buffer, size);
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  static auto* const next = Next(&accept4, "accept4");
  const Fault* fault = Find(Call::kAccept, [](const Fault&) { return true; });
  return fault != nullptr ? Fail(*fault) : next(fd, address, size, flags);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) {
  static auto* const next = Next(&pthread_create, "pthread_create");
  const Fault* fault = Find(Call::kThread, [](const Fault&) { return true; });
  return fault != nullptr ? fault->value : next(thread, attributes, run, argument);
}

int clock_gettime(clockid_t clock, timespec* time) {
  static auto* const next = Next(&clock_gettime, "clock_gettime");
  const int outcome = next(clock, time);
  if (const Fault* fault = ClockFault(clock)) time->tv_sec += fault->value;
  return outcome;
}

// What waits until a time has to wait by the same clock.

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* time) {
  static auto* const next = Next(&pthread_cond_clockwait, "pthread_cond_clockwait");
  const timespec real = RealTime(*time, clock);
  return next(condition, mutex, clock, &real);
}

long syscall(long number, ...) {
  static auto* const next = Next(&syscall, "syscall");
  long arguments[6];
  va_list rest;
  va_start(rest, number);
  for (long& argument : arguments) argument = va_arg(rest, long);
  va_end(rest);
  timespec real;
  const bool waits = number == SYS_futex && (arguments[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  if (waits && arguments[3] != 0) {
    const bool is_realtime = (arguments[1] & FUTEX_CLOCK_REALTIME) != 0;
    real = RealTime(*reinterpret_cast<const timespec*>(arguments[3]),
                    is_realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC);
    arguments[3] = reinterpret_cast<long>(&real);
  }
  return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
              arguments[5]);
}

}  // extern "C"
