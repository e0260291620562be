#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/java/sbt_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;

TEST(SbtLock, ReadsDependencies) {
  const Analysis found = analyze_text(kSbtLock,
                                      "build.sbt.lock",
                                      R"({"lockVersion":1,"dependencies":[
        {"org":"g","name":"a_2.13","version":"1","configurations":["compile","test"],
         "artifacts":[{"name":"a.jar","hash":"sha1:00"},{"name":"b.jar"}]},
        {"org":"g","name":"t","version":"2","configurations":["test","it"]},
        {"org":"g","name":"u","version":"3"}, {"org":"g","name":"no version"}, 7]})");
  EXPECT_THAT(listed(found), ElementsAre("g/a_2.13@1", "g/t@2 (development)", "g/u@3"));
  EXPECT_THAT(found.packages.at(0).hashes, ElementsAre("sha1:00"));
  EXPECT_EQ(issues_of(found),
            "dependency 4 has no organisation, name or version\n"
            "dependency 5 has no organisation, name or version\n");
}

TEST(SbtLock, SaysWhatItCannotRead) {
  for (const std::string_view text : {"", "[]", "{}", "{\"lockVersion\":2}", "{\"lockVersion\":1"})
    EXPECT_EQ(analyze_text(kSbtLock, "build.sbt.lock", text).issues.size(), 1U) << text;
}

TEST(SbtLock, ReadsTheSamples) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/sbt");
  check_samples(kSbtLock, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/sbt-lock");
}

} // namespace
} // namespace portique::inventory
