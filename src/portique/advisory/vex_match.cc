// A statement is about a finding if it names the vulnerability, and one of its products is
// - the image, and none of its parts or the package is named, or
// - the package itself, or
// - an application whose file or folder the package was found in, or the distribution's package
//   that brought that file, and the package is named as one of its parts.
#include "portique/advisory/vex_match.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "portique/advisory/package_match.h"
#include "portique/advisory/package_name.h"
#include "portique/base/text.h"
#include "portique/model/purl_parse.h"
#include "portique/model/purl_types.h"

namespace portique::advisory {

namespace {

using model::Purl;

std::string_view qualifier(const Purl& purl, std::string_view key) {
  const auto found =
      std::ranges::find(purl.qualifiers, key, &std::pair<std::string, std::string>::first);
  return found == purl.qualifiers.end() ? std::string_view{} : found->second;
}

bool is_image_purl(const Purl& purl) {
  return purl.type == "oci" || purl.type == "docker";
}

/// Where a purl's namespace ends and its name begins is a matter of its writer for some types.
std::string full_name(const Purl& purl) {
  return purl.ns.empty() ? purl.name : purl.ns + "/" + purl.name;
}

/// Go's versions have a 'v' in front that some writers leave out.
bool same_version(const Purl& wanted, const Purl& have) {
  if (wanted.version == have.version) return true;
  if (wanted.type != "golang") return false;
  const auto bare = [](std::string_view version) {
    return version.starts_with('v') ? version.substr(1) : version;
  };
  return bare(wanted.version) == bare(have.version);
}

/// "alpine-3.19" means 3.19.1; "bookworm", "debian-bookworm" and "debian-12" mean the same.
bool distro_matches(std::string_view wanted, std::string_view have, const model::Distro& distro) {
  if (wanted == have) return true;
  const bool is_prefix = have.starts_with(wanted) && have.size() > wanted.size() &&
                         (have[wanted.size()] == '.' || have[wanted.size()] == '-');
  if (is_prefix && wanted.find('-') != std::string_view::npos) return true;
  if (distro.codename.empty()) return false;
  return wanted == distro.codename || wanted == distro.id + "-" + distro.codename;
}

/// Says where it comes from, not what it is.
bool is_descriptive(std::string_view key) {
  constexpr std::array<std::string_view, 7> kKeys{
      "upstream", "vcs_url", "download_url", "checksum", "file_name", "package-id", "type"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

bool qualifier_matches(const std::string& key,
                       const std::string& wanted,
                       const Purl& have,
                       const model::Distro& distro) {
  const std::string_view value = qualifier(have, key);
  if (value == wanted || key == "upstream") return true;
  if (value.empty()) return is_descriptive(key) || (key == "epoch" && wanted == "0");
  return key == "distro" && distro_matches(wanted, value, distro);
}

/// By the package's own purl; one without is made from its fields.
Purl purl_of_package(const model::Package& package) {
  if (auto purl = model::parse_purl(package.purl)) return *std::move(purl);
  Purl purl{package.type, package.ns, package.name, package.version, {}, {}};
  model::normalise(purl);
  return purl;
}

Purl source_purl_of(const model::Package& package, const Purl& own) {
  Purl purl = own;
  purl.name = package.source_name;
  purl.version = package.source_version;
  std::erase_if(purl.qualifiers, [](const auto& entry) { return entry.first == "arch"; });
  if (package.type == "rpm") {
    const std::size_t colon = purl.version.find(':');
    if (colon != std::string::npos) purl.version.erase(0, colon + 1);
  }
  model::normalise(purl);
  return purl;
}

bool same_purl(const Purl& wanted, const Purl& have, const model::Distro& distro) {
  if (wanted.type != have.type || full_name(wanted) != full_name(have)) return false;
  if (!wanted.version.empty() && !same_version(wanted, have)) return false;
  if (!wanted.subpath.empty() && wanted.subpath != have.subpath) return false;
  return std::ranges::all_of(wanted.qualifiers, [&](const auto& entry) {
    return qualifier_matches(entry.first, entry.second, have, distro);
  });
}

// --- images ---------------------------------------------------------------------------------

/// A reference taken apart: "docker.io/library/alpine", "3.19", "sha256:...".
struct ImageName {
  std::string repository;
  std::string tag;
  std::string digest;
};

ImageName parse_image_name(std::string_view text) {
  ImageName name;
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos)
    text.remove_prefix(scheme + 3);
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    name.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon != std::string_view::npos) {
    name.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  name.repository = repository_of(text);
  return name;
}

bool has_digest(const VexSubject& subject, std::string_view digest) {
  return std::ranges::find(subject.digests, digest) != subject.digests.end();
}

bool reference_matches(std::string_view wanted_text, const VexSubject& subject) {
  const ImageName wanted = parse_image_name(wanted_text);
  if (!wanted.digest.empty()) return has_digest(subject, wanted.digest);
  return std::ranges::any_of(subject.references, [&](const std::string& text) {
    const ImageName have = parse_image_name(text);
    return have.repository == wanted.repository && (wanted.tag.empty() || wanted.tag == have.tag);
  });
}

bool is_image(const VexComponent& component, const VexSubject& subject) {
  if (!component.ranges.empty()) return false; // images have no order
  return std::ranges::any_of(
             component.digests,
             [&](const std::string& digest) { return has_digest(subject, digest); }) ||
         std::ranges::any_of(
             component.references,
             [&](const std::string& text) { return reference_matches(text, subject); }) ||
         std::ranges::any_of(component.purls, [&](const Purl& purl) {
           return is_image_purl(purl) && image_purl_matches(purl, subject);
         });
}

// --- packages -------------------------------------------------------------------------------

std::optional<version::Scheme> scheme_of_package(const model::Package& package) {
  if (package.type == "deb") return version::Scheme::Dpkg;
  if (package.type == "rpm") return version::Scheme::Rpm;
  if (package.type == "apk") return version::Scheme::Apk;
  return version::scheme_of_ecosystem(ecosystem_of_purl_type(package.type));
}

bool in_ranges(const VexComponent& component, const model::Package& package) {
  if (component.ranges.empty()) return true;
  const auto scheme = scheme_of_package(package);
  return scheme && std::ranges::any_of(component.ranges, [&](const Vers& range) {
           return range.contains(package.version, version::scheme_info(*scheme));
         });
}

/// Whether a package was found in the application that `outer` stands for: in the same file (a Go
/// program, a jar), inside it, or in the folder of its package.json.
bool lies_in(const model::Package& inner, const model::Package& outer) {
  if (is_os_package(inner) || is_os_package(outer) || outer.path.empty()) return false;
  if (inner.path == outer.path) return true;
  constexpr std::string_view kManifest = "package.json";
  std::string_view place = outer.path;
  if (place.ends_with(kManifest)) {
    place.remove_suffix(kManifest.size());
    return place.ends_with('/') && inner.path.starts_with(place);
  }
  constexpr std::string_view kSeparators = "/!:";
  return inner.path.starts_with(place) &&
         kSeparators.find(inner.path[place.size()]) != std::string_view::npos;
}

/// Ids of vulnerabilities compared without regard to case.
bool same_id(std::string_view a, std::string_view b) {
  return base::equals_ignore_case(a, b);
}

bool is_cve(std::string_view id) {
  return id.size() > 4 && same_id(id.substr(0, 4), "CVE-");
}

/// A statement that names CVEs is about these, whatever advisories it lists among the aliases: one
/// advisory may speak of several CVEs.
bool ids_agree(const VexStatement& statement, const model::Finding& finding) {
  if (!is_cve(finding.id)) return true;
  bool names_cve = false;
  for (const std::string& id : statement.vulnerabilities) {
    if (same_id(id, finding.id)) return true;
    names_cve = names_cve || is_cve(id);
  }
  return !names_cve;
}

/// Vendor, product and version of a CPE of either form; empty if it is none.
std::array<std::string, 3> cpe_parts(std::string_view cpe) {
  std::vector<std::string_view> parts;
  if (cpe.starts_with("cpe:/"))
    parts = base::split(cpe.substr(5), ':');
  else if (cpe.starts_with("cpe:2.3:"))
    parts = base::split(cpe.substr(8), ':');
  std::array<std::string, 3> result;
  for (std::size_t i = 0; i < result.size() && i + 1 < parts.size(); ++i)
    if (parts[i + 1] != "*" && parts[i + 1] != "-") result.at(i) = base::to_lower(parts[i + 1]);
  return result;
}

} // namespace

bool cpe_matches_distro(std::string_view cpe, const model::Distro& distro) {
  const auto wanted = cpe_parts(cpe);
  const auto have = cpe_parts(distro.cpe_name);
  if (wanted[0].empty() || wanted[1].empty()) return false;
  if (wanted[0] != have[0] || wanted[1] != have[1]) return false;
  const std::string& version = wanted[2];
  if (version.empty()) return true;
  const auto is_part = [&](std::string_view whole) {
    return whole.starts_with(version) &&
           (whole.size() == version.size() || whole[version.size()] == '.');
  };
  return is_part(have[2]) || is_part(distro.version_id);
}

std::string repository_of(std::string_view reference) {
  std::string text = base::to_lower(reference.substr(0, reference.find('@')));
  const std::size_t slash = text.find('/');
  const std::string host = slash == std::string::npos ? "" : text.substr(0, slash);
  const bool has_host = host.find_first_of(".:") != std::string::npos || host == "localhost";
  if (!has_host) {
    text.insert(0, "docker.io/");
  } else if (host == "index.docker.io" || host == "registry-1.docker.io") {
    text.replace(0, host.size(), "docker.io");
  }
  constexpr std::string_view kHub = "docker.io/";
  if (text.starts_with(kHub) && text.find('/', kHub.size()) == std::string::npos)
    text.insert(kHub.size(), "library/");
  const std::size_t tag = text.find(':', text.rfind('/'));
  return tag == std::string::npos ? text : text.substr(0, tag);
}

PackagePurls purls_of(const model::Package& package) {
  PackagePurls purls{purl_of_package(package), std::nullopt};
  if (!package.source_name.empty()) purls.source = source_purl_of(package, purls.own);
  return purls;
}

bool purl_matches(const Purl& wanted, const PackagePurls& package, const model::Distro& distro) {
  if (same_purl(wanted, package.own, distro)) return true;
  const std::string_view arch = qualifier(wanted, "arch");
  if (!package.source || (arch != "src" && arch != "source")) return false;
  Purl bare = wanted;
  std::erase_if(bare.qualifiers, [](const auto& entry) { return entry.first == "arch"; });
  return same_purl(bare, *package.source, distro);
}

bool image_purl_matches(const Purl& wanted, const VexSubject& subject) {
  const std::string_view arch = qualifier(wanted, "arch");
  if (!arch.empty() && !subject.architecture.empty() && arch != subject.architecture) return false;
  if (wanted.version.find(':') != std::string::npos) return has_digest(subject, wanted.version);
  std::string_view tag = qualifier(wanted, "tag");
  if (tag.empty()) tag = wanted.version;
  const std::string_view url = qualifier(wanted, "repository_url");
  return std::ranges::any_of(subject.references, [&](const std::string& text) {
    const ImageName have = parse_image_name(text);
    if (!tag.empty() && tag != have.tag) return false;
    if (wanted.type == "docker") {
      const std::string host = url.empty() ? "docker.io" : std::string(url);
      return repository_of(host + "/" + full_name(wanted)) == have.repository;
    }
    if (url.empty()) {
      const std::size_t slash = have.repository.rfind('/');
      return have.repository.substr(slash + 1) == wanted.name;
    }
    const std::string place = parse_image_name(url).repository;
    return place == have.repository || place + "/" + wanted.name == have.repository;
  });
}

VexSubject vex_subject(const model::Report& report) {
  const model::Image& image = report.subject.image;
  VexSubject subject;
  subject.references = image.tags;
  for (const base::Digest& digest : {image.manifest_digest, image.config_digest})
    if (!digest.empty()) subject.digests.push_back(digest.text());
  // A name that the user typed is a reference only where it named something to fetch.
  constexpr std::array<std::string_view, 4> kFetched{"registry", "docker", "containerd", "podman"};
  if (std::ranges::find(kFetched, report.subject.kind) != kFetched.end()) {
    std::string_view name = report.subject.name;
    const std::string scheme = report.subject.kind + ":";
    if (name.starts_with(scheme)) name.remove_prefix(scheme.size());
    subject.references.emplace_back(name);
    if (const std::size_t at = name.find('@'); at != std::string_view::npos)
      subject.digests.emplace_back(name.substr(at + 1));
  }
  subject.architecture = image.platform.architecture;
  subject.distro = report.distro;
  return subject;
}

struct VexMatcher::State {
  struct Candidate {
    const VexDocument* document = nullptr;
    const VexStatement* statement = nullptr;
    std::size_t order = 0;
  };

