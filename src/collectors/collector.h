#pragma once

#include <string_view>

#include "base/error.h"
#include "collectors/collection.h"

namespace sockdiag {

/// Gets one kind of figures. Used by one thread at a time.
class Collector {
 public:
  virtual ~Collector() = default;

  /// The label `collector`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Fills in its part of the findings. On an error it has added no figure that is not right.
  [[nodiscard]] virtual Result<void> Collect(Findings& findings) = 0;
};

}  // namespace sockdiag
