#include "app/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text_table.h"
#include "collectors/registry.h"
#include "collectors/scope.h"
#include "model/protocol.h"
#include "sockets/tally/ephemeral_ports_tally.h"
#include "sockets/tally/family_tally.h"
#include "sockets/tally/listener_tally.h"
#include "sockets/tally/port_tally.h"
#include "sockets/tally/service_tally.h"

namespace sockdiag {
namespace {

using Row = std::vector<std::string>;
using Labels = std::span<const Samples::Label>;
/// By the state's label value.
using Counts = std::map<std::string, std::uint64_t>;

/// What a row of the services or ports table is about.
struct Subject {
  std::string name;
  std::string protocol;
  std::string direction;
  /// As ScopeOf().
  std::string scope;

  friend auto operator<=>(const Subject&, const Subject&) = default;
};
using CountsBySubject = std::map<Subject, Counts>;

std::uint64_t Total(const Counts& counts) {
  std::uint64_t total = 0;
  for (const auto& [state, sockets] : counts) total += sockets;
  return total;
}

std::uint64_t At(const Counts& counts, const std::string& state) {
  const auto found = counts.find(state);
  return found == counts.end() ? 0 : found->second;
}

/// As a cell, where there is such a column.
Row ScopeCells(bool has_scopes, const std::string& cell) {
  return has_scopes ? Row{cell.empty() ? "own" : cell} : Row();
}

void Append(Row cells, Row& row) {
  row.insert(row.end(), std::make_move_iterator(cells.begin()),
             std::make_move_iterator(cells.end()));
}

std::string CountText(std::uint64_t count) { return count == 0 ? "-" : std::to_string(count); }

std::string CountText(double count) { return std::to_string(static_cast<std::uint64_t>(count)); }

/// Of a metric whose labels are protocol, the subject's name, direction and state.
CountsBySubject SubjectsOf(const Metric& metric, const Samples& samples) {
  CountsBySubject subjects;
  samples.ForEach(metric, [&](double value, Labels labels) {
    const Subject subject{labels[1].value, labels[0].value, labels[2].value, ScopeOf(labels)};
    subjects[subject][labels[3].value] = static_cast<std::uint64_t>(value);
  });
  return subjects;
}

/// The states in which any subject has sockets, in the kernel's order.
std::vector<std::string> StatesInUse(const CountsBySubject& subjects) {
  std::vector<std::string> states;
  for (const SocketState state : kAllStates) {
    const std::string name(Name(state));
    const bool in_use = std::any_of(subjects.begin(), subjects.end(),
                                    [&](const auto& entry) { return At(entry.second, name) != 0; });
    if (in_use) states.push_back(name);
  }
  return states;
}

std::string TableOfSubjects(const std::string& heading, const CountsBySubject& subjects) {
  std::vector<std::pair<Subject, Counts>> sorted;
  std::copy_if(subjects.begin(), subjects.end(), std::back_inserter(sorted),
               [](const auto& entry) { return Total(entry.second) != 0; });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return Total(a.second) > Total(b.second); });
  const bool has_scopes = std::any_of(sorted.begin(), sorted.end(),
                                      [](const auto& entry) { return !entry.first.scope.empty(); });
  const std::vector<std::string> states = StatesInUse(subjects);
  std::vector<Row> rows{{heading, "PROTO", "DIRECTION"}};
  Append(ScopeCells(has_scopes, "SCOPE"), rows.front());
  const std::size_t left_columns = rows.front().size();
  rows.front().emplace_back("TOTAL");
  Append(states, rows.front());
  for (const auto& [subject, counts] : sorted) {
    Row row{subject.name, subject.protocol, subject.direction};
    Append(ScopeCells(has_scopes, subject.scope), row);
    row.push_back(std::to_string(Total(counts)));
    for (const std::string& state : states) row.push_back(CountText(At(counts, state)));
    rows.push_back(std::move(row));
  }
  return AlignColumns(rows, left_columns);
}

/// The queue of the listeners of a scope, port and service, as cells.
using QueueCells = std::map<std::tuple<std::string, std::string, std::string>, Row>;

QueueCells CellsOfQueues(const Samples& samples) {
  QueueCells cells;
  const auto add = [&](const Metric& metric, const auto& text_of) {
    samples.ForEach(metric, [&](double value, Labels labels) {
      cells[{ScopeOf(labels), labels[0].value, labels[1].value}].push_back(text_of(value));
    });
  };
  const auto count_text = [](double count) { return CountText(count); };
  add(ListenerTally::kQueueLength, count_text);
  add(ListenerTally::kQueueLimit, count_text);
  add(ListenerTally::kSaturation, [](double ratio) {
    std::array<char, 32> percent;
    std::snprintf(percent.data(), percent.size(), "%.0f%%", ratio * 100);
    return std::string(percent.data());
  });
  return cells;
}

bool HasScopes(const Metric& metric, const Samples& samples) {
  bool has_scopes = false;
  samples.ForEach(
      metric, [&](double, Labels labels) { has_scopes = has_scopes || !ScopeOf(labels).empty(); });
  return has_scopes;
}

