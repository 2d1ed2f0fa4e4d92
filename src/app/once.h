#pragma once

#include <string>

#include "app/command_line.h"
#include "exposition/families.h"

namespace sockdiag {

/// What --once prints.
[[nodiscard]] std::string Render(const Exposition& exposition, OnceFormat format);

}  // namespace sockdiag
