#include "app/once.h"

#include "exposition/json.h"
#include "exposition/report.h"

namespace sockdiag {

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

}  // namespace sockdiag
