#include "app/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "app/text_table.h"
#include "sockets/tally/state_counts.h"

namespace sockdiag {
namespace {

using Row = std::vector<std::string>;
using Counts = std::map<SocketState, std::uint64_t>;

/// What a row of the services or ports table is about.
struct Subject {
  std::string name;
  Protocol protocol;
  Direction direction;

  friend auto operator<=>(const Subject&, const Subject&) = default;
};
using CountsBySubject = std::map<Subject, Counts>;

std::uint64_t Total(const Counts& counts) {
  std::uint64_t total = 0;
  for (const auto& [state, sockets] : counts) total += sockets;
  return total;
}

std::string CountText(std::uint64_t count) { return count == 0 ? "-" : std::to_string(count); }

/// The states in which any subject has sockets, in the kernel's order.
std::vector<SocketState> StatesInUse(const CountsBySubject& subjects) {
  std::vector<SocketState> states;
  for (const SocketState state : kAllStates) {
    const bool in_use = std::any_of(subjects.begin(), subjects.end(), [&](const auto& entry) {
      const auto count = entry.second.find(state);
      return count != entry.second.end() && count->second != 0;
    });
    if (in_use) states.push_back(state);
  }
  return states;
}

std::string TableOfSubjects(const std::string& heading, const CountsBySubject& subjects) {
  const std::vector<SocketState> states = StatesInUse(subjects);
  Row head{heading, "PROTO", "DIRECTION", "TOTAL"};
  for (const SocketState state : states) head.emplace_back(Name(state));

  std::vector<std::pair<Subject, Counts>> sorted(subjects.begin(), subjects.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return Total(a.second) > Total(b.second); });
  std::vector<Row> rows{head};
  for (const auto& [subject, counts] : sorted) {
    if (Total(counts) == 0) continue;
    Row row{subject.name, std::string(Name(subject.protocol)), std::string(Name(subject.direction)),
            std::to_string(Total(counts))};
    for (const SocketState state : states) {
      const auto count = counts.find(state);
      row.push_back(CountText(count == counts.end() ? 0 : count->second));
    }
    rows.push_back(std::move(row));
  }
  return AlignColumns(rows, 3);
}

std::string TableOfListeners(const Snapshot& snapshot) {
  std::vector<Row> rows{{"LISTENING", "PROTO", "SERVICE", "SOCKETS", "QUEUE", "LIMIT", "FULLEST"}};
  for (const ListenerGroup& group : snapshot.listeners) {
    Row row{Name(group.port), std::string(Name(group.protocol)), group.service_name,
            std::to_string(group.listeners)};
    if (group.protocol == Protocol::kTcp) {
      std::array<char, 32> percent;
      std::snprintf(percent.data(), percent.size(), "%.0f%%", group.saturation * 100);
      row.insert(row.end(), {std::to_string(group.queue_length), std::to_string(group.queue_limit),
                             percent.data()});
    }
    rows.push_back(std::move(row));
  }
  return AlignColumns(rows, 3);
}

std::string TableOfLimits(const Snapshot& snapshot) {
  std::vector<Row> rows{{"LIMIT", "USED", "OF"}};
  if (snapshot.ephemeral_ports) {
    const EphemeralTotals& ports = *snapshot.ephemeral_ports;
    const std::string limit = std::to_string(ports.limit);
    rows.push_back({"ephemeral ports", std::to_string(ports.used), limit});
    rows.push_back(
        {"ephemeral ports, fullest destination", std::to_string(ports.max_per_destination), limit});
  }
  return AlignColumns(rows, 1);
}

}  // namespace

std::string ToStateTable(const Snapshot& snapshot) {
  if (snapshot.sockets.empty()) return "";
  using Column = std::pair<Protocol, Family>;
  std::map<Column, Counts> columns;
  std::map<SocketState, std::uint64_t> totals;
  for (const SocketCount& count : snapshot.sockets) {
    columns[{count.protocol, count.family}][count.state] = count.sockets;
    totals[count.state] += count.sockets;
  }
  Row head{"STATE", "TOTAL"};
  Row sum{"all", std::to_string(Total(totals))};
  for (const auto& [column, counts] : columns) {
    head.push_back(std::string(Name(column.first)) + " " + std::string(Name(column.second)));
    sum.push_back(CountText(Total(counts)));
  }
  std::vector<Row> rows{head};
  for (const SocketState state : kAllStates) {
    if (totals[state] == 0) continue;
    Row row{std::string(Name(state)), std::to_string(totals[state])};
    for (auto& [column, counts] : columns) row.push_back(CountText(counts[state]));
    rows.push_back(std::move(row));
  }
  rows.push_back(std::move(sum));
  return AlignColumns(rows, 1);
}

std::string ToReport(const Collection& collection) {
  const Snapshot& snapshot = collection.snapshot;
  CountsBySubject services;
  for (const ServiceSocketCount& count : snapshot.service_sockets) {
    services[{count.service_name, count.protocol, count.direction}][count.state] = count.sockets;
  }
  CountsBySubject ports;
  for (const PortSocketCount& count : snapshot.port_sockets) {
    ports[{Name(count.port), count.protocol, count.direction}][count.state] = count.sockets;
  }
  std::string report = ToFailures(collection);
  for (const std::string& table :
       {ToStateTable(snapshot), TableOfSubjects("SERVICE", services),
        TableOfSubjects("PORT", ports), TableOfListeners(snapshot), TableOfLimits(snapshot)}) {
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
