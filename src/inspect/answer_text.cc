#include "inspect/answer_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration_text.h"
#include "base/text_table.h"
#include "inspect/endpoint_pattern.h"
#include "inspect/ss_command.h"

namespace sockdiag {
namespace {

using Row = std::vector<std::string>;

/// `10.0.0.1:443`, or the address alone without a port; `-` of an end that is none.
std::string EndText(const Endpoint& end) {
  std::string address = end.address.ToString();
  const bool has_port = end.port != Port();
  if (end.address.IsUnspecified() && !has_port) return "-";
  return has_port ? WithPort(address, end.port) : address;
}

std::string AgeText(const SocketAge& age) {
  if (!age) return "";
  return DurationText(std::chrono::duration_cast<std::chrono::seconds>(*age));
}

std::string OwnerText(const ConversationFigures& figures, const SocketNames& names) {
  if (figures.sockets == 0) return "";
  const std::string name = names.OwnerName(figures.owner);
  return figures.has_several_owners ? name + " and others" : name;
}

/// A column of figures; it is left out where all are empty.
struct Column {
  std::string_view heading;
  std::string (*text)(const ConversationFigures&);
};

template <std::uint64_t ConversationFigures::*field>
std::string CountOf(const ConversationFigures& figures) {
  return figures.*field == 0 ? "" : std::to_string(figures.*field);
}

constexpr std::array kColumns{
    Column{"SOCKETS", CountOf<&ConversationFigures::sockets>},
    Column{"OLDEST", [](const ConversationFigures& figures) { return AgeText(figures.oldest); }},
    Column{"NOT-READ", CountOf<&ConversationFigures::unread>},
    Column{"RECV-Q", CountOf<&ConversationFigures::receive_queue_bytes>},
    Column{"SEND-Q", CountOf<&ConversationFigures::send_queue_bytes>},
    Column{"RETRANSMITTING", CountOf<&ConversationFigures::retransmitting>},
    Column{"NOT-ACCEPTED", CountOf<&ConversationFigures::unaccepted>},
    Column{"WAITING", CountOf<&ConversationFigures::waiting>},
    Column{"BACKLOG", CountOf<&ConversationFigures::backlog>}};

std::string UpperCase(std::string_view word) {
  std::string upper;
  for (const char c : word) {
    upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : (c == '_' ? '-' : c);
  }
  return upper;
}

/// Groups and their figures; the last line has a group's name alone.
class Table {
 public:
  Table(const Answer& answer, const SocketNames& names) : names_(names) {
    for (const Column& column : kColumns) {
      if (!column.text(answer.all).empty()) columns_.push_back(&column);
    }
    rows_.emplace_back();
    for (const Grouping grouping : answer.by) {
      rows_.front().push_back(UpperCase(kGroupingWords[Index(grouping)]));
    }
    // Flush right columns come last.
    has_owner_ = TellsOwners(answer);
    if (has_owner_) rows_.front().emplace_back("WHO");
    left_columns_ = rows_.front().size();
    for (const Column* column : columns_) rows_.front().emplace_back(column->heading);
  }

  void Add(Row groups, const ConversationFigures& figures) {
    groups.resize(left_columns_ - (has_owner_ ? 1 : 0));
    if (has_owner_) groups.push_back(OwnerText(figures, names_));
    for (const Column* column : columns_) groups.push_back(column->text(figures));
    rows_.push_back(std::move(groups));
  }
  [[nodiscard]] std::string Text() const { return AlignColumns(rows_, left_columns_); }

 private:
  /// Whether the rows do not tell that already, and there is anybody.
  [[nodiscard]] bool TellsOwners(const Answer& answer) const {
    const bool is_by_owner =
        std::find(answer.by.begin(), answer.by.end(), Grouping::kOwner) != answer.by.end();
    const bool is_anybody = answer.all.has_several_owners ||
                            names_.OwnerName(answer.all.owner) != Name(OwnerKind::kNone);
    return names_.owners != nullptr && !is_by_owner && is_anybody;
  }

  const SocketNames& names_;
  std::vector<const Column*> columns_;
  bool has_owner_ = false;
  std::size_t left_columns_ = 0;
  std::vector<Row> rows_;
};

std::string CommandText(const Query& query) {
  const SsCommand command = SsCommandOf(query);
  std::string text = "the same on the host: " + command.text + "\n";
  if (command.lacks.empty()) return text;
  text += "which lists more, as ss has nothing for";
  for (std::size_t i = 0; i < command.lacks.size(); ++i) {
    text += (i == 0 ? " " : ", ") + std::string(command.lacks[i]);
  }
  return text + "\n";
}

}  // namespace

std::string GroupText(Grouping grouping, const GroupingValue& value, const SocketNames& names) {
  switch (grouping) {
    case Grouping::kRemote:
      return EndText(value.remote);
    case Grouping::kRemoteNet:
      return value.remote.address.ToString() + (value.remote.address.IsIpv4() ? "/24" : "/64");
    case Grouping::kService:
      return names.services.Name(static_cast<ServiceId>(value.number));
    case Grouping::kOwner:
      return names.OwnerName(static_cast<OwnerId>(value.number));
    case Grouping::kState:
      return std::string(Name(static_cast<SocketState>(value.number)));
    case Grouping::kLocal:
    case Grouping::kListener:
      return EndText(value.local);
    case Grouping::kPort:
      return std::to_string(value.number);
    case Grouping::kDestination:
    case Grouping::kSocket:
      return EndText(value.local) + " > " + EndText(value.remote);
  }
  return "";
}

std::string ToText(const Answer& answer, const Query& query, const SocketNames& names) {
  if (answer.all.sockets == 0) return "no such sockets\n" + CommandText(query);
  Table table(answer, names);
  for (const auto& [key, figures] : answer.rows) {
    Row groups;
    for (std::size_t i = 0; i < answer.by.size(); ++i) {
      groups.push_back(GroupText(answer.by[i], key[i], names));
    }
    table.Add(std::move(groups), figures);
  }
  if (answer.others.sockets != 0) {
    const std::string count = answer.IsExact() ? std::to_string(*answer.other_groups) : "all";
    table.Add({count + " others"}, answer.others);
  }
  table.Add({"all"}, answer.all);
  std::string text = table.Text();
  if (!answer.IsExact()) {
    text += "more than " + std::to_string(Conversations::kMaxGroups) +
            " groups: these rows need not be the first ones\n";
  }
  return text + "\n" + CommandText(query);
}

}  // namespace sockdiag
