#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/families/unix_diag.h"
#include "metrics/metric.h"
#include "metrics/samples.h"

namespace sockdiag {

/// The queues of unix listeners whose names globs match, name by name. One thread at a time.
///
/// A listener's name never changes: it is asked for and matched once, and what came of it is known
/// by the socket's cookie while it lives. A second dump, of names, is needed only when there are
/// listeners of which nothing is known, or when one that waits for a place may have it.
///
/// A name has its place while one of its listeners lives, whatever else turns up. Free places go to
/// newcomers in the order of their names.
class NamedListeners {
 public:
  static constexpr std::size_t kMostNames = 100;
  /// Of listeners beyond these nothing is remembered: their names are asked for each time.
  static constexpr std::size_t kMostKnown = 1U << 16;

  static constexpr Metric kQueueLength{
      "sockdiag_unix_listen_queue_length",
      kGauge,
      {"path"},
      "Connections that wait for accept() at the unix listeners of that path, of "
      "collectors.unix.paths; it may be several, in different mount namespaces or folders."};
  static constexpr Metric kQueueLimit{
      "sockdiag_unix_listen_queue_limit",
      kGauge,
      {"path"},
      "The backlogs of the path's unix listeners; of each one more may wait."};
  static constexpr Metric kSaturation{
      "sockdiag_unix_listen_queue_saturation_ratio",
      kGauge,
      {"path"},
      "The fullest accept queue of the path's unix listeners: connections that wait / its backlog; "
      "above 1, and at 1 with a backlog of 0, clients wait or are refused."};

  /// As of glob(7), without escapes.
  explicit NamedListeners(std::vector<std::string> globs) : globs_(std::move(globs)) {}

  [[nodiscard]] bool IsWanted() const { return !globs_.empty(); }

  /// Before a dump of all sockets, of which Add() takes the listeners.
  void Begin();
  void Add(const UnixSocket& listener);
  /// Whether a dump of all listeners with their names is needed now, for AddNamed().
  [[nodiscard]] bool NeedsNames() const;
  /// What Add() has counted is not counted again.
  void AddNamed(const UnixSocket& listener);
  /// After both dumps, when they were whole.
  void End();

  void Show(Samples& samples) const;
  /// Whether more names match than have places.
  [[nodiscard]] bool LeavesOut() const { return leaves_out_; }

 private:
  /// Several listeners have the same name when a program binds it anew while an old socket is still
  /// open, and where it is not the same file: in mount namespaces of their own, behind chroot(2),
  /// or as a relative path. The kernel would tell the file's inode and device (UDIAG_SHOW_VFS), but
  /// these name a file to nobody who cannot stat(2) it, and change with each bind(2).
  struct Row {
    std::uint64_t listeners = 0;
    std::uint64_t length = 0;
    std::uint64_t limit = 0;
    /// Of the fullest one.
    double saturation = 0;
    /// The cookies, until it has a place.
    std::vector<std::uint64_t> newcomers = {};

    void Count(const UnixSocket::Queue& queue);
  };
  enum class Fate : std::uint8_t { kUnwanted, kShown, kWaiting };
  struct Known {
    Fate fate;
    /// The dump in which it was seen last.
    std::uint32_t dump;
    /// What it is counted in, when it is shown.
    Row* row;
  };

  [[nodiscard]] bool Matches(const std::string& name) const;
  void Remember(const UnixSocket& listener, Fate fate, Row* row);
  void See(Known& known, const UnixSocket& listener);
  void AddNewcomer(const std::string& name, const UnixSocket& listener);
  void Admit();
  [[nodiscard]] bool HasFreePlace() const;

  const std::vector<std::string> globs_;
  std::unordered_map<std::uint64_t, Known> known_;
  /// Those with a place.
  std::map<std::string, Row> rows_;
  /// Of this dump, the first ones by name.
  std::map<std::string, Row> newcomers_;
  std::uint32_t dump_ = 0;
  /// Of those that are known, how many this dump has.
  std::size_t seen_ = 0;
  bool has_unknown_ = false;
  bool has_waiting_ = false;
  bool leaves_out_ = false;
};

/// A name of a unix socket as it is shown: an abstract one begins with `@`, see unix(7). Valid
/// UTF-8.
[[nodiscard]] std::string ShownUnixName(std::string_view name);

}  // namespace sockdiag