  std::span<const model::Package> packages;
  VexSubject subject;
  std::unordered_map<std::string, std::vector<Candidate>> by_id; ///< in lower case
  std::unordered_map<const VexStatement*, const VexDocument*> used;
  std::vector<std::optional<PackagePurls>> purls; ///< by package, made when asked for

  bool names_package(const VexComponent& component, std::size_t index) {
    auto& own = purls[index];
    if (!own) own = purls_of(packages[index]);
    const bool named = std::ranges::any_of(component.purls, [&](const Purl& wanted) {
      return !is_image_purl(wanted) && purl_matches(wanted, *own, subject.distro);
    });
    return named && in_ranges(component, packages[index]);
  }

  /// The distribution's package that brought the file which the package was found in.
  [[nodiscard]] bool is_owner(const VexComponent& component, const model::Package& package) const {
    if (package.owner.empty()) return false;
    const auto owner = model::parse_purl(package.owner);
    return owner && component.ranges.empty() &&
           std::ranges::any_of(component.purls, [&](const Purl& wanted) {
             return purl_matches(wanted, PackagePurls{*owner, std::nullopt}, subject.distro);
           });
  }

  bool has_part(const VexProduct& product, std::size_t index) {
    return std::ranges::any_of(product.subcomponents, [&](const VexComponent& part) {
      return names_package(part, index);
    });
  }

