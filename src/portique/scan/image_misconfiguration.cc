#include "portique/scan/image_misconfiguration.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "portique/inspect/image/image_checks.h"
#include "portique/scan/hidden_paths.h"

namespace portique::scan {

namespace {

template <typename Fact> void drop_hidden(std::vector<Fact>& facts, const HiddenPaths& hidden) {
  std::erase_if(facts, [&](const Fact& fact) { return hidden.hides(fact.path); });
}

template <typename Fact>
void add(std::vector<Fact>& into,
         const std::vector<Fact>& facts,
         std::int32_t layer,
         const FileOwners& owners) {
  for (Fact fact : facts) {
    fact.layer = layer;
    fact.owned = !owners.owner_of(fact.path).empty();
    into.push_back(std::move(fact));
  }
}

/// Layers that do not write a file of accounts say nothing of it.
void take_accounts(inspect::Accounts& into, inspect::Accounts newer, std::int32_t layer) {
  if (newer == inspect::Accounts{}) return;
  into.layer = layer;
  if (!newer.users.empty()) into.users = std::move(newer.users);
  if (!newer.groups.empty()) into.groups = std::move(newer.groups);
  into.without_password = std::move(newer.without_password);
}

/// What a cache holds is in the image whatever a later layer deletes.
void add_left_overs(std::vector<inspect::LeftOver>& into,
                    const std::vector<inspect::LeftOver>& more,
                    std::int32_t layer) {
  for (inspect::LeftOver left : more) {
    const auto known = std::ranges::find(into, left.folder, &inspect::LeftOver::folder);
    if (known == into.end()) {
      left.layer = layer;
      into.push_back(std::move(left));
    } else {
      known->files += left.files;
      known->bytes += left.bytes;
    }
  }
}

} // namespace

inspect::ImageFacts merge_image_facts(std::span<const LayerEvidence> layers,
                                      const FileOwners& owners) {
  inspect::ImageFacts facts;
  std::int32_t index = 0;
  for (const LayerEvidence& layer : layers) {
    const HiddenPaths hidden(layer);
    drop_hidden(facts.privileged, hidden);
    drop_hidden(facts.world_writable, hidden);
    drop_hidden(facts.stray, hidden);
    drop_hidden(facts.programs, hidden);
    add(facts.privileged, layer.facts.privileged, index, owners);
    add(facts.world_writable, layer.facts.world_writable, index, owners);
    add(facts.stray, layer.facts.stray, index, owners);
    add(facts.programs, layer.facts.programs, index, owners);
    take_accounts(facts.accounts, layer.facts.accounts, index);
    add_left_overs(facts.left_overs, layer.facts.left_overs, index);
    ++index;
  }
  return facts;
}

std::vector<model::Finding> image_misconfigurations(const model::Image& image,
                                                    std::span<const model::Package> packages,
                                                    std::span<const LayerEvidence> layers,
                                                    const FileOwners& owners,
                                                    base::Time now) {
  const inspect::ImageFacts facts = merge_image_facts(layers, owners);
  return inspect::check_image({image, packages, facts, now});
}

} // namespace portique::scan
