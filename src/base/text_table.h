#pragma once

#include <string>
#include <vector>

namespace sockdiag {

/// Rows of cells as aligned columns: the first row is the heading, `left_columns` columns are flush
/// left and the others flush right. No trailing blanks; a newline after each row.
/// Empty when there is no row but the heading.
[[nodiscard]] std::string AlignColumns(const std::vector<std::vector<std::string>>& rows,
                                       std::size_t left_columns);

}  // namespace sockdiag
