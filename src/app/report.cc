#include "app/report.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "app/text_table.h"
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

std::string CountText(std::uint64_t count) { return count == 0 ? "-" : std::to_string(count); }

std::string CountText(double count) { return std::to_string(static_cast<std::uint64_t>(count)); }

/// Of a metric whose labels are protocol, the subject's name, direction and state.
CountsBySubject SubjectsOf(const Metric& metric, const Samples& samples) {
  CountsBySubject subjects;
  samples.ForEach(metric, [&](double value, Labels labels) {
    subjects[{labels[1].value, labels[0].value, labels[2].value}][labels[3].value] =
        static_cast<std::uint64_t>(value);
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
  const std::vector<std::string> states = StatesInUse(subjects);
  Row head{heading, "PROTO", "DIRECTION", "TOTAL"};
  head.insert(head.end(), states.begin(), states.end());

  std::vector<std::pair<Subject, Counts>> sorted(subjects.begin(), subjects.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return Total(a.second) > Total(b.second); });
  std::vector<Row> rows{head};
  for (const auto& [subject, counts] : sorted) {
    if (Total(counts) == 0) continue;
    Row row{subject.name, subject.protocol, subject.direction, std::to_string(Total(counts))};
    for (const std::string& state : states) row.push_back(CountText(At(counts, state)));
    rows.push_back(std::move(row));
  }
  return AlignColumns(rows, 3);
}

/// The queue of the listeners of a port and service, as cells.
using QueueCells = std::map<std::pair<std::string, std::string>, Row>;

QueueCells CellsOfQueues(const Samples& samples) {
  QueueCells cells;
  const auto add = [&](const Metric& metric, const auto& text_of) {
    samples.ForEach(metric, [&](double value, Labels labels) {
      cells[{labels[0].value, labels[1].value}].push_back(text_of(value));
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

std::string TableOfListeners(const Samples& samples) {
  const QueueCells queues = CellsOfQueues(samples);
  std::vector<Row> rows{{"LISTENING", "PROTO", "SERVICE", "SOCKETS", "QUEUE", "LIMIT", "FULLEST"}};
  samples.ForEach(ListenerTally::kListeners, [&](double listeners, Labels labels) {
    const std::string& protocol = labels[0].value;
    const std::string& port = labels[1].value;
    const std::string& service = labels[2].value;
    Row row{port, protocol, service, CountText(listeners)};
    const auto known = ProtocolFromName(protocol);
    if (known && Traits(*known).queue_is_backlog) {
      const Row& cells = queues.at({port, service});
      row.insert(row.end(), cells.begin(), cells.end());
    }
    rows.push_back(std::move(row));
  });
  return AlignColumns(rows, 3);
}

std::string TableOfLimits(const Samples& samples) {
  using Ports = EphemeralPortsTally;
  std::vector<Row> rows{{"LIMIT", "USED", "OF"}};
  std::string limit;
  samples.ForEach(Ports::kLimit, [&](double ports, Labels) { limit = CountText(ports); });
  const auto add = [&](const char* what, const Metric& metric) {
    samples.ForEach(metric, [&](double used, Labels) {
      rows.push_back({what, CountText(used), limit});
    });
  };
  add("ephemeral ports", Ports::kUsed);
  add("ephemeral ports, fullest destination", Ports::kMaxUsedPerDestination);
  samples.ForEach(Ports::kSockets, [&](double sockets, Labels) {
    rows.push_back({"sockets on ephemeral ports", CountText(sockets)});
  });
  return AlignColumns(rows, 1);
}

}  // namespace

std::string ToStateTable(const Samples& samples) {
  if (!samples.Has(FamilyTally::kSockets)) return "";
  std::map<std::string, Counts> columns;
  Counts totals;
  samples.ForEach(FamilyTally::kSockets, [&](double value, Labels labels) {
    const auto sockets = static_cast<std::uint64_t>(value);
    columns[labels[0].value + " " + labels[1].value][labels[2].value] = sockets;
    totals[labels[2].value] += sockets;
  });
  Row head{"STATE", "TOTAL"};
  Row sum{"all", std::to_string(Total(totals))};
  for (const auto& [column, counts] : columns) {
    head.push_back(column);
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
        TableOfListeners(samples), TableOfLimits(samples)}) {
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
