#pragma once

// What the tests of this module share: real records from testdata/osv, records made by hand, and
// small databases of them.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "portique/advisory/database.h"
#include "portique/advisory/database_builder.h"
#include "portique/advisory/match.h"
#include "portique/advisory/osv.h"
#include "portique/base/file.h"

namespace portique::advisory {

/// The JSON of a record in testdata/osv; a ':' of the id is a '_' in the file's name.
inline std::string record_json(std::string id) {
  for (char& c : id)
    if (c == ':') c = '_';
  const auto text = base::read_file(PORTIQUE_TESTDATA "/osv/" + id + ".json", 1U << 20U);
  EXPECT_TRUE(text) << id;
  return text.value_or("");
}

inline model::Advisory parsed(std::string_view json) {
  OsvParser parser;
  const auto advisory = parser.parse(json, base::Limits{});
  EXPECT_TRUE(advisory) << json << ": " << (advisory ? "" : advisory.error().text());
  return advisory.value_or(model::Advisory{});
}

inline model::Advisory record(const std::string& id) {
  return parsed(record_json(id));
}

inline const base::Time kNow = *base::parse_time("2026-09-01T00:00:00Z");

/// A database in a folder of its own.
class SmallDatabase {
public:
  /// Real records by id.
  SmallDatabase(std::initializer_list<const char*> ids) {
    for (const char* id : ids)
      builder_.add(record(id));
  }

  SmallDatabase& add(std::string_view json) {
    builder_.add(parsed(json));
    return *this;
  }

  DatabaseBuilder& builder() { return builder_; }

  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "small.lmdb"; }

  Database open() {
    const auto finished = builder_.finish(file(), kNow);
    EXPECT_TRUE(finished) << finished.error().text();
    auto database = Database::open(file());
    EXPECT_TRUE(database) << database.error().text();
    return std::move(*database);
  }

private:
  base::TempDir folder_ = *base::TempDir::create("portique-advisory-test");
  DatabaseBuilder builder_;
};

/// A package as the catalogers make it; source and binary of one name and version.
inline model::Package package_of(std::string type, std::string name, std::string version) {
  model::Package package;
  package.type = std::move(type);
  package.name = std::move(name);
  package.version = std::move(version);
  package.source_name = package.name;
  package.source_version = package.version;
  return package;
}

inline model::Distro distro_of(std::string id, std::string version, std::string pretty = {}) {
  model::Distro distro;
  distro.id = std::move(id);
  distro.version_id = std::move(version);
  distro.pretty_name = std::move(pretty);
  return distro;
}

/// "CVE-2022-2097 CVE-2023-0215": the ids of all findings.
inline std::string ids_of(const Matches& matches) {
  std::string ids;
  for (const model::Finding& finding : matches.findings)
    ids += (ids.empty() ? "" : " ") + finding.id;
  return ids;
}

} // namespace portique::advisory
