#include "collectors/families/protocols_table.h"

#include <optional>

#include "proc/scanner.h"

namespace sockdiag {

Result<SocketKind> ParseProtocolsLine(std::string_view line) {
  Scanner words(line);
  const std::string_view name = words.TakeWord();
  words.TakeWord();  // size
  Scanner count(words.TakeWord());
  const auto sockets = count.TakeInteger<std::int64_t>();
  if (!sockets || !count.IsAtEnd()) {
    return Fail(Excerpt(line) + " is not a line of protocols");
  }
  return SocketKind{name, *sockets};
}

}  // namespace sockdiag