  bool is_about(const VexProduct& product, std::size_t index) {
    const bool right_platform = product.platforms.empty() ||
                                std::ranges::any_of(product.platforms, [&](const std::string& cpe) {
                                  return cpe_matches_distro(cpe, subject.distro);
                                });
    if (!right_platform) return false;
    if (is_image(product.product, subject))
      return product.subcomponents.empty() || has_part(product, index);
    if (product.subcomponents.empty()) return names_package(product.product, index);
    if (!has_part(product, index)) return false;
    if (is_owner(product.product, packages[index])) return true;
    for (std::size_t outer = 0; outer < packages.size(); ++outer)
      if (outer != index && lies_in(packages[index], packages[outer]) &&
          names_package(product.product, outer))
        return true;
    return false;
  }
};

VexMatcher::VexMatcher(std::span<const VexDocument> documents, const model::Report& report)
    : state_(std::make_unique<State>()) {
  state_->packages = report.packages;
  state_->purls.resize(report.packages.size());
  state_->subject = vex_subject(report);
  std::size_t order = 0;
  for (const VexDocument& document : documents)
    for (const VexStatement& statement : document.statements) {
      ++order;
      std::vector<std::string> ids;
      for (const std::string& id : statement.vulnerabilities)
        ids.push_back(base::to_lower(id));
      std::ranges::sort(ids);
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
      for (const std::string& id : ids)
        state_->by_id[id].push_back({&document, &statement, order});
    }
}

VexMatcher::~VexMatcher() = default;

VexMatcher::Match VexMatcher::find(const model::Finding& finding) {
  if (finding.kind != model::FindingKind::Vulnerability ||
      finding.package >= state_->packages.size())
    return {};
  const State::Candidate* best = nullptr;
  const auto rank = [](const State::Candidate& candidate) {
    return std::tuple(candidate.statement->timestamp.value_or(base::Time::min()), candidate.order);
  };
  const auto consider = [&](std::string_view id) {
    const auto found = state_->by_id.find(base::to_lower(id));
    if (found == state_->by_id.end()) return;
    for (const State::Candidate& candidate : found->second) {
      if (best != nullptr && rank(candidate) <= rank(*best)) continue;
      if (!ids_agree(*candidate.statement, finding)) continue;
      const bool about =
          std::ranges::any_of(candidate.statement->products, [&](const VexProduct& product) {
            return state_->is_about(product, finding.package);
          });
      if (about) best = &candidate;
    }
  };
  consider(finding.id);
  for (const std::string& alias : finding.aliases)
    consider(alias);
  for (const std::string& advisory : finding.advisories)
    consider(advisory);
  if (best == nullptr) return {};
  state_->used.emplace(best->statement, best->document);
  return {best->document, best->statement};
}

std::size_t VexMatcher::used(const VexDocument& document) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      state_->used, [&](const auto& entry) { return entry.second == &document; }));
}

} // namespace portique::advisory
