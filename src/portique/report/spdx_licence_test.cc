#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/report/spdx_licence.h"
#include "portique/report/spdx_licence_ids.h"

namespace portique::report {
namespace {

TEST(SpdxLicence, ListsAreSortedForLookUp) {
  const auto lower = [](std::string_view id) { return base::to_lower(id); };
  EXPECT_TRUE(std::ranges::is_sorted(kSpdxLicences, {}, lower));
  EXPECT_TRUE(std::ranges::is_sorted(kSpdxExceptions, {}, lower));
}

TEST(SpdxLicence, EveryIdentifierOfTheListIsItself) {
  for (const std::string_view id : kSpdxLicences) {
    // Deprecated in favour of -only and -or-later.
    const bool gnu = id.starts_with("GPL-") || id.starts_with("LGPL-") || id.starts_with("AGPL-") ||
                     id.starts_with("GFDL-");
    if (gnu && !id.ends_with("-only") && !id.ends_with("-or-later")) continue;
    EXPECT_EQ(spdx_licence(id).expression, id);
    EXPECT_EQ(spdx_licence(base::to_lower(id)).expression, id);
    EXPECT_TRUE(spdx_licence(id).references.empty()) << id;
  }
}

TEST(SpdxLicence, ReadsTheSpellingsOfDistributions) {
  struct Case {
    std::string_view text;
    std::string_view want;
  };

  const Case cases[] = {
      // Debian
      {"GPL-2+", "GPL-2.0-or-later"},
      {"GPL-2", "GPL-2.0-only"},
      {"LGPL-2.1+", "LGPL-2.1-or-later"},
      {"LGPL-2+", "LGPL-2.0-or-later"},
      {"GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"},
      {"GFDL-1.3", "GFDL-1.3-only"},
      {"AGPL-3+", "AGPL-3.0-or-later"},
      {"Expat", "MIT"},
      {"BSD-3-clause", "BSD-3-Clause"},
      {"GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl"},
      {"MPL-1.1 or GPL-2+ or LGPL-2.1+", "MPL-1.1 OR GPL-2.0-or-later OR LGPL-2.1-or-later"},
      {"GPL-2+ and LGPL-2.1+", "GPL-2.0-or-later AND LGPL-2.1-or-later"},
      {"GPL-2+ with Autoconf exception", "GPL-2.0-or-later WITH Autoconf-exception-generic"},
      {"Perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"},
      {"GPL", "GPL-1.0-or-later"},
      {"public-domain", "LicenseRef-public-domain"},
      {"GPL-2+, and MIT", "GPL-2.0-or-later AND MIT"},
      {"GPL-2, or MIT", "GPL-2.0-only OR MIT"},
      // Fedora before SPDX
      {"GPLv2+", "GPL-2.0-or-later"},
      {"GPLv3", "GPL-3.0-only"},
      {"LGPLv2+", "LGPL-2.0-or-later"},
      {"GPL+", "GPL-1.0-or-later"},
      {"ASL 2.0", "Apache-2.0"},
      {"GPLv2+ and LGPLv2+ and MIT", "GPL-2.0-or-later AND LGPL-2.0-or-later AND MIT"},
      {"MIT and (GPLv2 or LGPLv3+)", "MIT AND (GPL-2.0-only OR LGPL-3.0-or-later)"},
      {"BSD with advertising", "BSD-4-Clause"},
      {"BSD and Public Domain", "LicenseRef-BSD AND LicenseRef-Public-Domain"},
      {"GPLv3+ with exceptions", "LicenseRef-GPLv3-with-exceptions-"},
      {"(GPL+ or Artistic) and Boost", "(GPL-1.0-or-later OR Artistic-1.0-Perl) AND BSL-1.0"},
      // SPDX, as Alpine, Fedora and npm write it now
      {"GPL-2.0-only", "GPL-2.0-only"},
      {"GPL-2.0", "GPL-2.0-only"},
      {"GPL-2.0+", "GPL-2.0-or-later"},
      {"(MIT OR Apache-2.0)", "MIT OR Apache-2.0"},
      {"GPL-2.0-or-later WITH Classpath-exception-2.0",
       "GPL-2.0-or-later WITH Classpath-exception-2.0"},
      {"apache-2.0 with llvm-exception", "Apache-2.0 WITH LLVM-exception"},
      {"MIT AND GPL-2.0-only OR ISC", "MIT AND GPL-2.0-only OR ISC"},
      {"LicenseRef-Fedora-Public-Domain", "LicenseRef-Fedora-Public-Domain"},
      {"Apache-2.0+", "Apache-2.0+"},
      // apk's older lists
      {"MIT BSD GPL2+", "MIT AND LicenseRef-BSD-GPL2-"},
      {"GPL2 MIT", "GPL-2.0-only AND MIT"},
      {"custom", "LicenseRef-custom"},
      // names in full
      {"The Apache Software License, Version 2.0", "Apache-2.0"},
      {"MIT License", "MIT"},
      {"Apache License 2.0 or MIT License", "Apache-2.0 OR MIT"},
      {"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
      {"", ""},
  };
  for (const Case& c : cases) {
    const std::string got = spdx_licence(c.text).expression;
    if (c.want.ends_with('-'))
      EXPECT_TRUE(got.starts_with(c.want)) << c.text << ": " << got;
    else
      EXPECT_EQ(got, c.want) << c.text;
  }
}

TEST(SpdxLicence, SeveralHoldTogether) {
  const std::vector<std::string> texts{"GPL-2+ or MIT", "Expat", "MIT", "odd one"};
  const SpdxLicence licence = spdx_licence(texts);
  EXPECT_EQ(licence.expression, "(GPL-2.0-or-later OR MIT) AND MIT AND LicenseRef-odd-one");
  EXPECT_THAT(licence.references,
              ::testing::ElementsAre(LicenceReference{"LicenseRef-odd-one", "odd one"}));
  EXPECT_FALSE(licence.single);
  EXPECT_TRUE(spdx_licence("Expat").single);
  EXPECT_FALSE(spdx_licence("GPL-2 with Font exception").single);
}

TEST(SpdxLicence, ReferencesOfOtherTextsAreOthers) {
  EXPECT_EQ(spdx_licence("a/b").expression, spdx_licence("a/b").expression);
  EXPECT_NE(spdx_licence("a/b").expression, spdx_licence("a_b").expression);
  EXPECT_NE(spdx_licence(std::string(5000, 'x')).expression,
            spdx_licence(std::string(5001, 'x')).expression);
  for (const std::string_view text :
       {"((((", "MIT OR", "OR", "AND AND", "MIT)", "\xff\xfe", "*", "a\nb", "WITH x", "MIT WITH"}) {
    const SpdxLicence licence = spdx_licence(text);
    EXPECT_TRUE(licence.expression.starts_with("LicenseRef-")) << text << licence.expression;
    EXPECT_TRUE(std::ranges::all_of(licence.expression, [](char c) {
      return base::is_alnum(c) || c == '.' || c == '-';
    })) << licence.expression;
  }
  EXPECT_TRUE(spdx_licence(std::string(1000, '(')).expression.starts_with("LicenseRef-"));
}

} // namespace
} // namespace portique::report
