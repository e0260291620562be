#include "portique/scan/file_owners.h"

namespace portique::scan {

std::string merged_usr_alias(std::string_view clean_path) {
  constexpr std::string_view kUsr = "usr/";
  if (clean_path.starts_with(kUsr)) return std::string(clean_path.substr(kUsr.size()));
  return std::string(kUsr).append(clean_path);
}

void FileOwners::add(const inventory::OwnedFiles& owned) {
  for (const std::uint64_t hash : owned.paths)
    owners_.emplace(hash, owned.package);
}

std::string_view FileOwners::owner_of(std::string_view clean_path) const {
  if (owners_.empty()) return {};
  auto found = owners_.find(inventory::path_hash(clean_path));
  if (found == owners_.end())
    found = owners_.find(inventory::path_hash(merged_usr_alias(clean_path)));
  return found == owners_.end() ? std::string_view{} : found->second;
}

} // namespace portique::scan
