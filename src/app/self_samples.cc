#include "app/self_samples.h"

namespace sockdiag {

void SelfSamples::Show(const ReloadStatuses& reloads, const BuildInfo& build, Samples& samples) {
  samples.Add(kConfigSuccessful, reloads.config.successful ? 1 : 0);
  samples.Add(kConfigSuccessTime, reloads.config.last_success_seconds);
  if (reloads.web_config) {
    samples.Add(kWebConfigSuccessful, reloads.web_config->successful ? 1 : 0);
    samples.Add(kWebConfigSuccessTime, reloads.web_config->last_success_seconds);
  }
  samples.Add(kBuildInfo, 1, build.version, build.revision, build.compiler);
}

}  // namespace sockdiag
