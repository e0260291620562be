#include "portique/image/layout_folder.h"

#include <string>

#include <fcntl.h>
#include <sys/stat.h>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/image/open_below.h"

namespace portique::image {

namespace {

bool is_layout_name(std::string_view name) {
  if (name == "index.json" || name == "oci-layout" || name == "manifest.json") return true;
  constexpr std::string_view kBlobs = "blobs/";
  if (!name.starts_with(kBlobs)) return false;
  name.remove_prefix(kBlobs.size());
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  return base::Digest::parse(std::string(name.substr(0, slash)) + ":" +
                             std::string(name.substr(slash + 1)))
      .has_value();
}

} // namespace

base::Result<std::unique_ptr<LayoutFolder>>
LayoutFolder::open(const std::filesystem::path& folder) {
  return std::unique_ptr<LayoutFolder>(new LayoutFolder(PQ_TRY(open_folder(folder.string()))));
}

base::Result<base::Fd> LayoutFolder::open_blob(std::string_view name) {
  if (!is_layout_name(name))
    return base::fail(base::Code::InvalidArgument,
                      "'" + base::printable(name) + "' is no file of an OCI layout");
  const std::string path(name);
  base::Fd file = PQ_TRY(open_below(folder_, path, O_RDONLY));
  if (!file.valid()) return base::fail(base::Code::NotFound, "the layout has no file " + path);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return base::fail(base::Code::Malformed, path + " is not a regular file");
  return file;
}

} // namespace portique::image
