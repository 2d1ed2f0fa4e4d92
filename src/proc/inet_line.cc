#include "proc/inet_line.h"

#include <cstring>

namespace sockdiag {
namespace {

constexpr int kHex = 16;

template <typename Integer>
bool Take(Scanner& words, int base, Integer& value) {
  words.SkipSpace();
  const std::optional<Integer> taken = words.TakeInteger<Integer>(base);
  if (taken) value = *taken;
  return taken.has_value();
}

bool TakeEnd(Scanner& words, InetEnd& end) {
  words.SkipSpace();
  const std::optional<InetEnd> taken = TakeInetEnd(words);
  if (taken) end = *taken;
  return taken.has_value();
}

/// Two numbers with a colon between them.
template <typename First, typename Second>
bool TakePair(Scanner& words, int base, First& first, Second& second) {
  return Take(words, base, first) && words.TakeCharacter(':') && Take(words, base, second);
}

}  // namespace

std::optional<InetEnd> TakeInetEnd(Scanner& words) {
  constexpr std::size_t kDigits = 8;
  InetEnd end;
  while (!words.TakeCharacter(':')) {
    if (end.address_bytes == end.address.size()) return std::nullopt;
    const std::string_view digits = words.TakeCharacters(kDigits);
    Scanner word(digits);
    const std::optional<std::uint32_t> value = word.TakeInteger<std::uint32_t>(kHex);
    if (!value || digits.size() != kDigits || !word.IsAtEnd()) return std::nullopt;
    std::memcpy(end.address.data() + end.address_bytes, &*value, sizeof(*value));
    end.address_bytes += sizeof(*value);
  }
  const std::optional<std::uint16_t> port = words.TakeInteger<std::uint16_t>(kHex);
  const bool is_whole = words.IsAtEnd() || words.rest().front() == ' ';
  const bool is_address = end.address_bytes == 4 || end.address_bytes == end.address.size();
  if (!port || !is_whole || !is_address) return std::nullopt;
  end.port = *port;
  return end;
}

Result<InetLine> ParseInetLine(std::string_view line) {
  Scanner words(line);
  InetLine socket;
  std::uint64_t ignored = 0;
  const bool is_line = Take(words, 10, ignored) && words.TakeCharacter(':') &&  // sl
                       TakeEnd(words, socket.local) && TakeEnd(words, socket.remote) &&
                       Take(words, kHex, socket.state) &&
                       TakePair(words, kHex, socket.send_queue, socket.receive_queue) &&
                       TakePair(words, kHex, socket.timer, ignored) &&  // tm->when
                       Take(words, kHex, socket.retransmits) && Take(words, 10, ignored) &&  // uid
                       Take(words, 10, socket.probes) && Take(words, 10, socket.inode) &&
                       Take(words, 10, ignored) &&  // ref
                       !words.TakeWord().empty();   // pointer
  const bool is_one_family = socket.local.address_bytes == socket.remote.address_bytes;
  if (!is_line || !is_one_family) return Fail(Excerpt(line) + " is not a line of sockets");
  socket.rest = words.rest();
  return socket;
}

}  // namespace sockdiag
