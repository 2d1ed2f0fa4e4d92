#include "app/once.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/findings_text.h"
#include "app/kernel_pipelines.h"
#include "app/reload_record.h"
#include "app/report.h"
#include "app/scrape.h"
#include "metrics/json.h"

namespace sockdiag {
namespace {

std::string Render(const Collection& collection, OnceFormat format, const Clock& clock) {
  switch (format) {
    case OnceFormat::kTable:
      return ToFindingsText(FindingsMemory(clock).Find(collection.samples)) + "\n" +
             ToReport(collection);
    case OnceFormat::kJson:
      return ToJson(collection.samples);
    case OnceFormat::kMetrics:
      break;
  }
  return *collection.text;
}

/// In one line, as a rule for one reason.
void LogDenials(const Collection& collection, const Log& log) {
  std::string collectors;
  std::string lack;
  for (const CollectorReport& report : collection.collectors) {
    if (!report.Succeeded() || !report.is_denied) continue;
    collectors += (collectors.empty() ? "" : ", ") + report.collector;
    if (lack.empty()) lack = report.lack;
  }
  if (collectors.empty()) return;
  log.Warn("collectors lack figures that are denied to them",
           {{"collectors", collectors}, {"lack", lack}});
}

}  // namespace

Result<std::vector<std::string>> RunOnce(OnceFormat format, const Config& config,
                                         NamespaceAccess namespaces, const Log& log) {
  const ReloadRecord record;
  KernelPipelines pipelines(
      log,
      [&] {
        return ReloadStatuses{record.status(), std::nullopt};
      },
      std::move(namespaces));
  const std::shared_ptr<Pipeline> pipeline = pipelines.Make(config, /*is_used_again=*/false);
  pipeline->TakeEffect();
  const std::shared_ptr<const Collection> collection = pipeline->Collect();
  std::cout << Render(*collection, format, pipelines.clock()) << std::flush;
  if (!std::cout) return Fail("cannot write to standard output");
  LogDenials(*collection, log);
  std::vector<std::string> failures;
  for (const CollectorReport& report : collection->collectors) {
    if (report.Succeeded() && report.is_beyond_limit) LogLack(report, log);
    if (report.Succeeded()) continue;
    failures.push_back("collector " + report.collector + ": " + report.error);
  }
  return failures;
}

}  // namespace sockdiag
