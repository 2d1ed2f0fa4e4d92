#pragma once

#include <initializer_list>

#include "tests/support/refusals.h"
#include "yaml/tree.h"

namespace sockdiag {

/// Texts that are no YAML that could be read.
inline void ExpectRefused(std::initializer_list<testing::Refusal> refusals) {
  testing::ExpectRefused(ParseYaml, "c.yaml", refusals);
}

}  // namespace sockdiag
