#include "collectors/families/family_table.h"

#include "proc/proc_table.h"

namespace sockdiag {

FamilyTable::FamilyTable(const ProcReading& reading, std::string_view name,
                         std::string_view heading)
    : path_(reading.root + "/thread-self/net/" + std::string(name)),
      heading_(heading),
      limit_(reading, kLimit) {}

Result<bool> FamilyTable::Visit(const std::function<Result<void>(std::string_view line)>& visit,
                                std::string& lack) {
  const DumpResult<bool> read = limit_.Apply([&](const ReadCheck& check) -> DumpResult<bool> {
    Result<bool> visited = VisitTableIfAny(path_, heading_, visit, check);
    if (visited) return *visited;
    return FailDump(DumpErrorReason::kReceive, std::move(visited.error().message));
  });
  if (!read) return Fail(read.error().message);
  if (!*read) lack = "there is no " + path_;
  return *read;
}

}  // namespace sockdiag
