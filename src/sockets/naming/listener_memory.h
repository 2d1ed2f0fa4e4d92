#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "model/endpoint.h"
#include "model/protocol.h"
#include "model/socket_record.h"
#include "sockets/naming/listener_table.h"

namespace sockdiag {

/// The listeners of one protocol from dump to dump: one that has gone is remembered for as long as
/// sockets on its end are seen, so that what it accepted stays inbound. Two whole dumps in a row
/// without such a socket forget it, since a dump can miss a socket that is there.
///
/// It remembers listeners, not sockets, and yet must not take a client for one of its sockets.
/// While sockets of a gone listener are there, the kernel gives its port to nobody who connects
/// without bind(2) (__inet_hash_connect() in its net/ipv4/inet_hashtables.c leaves out ports that
/// were bound). Only when all are gone can a client get that port, and be there when the next dump
/// comes. So each end has a set of 64 bits with the cookies that the last two whole dumps saw on
/// it: what comes there later is not in it, but for a chance of one in 64 for each of those. In the
/// first two dumps after the listener has gone, every socket on its end counts.
///
/// Where clients look like listeners until they connect (UDP), one is remembered only if sockets
/// were seen on its end while it was there: otherwise the clients of a busy host, which come and go
/// on ports that others had before, would count as served.
///
/// Any thread may use it. Each dump keeps what it saw to itself until it has come to its end; one
/// that fails forgets nothing.
class ListenerMemory {
 public:
  /// Of ends, those of listeners that are there included. What is beyond is not remembered when it
  /// goes; those that have gone and still have sockets come first.
  static constexpr std::size_t kMaxEnds = 16'384;
  /// Of ends whose listener has gone and for whose sockets no whole dump has looked yet. While
  /// nobody scrapes, samples would gather them without end, and the next scrape would take a client
  /// for served on each of them. What is beyond is forgotten.
  static constexpr std::size_t kMaxUnsearched = 1'024;

  explicit ListenerMemory(Protocol protocol);

  /// What a dump asked for.
  enum class Coverage {
    /// Every socket.
    kWhole,
    /// Every listener, and sockets in some states: it tells who is there and not who is missing.
    kSomeStates,
  };

 private:
  /// The cookies that were seen on an end: a bit for each, which others may share.
  using Cookies = std::uint64_t;
  static constexpr Cookies kAllCookies = ~Cookies{0};
  [[nodiscard]] static Cookies BitOf(std::uint64_t cookie);

  struct End {
    Endpoint local;
    /// By the last whole dump and the one before; all of them while it listens.
    Cookies last = kAllCookies;
    Cookies before = kAllCookies;
  };

  /// What is remembered at one time; never changed.
  struct Known {
    /// Of the ends.
    std::bitset<65536> ports;
    /// In the order of their local ends.
    std::vector<End> ends;
    /// How many whole dumps were committed before.
    std::uint64_t whole_dumps = 0;

    /// Its place in `ends`, or ends.size().
    [[nodiscard]] std::size_t Find(const Endpoint& local) const;
  };

 public:
  /// What one dump shows of listeners. Thrown away without Commit(), the dump has failed.
  class Pass {
   public:
    /// A socket that listens; before those that it accepted.
    void Add(const SocketRecord& listener) { listeners_.Add(listener); }
    /// Whether a listener of this dump has the socket's local end.
    [[nodiscard]] bool HasListener(const SocketRecord& socket) {
      if (!listeners_.Matches(socket.local)) return false;
      used_ports_.set(socket.local.port.Value());
      return true;
    }
    /// Whether one had it that has gone. For sockets without HasListener() only.
    [[nodiscard]] bool HadListener(const SocketRecord& socket) {
      return known_->ports.test(socket.local.port.Value()) && FindGone(socket);
    }
    /// The dump came to its end. When another whole one did so since this one began, this one tells
    /// only of those that it saw, as it may be older. When this throws, for want of memory, nothing
    /// has changed.
    void Commit(Coverage coverage) &&;

   private:
    friend class ListenerMemory;
    explicit Pass(ListenerMemory& memory);
    [[nodiscard]] bool FindGone(const SocketRecord& socket);
    [[nodiscard]] bool FindGone(const Endpoint& end, Cookies cookie);
    /// Whether a listener is there that is to be remembered.
    [[nodiscard]] bool ShowsListener(const Endpoint& end) const;

    ListenerMemory& memory_;
    const std::shared_ptr<const Known> known_;
    ListenerTable listeners_;
    /// Of listeners of this dump that have other sockets on their ends.
    std::bitset<65536> used_ports_;
    /// On each end of `known_`.
    std::vector<Cookies> seen_;
  };

  /// A dump that begins now. This must outlive it.
  [[nodiscard]] Pass Begin() { return Pass(*this); }

  /// How many ends are remembered, those of listeners that are there included.
  [[nodiscard]] std::size_t size() const { return Current()->ends.size(); }

 private:
  [[nodiscard]] std::shared_ptr<const Known> Current() const;
  void Take(const Pass& pass, Coverage coverage);

  const bool clients_look_like_listeners_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Known> known_ = std::make_shared<Known>();
};

}  // namespace sockdiag
