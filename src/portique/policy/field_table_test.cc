#include <cstdlib>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/policy/field_list.h"
#include "portique/policy/field_table.h"

namespace portique::policy {
namespace {

TEST(FieldTable, HasUniqueNamesWithMeanings) {
  for (std::size_t i = 0; i < kDomainCount; ++i) {
    std::set<std::string_view> names;
    for (const Field& field : field_table(static_cast<Domain>(i)).fields) {
      EXPECT_TRUE(names.insert(field.name).second) << field.name;
      EXPECT_FALSE(field.meaning.empty()) << field.name;
      EXPECT_NE(field.name.find('.'), std::string_view::npos) << field.name;
    }
    EXPECT_GE(names.size(), 15U);
  }
}

TEST(FieldTable, FindsTheFieldThatWasMeant) {
  const FieldTable& table = field_table(Domain::Image);
  EXPECT_EQ(nearest_field(table, "finding.severty"), "finding.severity");
  EXPECT_EQ(nearest_field(table, "severity"), "finding.severity");
  EXPECT_EQ(nearest_field(table, "zebra.crossing.ahead"), "");
  EXPECT_EQ(other_domain_of(Domain::Image, "proc.name"), Domain::Event);
  EXPECT_EQ(other_domain_of(Domain::Image, "no.such"), std::nullopt);
}

/// PORTIQUE_UPDATE_GOLDEN=1 writes the page.
TEST(FieldTable, StandsInTheDocumentation) {
  const auto page = std::filesystem::path(PORTIQUE_TESTDATA) / "../../../../docs/policy.md";
  const std::string text = base::read_file(page, 1U << 20U).value();
  const std::string begin = "<!-- fields -->\n";
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find("<!-- end of fields -->");
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos && from < to);
  const std::string made =
      text.substr(0, from) + begin + field_list_markdown(std::nullopt) + text.substr(to);
  if (std::getenv("PORTIQUE_UPDATE_GOLDEN") != nullptr)
    ASSERT_TRUE(base::write_file_atomically(page, made));
  else
    EXPECT_EQ(made, text) << "docs/policy.md is out of date; PORTIQUE_UPDATE_GOLDEN=1 writes it";
}

} // namespace
} // namespace portique::policy
