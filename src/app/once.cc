#include "app/once.h"

#include <iostream>
#include <memory>
#include <optional>

#include "app/kernel_pipelines.h"
#include "app/reload_record.h"
#include "app/report.h"
#include "metrics/families.h"
#include "metrics/json.h"

namespace sockdiag {
namespace {

std::string Render(const Exposition& exposition, OnceFormat format) {
  switch (format) {
    case OnceFormat::kTable:
      return ToReport(exposition.collection);
    case OnceFormat::kJson:
      return ToJson(exposition);
    case OnceFormat::kMetrics:
      break;
  }
  return ToText(ToFamilies(exposition));
}

}  // namespace

Result<void> RunOnce(OnceFormat format, const Config& config, const Log& log) {
  KernelPipelines pipelines(log);
  const std::shared_ptr<Pipeline> pipeline = pipelines.Make(config);
  const Exposition exposition{pipeline->Collect(),
                              ReadProcessStats(),
                              CurrentBuild(),
                              {ReloadRecord().status(), std::nullopt}};
  std::cout << Render(exposition, format) << std::flush;
  if (!std::cout) return Fail("cannot write to standard output");
  for (const CollectorReport& report : exposition.collection.collectors) {
    if (!report.Succeeded()) return Fail("collector " + report.collector + ": " + report.error);
  }
  return {};
}

}  // namespace sockdiag
