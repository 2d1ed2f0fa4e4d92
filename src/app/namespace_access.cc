#include "app/namespace_access.h"

#include <utility>

#include "collectors/namespaces.h"
#include "namespaces/client.h"

namespace sockdiag {

NamespaceAccess MakeNamespaceAccess(Result<HelperProcess> started, const Config& config) {
  if (!config.collectors.IsEnabled(NamespacesCollector::kName)) return {};
  if (!started) return {nullptr, started.error().message};
  return {std::make_unique<ProcessNamespaceHelper>(*std::move(started)), {}};
}

}  // namespace sockdiag
