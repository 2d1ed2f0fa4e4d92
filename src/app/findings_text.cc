#include "app/findings_text.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/duration_text.h"

namespace sockdiag {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::string_view kIndent = "    ";

/// Breaks at spaces; a word that is too long has a line of its own.
std::string Wrapped(std::string_view text) {
  std::string lines;
  std::string line(kIndent);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (line.size() == kIndent.size()) {
      line += word;
    } else if (line.size() + 1 + word.size() <= kColumns) {
      line.append(" ").append(word);
    } else {
      lines += line + "\n";
      line = std::string(kIndent).append(word);
    }
  }
  return lines + line + "\n";
}

std::string ToText(const Finding& finding) {
  const bool is_urgent = finding.urgency == Finding::Urgency::kUrgent;
  std::string text = is_urgent ? "  ! " : "  - ";
  text += finding.title + " (" + finding.cause + "): " + finding.figure;
  if (!finding.beside.empty()) text += " " + finding.beside;
  return text + "\n" + Wrapped(finding.text);
}

}  // namespace

std::string NoFindingsText(const WhatIsWrong& wrong) {
  if (!wrong.is_collected) return "TCP sockets are not collected, so nothing is known of them.";
  if (!wrong.is_known) return "TCP sockets could not be read, so nothing is known of them.";
  if (!wrong.findings.empty()) return "";
  const std::string nothing = "Nothing is wrong that sockets show";
  if (wrong.watched_for.count() == 0) {
    return nothing + ", looked at once: how old they are and how they grow is not known.";
  }
  return nothing + ", watched for " + DurationText(wrong.watched_for) + ".";
}

std::string ToFindingsText(const WhatIsWrong& wrong) {
  std::string text = NoFindingsText(wrong);
  if (!text.empty()) text += "\n";
  if (wrong.findings.empty()) return text;
  text += "WHAT IS WRONG\n";
  for (const Finding& finding : wrong.findings) text += ToText(finding);
  return text;
}

}  // namespace sockdiag
