#include "metrics/text.h"

#include <prometheus/text_serializer.h>

#include <sstream>
#include <utility>

namespace sockdiag {

std::string ToText(const Samples& samples) {
  std::ostringstream text;
  // Otherwise a stream that finds no memory goes on without what it could not write.
  text.exceptions(std::ios::badbit);
  prometheus::TextSerializer().Serialize(text, samples.families());
  return std::move(text).str();
}

}  // namespace sockdiag
