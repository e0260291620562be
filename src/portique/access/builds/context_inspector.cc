#include "portique/access/builds/context_inspector.h"

#include <algorithm>
#include <span>
#include <utility>

#include "portique/archive/layer_path.h"
#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"

namespace portique::access {

namespace {

using base::Result;

/// As the engine cleans names: without ".", ".." and a leading "/".
std::string clean(std::string_view name) {
  std::string path;
  archive::clean_path(name, path);
  return path;
}

constexpr char kFile = '0';
constexpr char kOldFile = '\0';
constexpr char kFolder = '5';
constexpr char kHardLink = '1';
constexpr char kSymbolicLink = '2';
constexpr char kPax = 'x';
constexpr char kGlobalPax = 'g';
constexpr char kLongName = 'L';
constexpr char kLongLink = 'K';

bool is_special(char type) {
  return type == kPax || type == kGlobalPax || type == kLongName || type == kLongLink;
}

bool is_device(char type) {
  return type == '3' || type == '4' || type == '6';
}

} // namespace

ContextInspector::ContextInspector(std::string_view dockerfile, BuildArguments arguments, Ask ask)
    : arguments_(std::move(arguments)), ask_(std::move(ask)) {
  if (dockerfile.empty() || clean(dockerfile) == "Dockerfile") {
    names_ = {"Dockerfile", "dockerfile"}; // the second if there is no first
  } else {
    names_.insert(clean(dockerfile));
  }
}

Result<void> ContextInspector::unseen() {
  state_ = State::Unseen;
  WorkloadFacts facts;
  add_entitlement(facts, entitlement::kUnseen);
  return ask_(facts);
}

Result<void> ContextInspector::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    switch (state_) {
    case State::Begin:
    case State::Header: {
      const std::size_t count = std::min(bytes.size(), archive::kTarBlock - block_.size());
      block_ += bytes.substr(0, count);
      bytes.remove_prefix(count);
      if (block_.size() < archive::kTarBlock) return {};
      const std::string block = std::exchange(block_, {});
      PQ_TRY(header(base::as_bytes(block).first<archive::kTarBlock>()));
      break;
    }
    case State::Content: {
      const std::size_t count = std::min<std::uint64_t>(bytes.size(), content_left_);
      if (wanted_) content_ += bytes.substr(0, count);
      bytes.remove_prefix(count);
      content_left_ -= count;
      if (content_left_ > 0) return {};
      const std::size_t padding = std::min<std::uint64_t>(bytes.size(), padding_left_);
      // What a member says counts before the block behind it does.
      if (wanted_) PQ_TRY(content_done());
      wanted_ = false;
      if (state_ == State::Unseen) return {};
      bytes.remove_prefix(padding);
      padding_left_ -= padding;
      if (padding_left_ == 0)
        state_ = State::Header;
      else if (bytes.empty())
        return {};
      break;
    }
    case State::Ended:
    case State::Unseen:
      return {};
    }
  }
  return {};
}

Result<void> ContextInspector::header(archive::TarBlock block) {
  state_ = State::Header;
  if (archive::is_zero_block(block)) {
    state_ = State::Ended; // the engine's reader stops at the second one; there may be but one
    return {};
  }
  const auto parsed = archive::parse_tar_header(block);
  if (!parsed) return unseen(); // compressed, or no archive at all
  return member(*parsed);
}

bool ContextInspector::leads_to_dockerfile(const std::string& path) const {
  return std::ranges::any_of(names_, [&](const std::string& name) {
    return name == path || (name.starts_with(path) && name[path.size()] == '/');
  });
}

Result<void> ContextInspector::member(const archive::TarHeader& header) {
  const base::Limits limits;
  type_ = header.type;
  content_left_ = header.size;
  if (is_special(type_)) {
    if (header.size > limits.tar_header_bytes) return unseen();
    if (type_ == kGlobalPax) return unseen(); // it would bind every member behind it
    wanted_ = type_ != kLongLink;
  } else {
    std::string name(header.name);
    if (!header.prefix.empty()) name = std::string(header.prefix) + "/" + name;
    if (!long_name_.empty()) name = long_name_;
    if (!pax_.path.empty()) name = pax_.path;
    if (pax_.size) content_left_ = *pax_.size;
    const bool sparse = pax_.sparse.has_map || pax_.sparse.size || !pax_.sparse.name.empty();
    const std::string path = clean(name);
    long_name_.clear();
    pax_ = {};
    const bool file = type_ == kFile || type_ == kOldFile;
    const bool link = type_ == kHardLink || type_ == kSymbolicLink;
    if (sparse || (!file && !link && type_ != kFolder && !is_device(type_))) return unseen();
    if (!file && content_left_ > 0) return unseen(); // readers differ on whether it is there
    if (!file && type_ != kFolder && leads_to_dockerfile(path)) return unseen();
    wanted_ = file && names_.contains(path);
    if (wanted_ && content_left_ > limits.dockerfile_bytes) return unseen();
  }
  content_.clear();
  padding_left_ = (archive::kTarBlock - content_left_ % archive::kTarBlock) % archive::kTarBlock;
  if (content_left_ > 0)
    state_ = State::Content;
  else if (wanted_)
    return std::exchange(wanted_, false) ? content_done() : Result<void>();
  return {};
}

Result<void> ContextInspector::content_done() {
  if (type_ == kLongName) {
    long_name_ = content_.substr(0, content_.find('\0'));
    return {};
  }
  if (type_ == kPax) {
    auto pax = archive::parse_pax(base::as_bytes(content_));
    if (!pax) return unseen();
    pax_ = std::move(*pax);
    return {};
  }
  return ask_(dockerfile_facts(content_, arguments_));
}

} // namespace portique::access
