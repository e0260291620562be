#include "portique/inventory/owned_files.h"

#include "portique/archive/layer_path.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

std::uint64_t folder_hash(std::string_view folder, std::string& buffer) {
  archive::clean_path(folder, buffer);
  if (!buffer.empty()) buffer += '/';
  return path_hash(buffer);
}

void OwnedPaths::add(std::string_view path) {
  archive::clean_path(path.substr(path.starts_with('/') ? 1 : 0), buffer_);
  if (!buffer_.empty()) add_hash(path_hash(buffer_));
}

void OwnedPaths::add_in(std::uint64_t folder, std::string_view name) {
  if (name.empty() || name == "." || name == ".." || name.contains('/')) return;
  add_hash(path_hash(name, folder));
}

void OwnedPaths::add_hash(std::uint64_t hash) {
  if (full_) return;
  if (paths_.size() < left_) {
    paths_.push_back(hash);
    return;
  }
  full_ = true;
  add_issue(*analysis_,
            base::Code::LimitExceeded,
            "too many files are listed; which package owns the rest is not read");
}

void OwnedPaths::give_to(std::string_view package) {
  if (paths_.empty()) return;
  left_ -= paths_.size();
  // A copy takes no more memory than it needs.
  analysis_->owned.push_back({std::string(package), {paths_.begin(), paths_.end()}});
  paths_.clear();
}

} // namespace portique::inventory
