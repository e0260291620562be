// https://docs.docker.com/engine/security/certificates/

#include "portique/image/registry_certificates.h"

#include <algorithm>
#include <vector>

#include "portique/base/file.h"
#include "portique/base/limits.h"

namespace portique::image {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

namespace {

/// A host becomes a folder's name: nothing that leads elsewhere.
bool is_folder_name(std::string_view host) {
  return !host.empty() && !host.starts_with('.') && !host.contains('/') && !host.contains('\0');
}

base::Result<std::vector<fs::path>> sorted_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return files;
  while (!error && entries != fs::directory_iterator()) {
    files.push_back(entries->path());
    entries.increment(error);
  }
  if (error) return fail(Code::Io, "cannot read " + folder.string() + ": " + error.message());
  std::ranges::sort(files);
  return files;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

base::Result<void> take_client_certificate(const fs::path& certificate, base::HttpTls& tls) {
  fs::path key = certificate;
  key.replace_extension(".key");
  if (!is_file(key))
    return fail(Code::NotFound,
                "the client certificate " + certificate.string() + " has no key " + key.string());
  if (!tls.certificate.empty()) return {}; // the first by name is shown
  tls.certificate = certificate;
  tls.key = key;
  return {};
}

} // namespace

base::Result<base::HttpTls> load_certificates(const fs::path& folder, std::string_view host) {
  base::HttpTls tls;
  if (!is_folder_name(host)) return tls;
  std::uint64_t room = base::Limits{}.certificate_bytes;
  for (const fs::path& file : PQ_TRY(sorted_files(folder / host))) {
    if (file.extension() == ".crt") {
      const std::string pem = PQ_TRY(base::read_file(file, room));
      room -= pem.size();
      tls.further_authorities += pem + "\n";
    } else if (file.extension() == ".cert") {
      PQ_TRY(take_client_certificate(file, tls));
    } else if (file.extension() == ".key") {
      fs::path certificate = file;
      certificate.replace_extension(".cert");
      if (!is_file(certificate))
        return fail(Code::NotFound,
                    "the key " + file.string() + " has no certificate " + certificate.string());
    }
  }
  return tls;
}

} // namespace portique::image
