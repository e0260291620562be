#pragma once

// Names and requirements as Python's tools write them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/package.h"

namespace portique::inventory {

/// A package of type "pypi". Nothing if the name is none (PEP 508) or the version is empty or no
/// word; whether the version keeps to PEP 440 is not asked, for old ones do not.
std::optional<model::Package> pypi_package(std::string_view name, std::string_view version);

/// The name as PEP 503 compares names: lower case, runs of "-", "_" and "." become one "-".
std::string normal_python_name(std::string_view name);

/// A requirement, PEP 508: "name[extra1,extra2] >= 1.0, < 2; marker" or "name @ address; marker".
struct PythonRequirement {
  std::string_view name;
  std::string_view specifiers; ///< ">= 1.0, < 2", without brackets around it
  std::string_view address;
  std::string_view marker;

  /// The version that it pins: of its only specifier, "==1.0" or "===1.0" without a "*". Else "".
  [[nodiscard]] std::string_view pinned_version() const;
};

/// Nothing if the text does not begin with a name, or goes on with what is no requirement.
std::optional<PythonRequirement> python_requirement(std::string_view text);

/// "sha256:HEX" and the like, as lock files write them and Package::hashes has them; "" for
/// anything else.
std::string python_hash(std::string_view text);

/// The names in a list of requirements, those that only extras ask for left out; sorted, each once.
class PythonDependencies {
public:
  /// Takes the name of a requirement; what is none is left out.
  void add(std::string_view requirement);
  std::vector<std::string> take();

private:
  std::vector<std::string> names_;
};

} // namespace portique::inventory