std::string TableOfListeners(const Samples& samples) {
  const QueueCells queues = CellsOfQueues(samples);
  const bool has_scopes = HasScopes(ListenerTally::kListeners, samples);
  std::vector<Row> rows{{"LISTENING", "PROTO", "SERVICE"}};
  Append(ScopeCells(has_scopes, "SCOPE"), rows.front());
  const std::size_t left_columns = rows.front().size();
  Append({"SOCKETS", "QUEUE", "LIMIT", "FULLEST"}, rows.front());
  samples.ForEach(ListenerTally::kListeners, [&](double listeners, Labels labels) {
    const std::string& protocol = labels[0].value;
    const std::string& port = labels[1].value;
    const std::string& service = labels[2].value;
    const std::string scope = ScopeOf(labels);
    Row row{port, protocol, service};
    Append(ScopeCells(has_scopes, scope), row);
    row.push_back(CountText(listeners));
    const auto known = ProtocolFromName(protocol);
    if (known && Traits(*known).queue_is_backlog) Append(queues.at({scope, port, service}), row);
    rows.push_back(std::move(row));
  });
  return AlignColumns(rows, left_columns);
}

/// Calls `visit(double value)` for each sample of this network namespace.
template <typename Visitor>
void ForEachOwn(const Metric& metric, const Samples& samples, Visitor&& visit) {
  samples.ForEach(metric, [&](double value, Labels labels) {
    if (ScopeOf(labels).empty()) visit(value);
  });
}

std::string TableOfLimits(const Samples& samples) {
  using Ports = EphemeralPortsTally;
  std::vector<Row> rows{{"LIMIT", "USED", "OF"}};
  std::string limit;
  ForEachOwn(Ports::kLimit, samples, [&](double ports) { limit = CountText(ports); });
  const auto add = [&](const char* what, const Metric& metric) {
    ForEachOwn(metric, samples, [&](double used) {
      rows.push_back({what, CountText(used), limit});
    });
  };
  add("ephemeral ports", Ports::kUsed);
  add("ephemeral ports, fullest destination", Ports::kMaxUsedPerDestination);
  ForEachOwn(Ports::kSockets, samples, [&](double sockets) {
    rows.push_back({"sockets on ephemeral ports", CountText(sockets)});
  });
  return AlignColumns(rows, 1);
}

std::string FigureText(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

/// What has no table of its own: all that is not 0 of what the collectors but those of TCP and UDP
/// show, by the metrics' names.
std::string TableOfFigures(const Samples& samples) {
  constexpr std::string_view kPrefix = "sockdiag_";
  std::vector<Row> rows{{"FIGURE", "OF", "VALUE"}};
  for (const CollectorEntry& collector : AllCollectors()) {
    for (const Metric* metric : collector.metrics) {
      if (!metric->name.starts_with(kPrefix)) continue;
      samples.ForEach(*metric, [&](double value, Labels labels) {
        if (value == 0) return;
        std::string of;
        for (const Samples::Label& label : labels) of += (of.empty() ? "" : " ") + label.value;
        rows.push_back({std::string(metric->name.substr(kPrefix.size())), of, FigureText(value)});
      });
    }
  }
  return AlignColumns(rows, 2);
}

}  // namespace

std::string ToStateTable(const Samples& samples) {
  if (!samples.Has(FamilyTally::kSockets)) return "";
  // By scope, and the protocol and family.
  std::map<std::pair<std::string, std::string>, Counts> columns;
  Counts totals;
  samples.ForEach(FamilyTally::kSockets, [&](double value, Labels labels) {
    const auto sockets = static_cast<std::uint64_t>(value);
    const std::string family = labels[0].value + " " + labels[1].value;
    columns[{ScopeOf(labels), family}][labels[2].value] = sockets;
    totals[labels[2].value] += sockets;
  });
  Row head{"STATE", "TOTAL"};
  Row sum{"all", std::to_string(Total(totals))};
  for (const auto& [column, counts] : columns) {
    const auto& [scope, family] = column;
    head.push_back(family);
    if (!scope.empty()) head.back().append(" ").append(scope);
    sum.push_back(CountText(Total(counts)));
  }
  std::vector<Row> rows{head};
  for (const SocketState state : kAllStates) {
    const std::string name(Name(state));
    if (At(totals, name) == 0) continue;
    Row row{name, std::to_string(At(totals, name))};
    for (const auto& [column, counts] : columns) row.push_back(CountText(At(counts, name)));
    rows.push_back(std::move(row));
  }
  rows.push_back(std::move(sum));
  return AlignColumns(rows, 1);
}

std::string ToReport(const Collection& collection) {
  const Samples& samples = collection.samples;
  std::string report = ToFailures(collection);
  for (const std::string& table :
       {ToStateTable(samples),
        TableOfSubjects("SERVICE", SubjectsOf(ServiceTally::kServiceSockets, samples)),
        TableOfSubjects("PORT", SubjectsOf(PortTally::kPortSockets, samples)),
        TableOfListeners(samples), TableOfLimits(samples), TableOfFigures(samples)}) {
    if (table.empty()) continue;
    report += (report.empty() ? "" : "\n") + table;
  }
  return report;
}

std::string ToFailures(const Collection& collection) {
  std::string failures;
  for (const CollectorReport& collector : collection.collectors) {
    if (collector.Succeeded()) continue;
    failures += "collector " + collector.collector +
                " failed, and its figures are missing: " + collector.error + "\n";
  }
  return failures;
}

}  // namespace sockdiag
