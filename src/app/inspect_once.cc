#include "app/inspect_once.h"

#include <memory>
#include <optional>
#include <span>

#include "app/kernel_pipelines.h"
#include "app/reload_record.h"
#include "inspect/answer_text.h"

namespace sockdiag {

Result<std::string> InspectOnce(const Query& query, const Config& config, const Log& log) {
  const ReloadRecord record;
  KernelPipelines pipelines(log, [&] { return ReloadStatuses{record.status(), std::nullopt}; });
  const std::shared_ptr<Pipeline> pipeline = pipelines.Make(config, /*is_used_again=*/false);
  pipeline->TakeEffect();
  const Result<Inspection> inspection = pipeline->Inspect(std::span(&query, 1));
  if (!inspection) return tl::unexpected(inspection.error());
  return ToText(inspection->answers.front(), query, pipeline->names());
}

}  // namespace sockdiag
