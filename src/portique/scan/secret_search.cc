#include "portique/scan/secret_search.h"

#include <algorithm>

namespace portique::scan {

namespace {

class SecretInspector : public ContentInspector {
public:
  SecretInspector(inspect::SecretScanner scanner, std::uint64_t most)
      : scanner_(std::move(scanner)), most_(most) {}

  bool begin(const InspectedFile& file, base::Bytes first) override {
    path_ = file.path;
    return scanner_.begin(file.path, first);
  }

  void content(base::Bytes piece) override { scanner_.content(piece); }

  void end(ContentEvidence& into) override {
    inspect::SecretFindings found = scanner_.end();
    std::ranges::move(found.issues, std::back_inserter(into.issues));
    for (inspect::SecretHit& hit : found.hits) {
      if (into.secrets.size() < most_) {
        into.secrets.push_back(std::move(hit));
        continue;
      }
      if (into.secrets.size() == most_ && !said_)
        into.issues.push_back({base::Code::LimitExceeded,
                               "the layer has more than " + std::to_string(most_) +
                                   " secrets; the others are not listed",
                               path_,
                               model::kNoLayer});
      said_ = true;
    }
    if (into.secrets.size() < most_) said_ = false;
  }

private:
  inspect::SecretScanner scanner_;
  std::uint64_t most_;
  std::string path_;
  bool said_ = false;
};

/// A secret may follow its option: the words are looked at together. If something in them had to be
/// masked they are one word from then on.
template <typename Mask> void mask_words(std::vector<std::string>& words, Mask mask) {
  std::string all;
  for (const std::string& word : words)
    all += (all.empty() ? "" : " ") + word;
  const std::string before = all;
  mask(all);
  if (all != before) words.assign(1, std::move(all));
}

} // namespace

std::string SecretSearch::version() const {
  return book.version() + salt.id();
}

base::Result<std::unique_ptr<ContentInspector>> secret_inspector(const SecretSearch& search,
                                                                 const base::Limits& limits) {
  return std::make_unique<SecretInspector>(
      PQ_TRY(inspect::SecretScanner::make(search.book, search.salt, limits)),
      limits.secrets_in_layer);
}

base::Result<std::vector<inspect::SecretHit>> search_config(const SecretSearch& search,
                                                            image::DescribedImage& described,
                                                            const base::Limits& limits) {
  auto scanner = PQ_TRY(inspect::SecretScanner::make(search.book, search.salt, limits));
  std::vector<inspect::SecretHit> hits;
  for (image::ConfigText& text : described.texts) {
    inspect::SecretFindings found = scanner.scan_config(text.field, text.text);
    std::ranges::move(found.hits, std::back_inserter(hits));
  }
  described.texts.clear();
  // The same texts once more, where reports and policies see them.
  const auto mask = [&](std::string& text) { (void)scanner.scan_config({}, text); };
  for (model::Layer& layer : described.image.layers)
    mask(layer.created_by);
  mask(described.image.base.name);
  if (described.image.config) {
    model::ImageConfig& config = *described.image.config;
    std::ranges::for_each(config.env, mask);
    mask_words(config.entrypoint, mask);
    mask_words(config.command, mask);
    for (model::ImageLabel& label : config.labels) {
      std::string text = label.name + "=" + label.value;
      mask(text);
      label.value = text.substr(std::min(text.size(), label.name.size() + 1));
    }
  }
  return hits;
}

} // namespace portique::scan
