#include "proc/proc_table.h"

namespace sockdiag {

Result<bool> VisitTableIfAny(const std::string& path, std::string_view heading,
                             const std::function<Result<void>(std::string_view line)>& visit,
                             const ReadCheck& check) {
  bool has_heading = false;
  const auto take = [&](std::string_view line) -> Result<void> {
    if (has_heading) return visit(line);
    has_heading = line.find(heading) != std::string_view::npos;
    if (has_heading) return {};
    return Fail(Excerpt(line) + " is not its heading");
  };
  Result<bool> read = VisitLinesIfAny(path, take, check);
  if (read && *read && !has_heading) return Fail(path + ": it has no heading");
  return read;
}

}  // namespace sockdiag
