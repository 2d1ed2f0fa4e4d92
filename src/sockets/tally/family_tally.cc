#include "sockets/tally/family_tally.h"

namespace sockdiag {

void FamilyTally::Show(Showing& showing) const {
  for (const Family family : kFamilies) {
    families_[Index(family)].ForEachShown(
        showing.protocol, [&](SocketState state, std::uint64_t sockets) {
          showing.samples.Add(kSockets, sockets, Name(showing.protocol), Name(family), Name(state));
        });
  }
}

}  // namespace sockdiag
