#pragma once

#include <string>

#include "findings/findings.h"
#include "model/socket_state.h"

// What several kinds of findings say in the same words.

namespace sockdiag {

/// ` in other network namespaces`, or nothing of the exporter's own.
[[nodiscard]] std::string PlaceText(const std::string& scope);
/// ` towards NAME` or ` on NAME`, with PlaceText(); a number is a port's.
[[nodiscard]] std::string ServiceText(const HostFigures::ServiceKey& key);
/// `NAME, port 8080`, or the port alone where that is the name, with PlaceText().
[[nodiscard]] std::string ListenerText(const HostFigures::ListenerKey& key);
/// Who holds most of what is stuck in a state, as a sentence with a space in front; empty when
/// nobody is known.
[[nodiscard]] std::string OwnersText(const HostFigures& figures, SocketState state);
/// ` It has been so since 10:05:22 UTC.`; empty when that is not known.
[[nodiscard]] std::string SinceText(const Situation& situation, const std::string& figure,
                                    double least);
/// ` The oldest has been there for 38 s.`; empty when none has an age.
[[nodiscard]] std::string OldestText(const HostFigures::Service& service, SocketState state);
/// The service's sockets in a state, in the words of a query.
[[nodiscard]] std::string QueryOf(const HostFigures::ServiceKey& key, SocketState state);
/// `leak own outbound postgres`: a figure's name in the history.
[[nodiscard]] std::string FigureName(const std::string& what, const HostFigures::ServiceKey& key);
/// The same of a port.
[[nodiscard]] std::string FigureName(const std::string& what, const HostFigures::ListenerKey& key);

}  // namespace sockdiag
