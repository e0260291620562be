#pragma once

// What all SBOM formats have in common: components with package URLs, a distribution, an image, and
// who depends on whom. The readers of the formats hand over what they find; this puts it together.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "portique/base/limits.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/sbom/sbom_document.h"
#include "portique/model/purl.h"

namespace portique::inventory {

/// One component as a format describes it.
struct SbomComponent {
  std::string ref; ///< how the document refers to it
  std::string name;
  std::string group;
  std::string version;
  std::string purl;
  std::string cpe;
  std::string type_hint;  ///< purl type that the tool's own word for the type stands for
  std::string layer;      ///< digest or diff id of the layer it lies in
  model::Package details; ///< what is set here wins over what the purl says
};

class SbomBuilder {
public:
  /// `found_by` becomes the packages' found_by where the document does not say better.
  SbomBuilder(const base::Limits& limits, std::string_view found_by);

  void add(SbomComponent component);

  /// `ref` needs `other`.
  void add_dependency(std::string_view ref, std::string_view other);

  /// The distribution, if the document says which; the first that is said counts.
  void set_distro(model::Distro distro);

  /// A package's file belongs to the package of the distribution that `owner` refers to.
  void set_owner(std::string_view ref, std::string_view owner);

  /// `ref` is a lock file or the like, which holds the packages that it is said to need.
  void set_folder(std::string_view ref, std::string_view path);

  model::Image& image() { return document_.image; }

  std::string& subject() { return document_.subject; }

  /// What this program says of the whole subject: issues and findings. False if it is none of it.
  bool take_property(std::string_view name, std::string_view value);

  Analysis& analysis() { return document_.analysis; }

  SbomDocument finish(std::string format);

private:
  using Ref = std::uint32_t;

  Ref intern(std::string_view ref);
  void count_distro(const model::Purl& purl);
  void add_package(model::Package package, SbomComponent& component);
  void resolve_layers();
  void resolve_references();
  void resolve_distro();
  void name_packages();
  void tell_omissions();

  const base::Limits* limits_;
  std::string found_by_;
  SbomDocument document_;
  std::unordered_map<std::string, Ref> refs_;
  std::unordered_map<Ref, std::size_t> package_of_ref_;
  std::vector<std::pair<Ref, Ref>> dependencies_;
  std::vector<std::pair<Ref, Ref>> owners_;
  std::unordered_map<Ref, std::string> folders_;
  std::unordered_map<std::string, std::size_t> seen_; ///< what makes a package another one
  std::vector<std::string> layers_; ///< digests that packages name, in the order of appearance
  std::unordered_map<std::string, std::size_t> layer_numbers_;         ///< into layers_
  std::vector<std::optional<std::size_t>> layer_of_package_;           ///< into layers_
  std::map<std::pair<std::string, std::string>, std::size_t> distros_; ///< namespace, qualifier

  /// Components that are listed, but say too little to be checked.
  struct Omission {
    std::size_t count = 0;
    std::string examples;
    void tell(std::string_view name);
  };

  Omission unnamed_type_;
  Omission unversioned_;
  bool full_ = false;
};

} // namespace portique::inventory
