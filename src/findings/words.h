#pragma once

#include <string>

#include "findings/findings.h"
#include "model/socket_state.h"

// What several kinds of findings say in the same words.

namespace sockdiag {

/// ` in other network namespaces`, or nothing of the exporter's own.
[[nodiscard]] std::string PlaceText(const std::string& scope);
/// ` towards NAME` or ` on NAME`, with PlaceText().
[[nodiscard]] std::string ServiceText(const HostFigures::ServiceKey& key);
/// Who holds most of what is stuck in a state, as a sentence with a space in front; empty when
/// nobody is known.
[[nodiscard]] std::string OwnersText(const HostFigures& figures, SocketState state);
/// ` So since 10:05:22 UTC.`; empty when that is not known.
[[nodiscard]] std::string SinceText(const Situation& situation, const std::string& figure,
                                    double least);
/// ` The oldest is so for 38 s.`; empty when none has an age.
[[nodiscard]] std::string OldestText(const HostFigures::Service& service, SocketState state);
/// The service's sockets in a state, in the words of a query.
[[nodiscard]] std::string QueryOf(const HostFigures::ServiceKey& key, SocketState state);
/// `leak own outbound postgres`: a figure's name in the history.
[[nodiscard]] std::string FigureName(const std::string& what, const HostFigures::ServiceKey& key);
/// The same of a port.
[[nodiscard]] std::string FigureName(const std::string& what, const HostFigures::ListenerKey& key);

}  // namespace sockdiag
