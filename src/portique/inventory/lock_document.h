#pragma once

// How most catalogers begin: with the whole file as a document, or with an issue.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "portique/base/limits.h"
#include "portique/base/yaml.h"
#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The text of the file, or nothing and an issue; `buffer` owns it where the file does not.
std::optional<std::string_view>
read_text(const FileContent& file, std::string& buffer, Analysis& analysis);

/// The JSON document that the file is, or nothing and an issue.
std::optional<boost::json::value> read_json_document(const FileContent& file, Analysis& analysis);

/// The TOML document that the file is, or nothing and an issue.
std::optional<boost::json::value>
read_toml_document(const FileContent& file, const base::Limits& limits, Analysis& analysis);

/// The one YAML document that the file is, or nothing and an issue; within the limits of lock
/// files.
std::optional<base::YamlNode>
read_yaml_document(const FileContent& file, const base::Limits& limits, Analysis& analysis);

/// A member's scalar as text, "" if there is none. `node` may be nullptr.
std::string_view yaml_text(const base::YamlNode* node, std::string_view member);

/// Sets the purl of a package whose type has more in it than namespace, name and version: the
/// merge keeps it. Qualifiers without a value are left out.
void set_purl(model::Package& package,
              std::initializer_list<std::pair<std::string_view, std::string>> qualifiers);

/// What the purl qualifier `vcs_url` says of a revision of a git repository, as SPDX writes it:
/// "git+https://example.org/a.git@COMMIT".
std::string vcs_url(std::string_view repository, std::string_view commit);

} // namespace portique::inventory
