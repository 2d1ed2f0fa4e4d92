#include "web/client_demands.h"

#include <string>

namespace sockdiag::web {
namespace {

using http::ClientAuth;

/// How much the type asks of a client.
int Strictness(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::kNoClientCert:
    case ClientAuth::kRequestClientCert:
      return 0;
    case ClientAuth::kVerifyClientCertIfGiven:
      return 1;
    case ClientAuth::kRequireAnyClientCert:
      return 2;
    case ClientAuth::kRequireAndVerifyClientCert:
      return 3;
  }
  return 0;
}

}  // namespace

ClientDemands DemandsOf(const WebConfig& config) {
  ClientDemands demands{.password = !config.basic_auth_users.empty()};
  if (config.tls) {
    demands.certificate = config.tls->client_auth;
    demands.name_in_certificate = !config.tls->client_allowed_sans.empty();
  }
  return demands;
}

Result<void> CheckDemandsNoLess(const ClientDemands& before, const ClientDemands& after) {
  std::string loss;
  if (before.password && !after.password) {
    loss = "basic_auth_users: taking away every user";
  } else if (Strictness(after.certificate) < Strictness(before.certificate)) {
    loss = "tls_server_config.client_auth_type: asking less of clients";
  } else if (before.name_in_certificate && !after.name_in_certificate) {
    loss = "tls_server_config.client_allowed_sans: taking them all away";
  }
  if (loss.empty()) return {};
  return Fail(loss + " needs a reload (SIGHUP) or a restart");
}

}  // namespace sockdiag::web
