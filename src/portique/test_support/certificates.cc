#include "portique/test_support/certificates.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "portique/base/run_program.h"

namespace portique::test_support {

namespace {

bool openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const auto output = base::run_program(arguments);
  return output && output->exit_status == 0;
}

/// A key, and a certificate that the folder's authority has signed.
bool sign(const std::filesystem::path& folder,
          const std::string& certificate,
          const std::string& key,
          const std::string& extensions) {
  const auto file = [&](const std::string& name) { return (folder / name).string(); };
  std::ofstream(file("extensions")) << extensions;
  return openssl({"req",
                  "-newkey",
                  "rsa:2048",
                  "-nodes",
                  "-keyout",
                  file(key),
                  "-out",
                  file("request"),
                  "-subj",
                  "/CN=" + certificate}) &&
         openssl({"x509",
                  "-req",
                  "-in",
                  file("request"),
                  "-CA",
                  file("ca.pem"),
                  "-CAkey",
                  file("ca.key"),
                  "-CAcreateserial",
                  "-days",
                  "30",
                  "-extfile",
                  file("extensions"),
                  "-out",
                  file(certificate)});
}

} // namespace

bool make_certificates(const std::filesystem::path& folder) {
  return openssl({"req",
                  "-x509",
                  "-newkey",
                  "rsa:2048",
                  "-nodes",
                  "-keyout",
                  (folder / "ca.key").string(),
                  "-out",
                  (folder / "ca.pem").string(),
                  "-days",
                  "30",
                  "-subj",
                  "/CN=portique test authority"}) &&
         sign(folder,
              "server.pem",
              "server.key",
              "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n") &&
         sign(folder, "cert.pem", "key.pem", "extendedKeyUsage=clientAuth\n");
}

} // namespace portique::test_support
