#include "namespaces/counters.h"

#include <cstdint>
#include <string>

#include "base/file.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

/// Of one of these files; snmp6 is the longest, with some 6 KiB.
constexpr std::size_t kLimitBytes = 65536;

using Figure = Result<std::uint64_t>;

Figure ParseFigure(std::string_view file, std::string_view name, std::string_view word) {
  Scanner digits(word);
  const auto value = digits.TakeInteger<std::uint64_t>();
  if (value && digits.IsAtEnd()) return *value;
  return Fail(std::string(file) + ": " + std::string(name) + " is " + Excerpt(word) +
              ", not a count");
}

tl::unexpected<Error> Missing(std::string_view file, std::string_view name) {
  return Fail(std::string(file) + ": there is no " + std::string(name));
}

/// The rest of the next line whose first word this is.
std::optional<std::string_view> TakeLineOf(Scanner& scanner, std::string_view first_word) {
  while (!scanner.IsAtEnd()) {
    Scanner line(scanner.TakeLine());
    if (line.TakeWord() == first_word) return line.rest();
  }
  return std::nullopt;
}

/// From `TCP: inuse 5 orphan 0 tw 0`.
Figure Sockstat(std::string_view file, std::string_view text, std::string_view row,
                std::string_view name) {
  Scanner scanner(text);
  Scanner words(TakeLineOf(scanner, row).value_or(""));
  while (true) {
    const std::string_view word = words.TakeWord();
    if (word.empty()) return Missing(file, std::string(row) + " " + std::string(name));
    const std::string_view value = words.TakeWord();
    if (word == name) return ParseFigure(file, name, value);
  }
}

/// From a line of names and a line of values, both with the same first word.
Figure Snmp(std::string_view text, std::string_view row, std::string_view name) {
  Scanner scanner(text);
  Scanner names(TakeLineOf(scanner, row).value_or(""));
  Scanner values(TakeLineOf(scanner, row).value_or(""));
  while (true) {
    const std::string_view word = names.TakeWord();
    const std::string_view value = values.TakeWord();
    if (word.empty()) return Missing("snmp", std::string(row) + " " + std::string(name));
    if (word == name) return ParseFigure("snmp", name, value);
  }
}

/// From a line for each figure.
Figure Snmp6(std::string_view text, std::string_view name) {
  Scanner scanner(text);
  const auto rest = TakeLineOf(scanner, name);
  if (!rest) return Missing("snmp6", name);
  return ParseFigure("snmp6", name, Scanner(*rest).TakeWord());
}

/// Adds a figure to a sum, as long as nothing was wrong.
class Sums {
 public:
  void Add(std::uint64_t& sum, const Figure& figure) {
    if (figure) {
      sum += *figure;
    } else if (result_) {
      result_ = tl::unexpected(figure.error());
    }
  }
  [[nodiscard]] const Result<void>& result() const { return result_; }

 private:
  Result<void> result_;
};

}  // namespace

Result<NamespaceCounters> ParseCounters(const CounterTexts& texts) {
  NamespaceCounters counters;
  Sums sums;
  sums.Add(counters.tcp_in_use, Sockstat("sockstat", texts.sockstat, "TCP:", "inuse"));
  sums.Add(counters.tcp_time_wait, Sockstat("sockstat", texts.sockstat, "TCP:", "tw"));
  sums.Add(counters.udp_in_use, Sockstat("sockstat", texts.sockstat, "UDP:", "inuse"));
  sums.Add(counters.tcp_segments_in, Snmp(texts.snmp, "Tcp:", "InSegs"));
  sums.Add(counters.tcp_segments_retransmitted, Snmp(texts.snmp, "Tcp:", "RetransSegs"));
  sums.Add(counters.udp_datagrams, Snmp(texts.snmp, "Udp:", "InDatagrams"));
  sums.Add(counters.udp_datagrams, Snmp(texts.snmp, "Udp:", "InErrors"));
  sums.Add(counters.udp_datagrams, Snmp(texts.snmp, "Udp:", "OutDatagrams"));
  if (texts.sockstat6) {
    sums.Add(counters.tcp_in_use, Sockstat("sockstat6", *texts.sockstat6, "TCP6:", "inuse"));
    sums.Add(counters.udp_in_use, Sockstat("sockstat6", *texts.sockstat6, "UDP6:", "inuse"));
  }
  if (texts.snmp6) {
    sums.Add(counters.udp_datagrams, Snmp6(*texts.snmp6, "Udp6InDatagrams"));
    sums.Add(counters.udp_datagrams, Snmp6(*texts.snmp6, "Udp6InErrors"));
    sums.Add(counters.udp_datagrams, Snmp6(*texts.snmp6, "Udp6OutDatagrams"));
  }
  if (!sums.result()) return tl::unexpected(sums.result().error());
  return counters;
}

Result<NamespaceCounters> ReadCounters(const std::string& proc) {
  // Not /proc/net, which is the namespace of the process's first thread.
  const std::string folder = proc + "/thread-self/net/";
  const auto sockstat = ReadFile(folder + "sockstat", kLimitBytes);
  if (!sockstat) return tl::unexpected(sockstat.error());
  const auto snmp = ReadFile(folder + "snmp", kLimitBytes);
  if (!snmp) return tl::unexpected(snmp.error());
  const auto sockstat6 = ReadFileIfAny(folder + "sockstat6", kLimitBytes);
  if (!sockstat6) return tl::unexpected(sockstat6.error());
  const auto snmp6 = ReadFileIfAny(folder + "snmp6", kLimitBytes);
  if (!snmp6) return tl::unexpected(snmp6.error());
  return ParseCounters({*sockstat, *sockstat6, *snmp, *snmp6});
}

}  // namespace sockdiag
