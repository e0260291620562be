#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/java/gradle_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;

TEST(GradleLock, TellsWhatOnlyTestsAndToolsUse) {
  const Analysis found = analyze_text(kGradleLock,
                                      "gradle.lockfile",
                                      "# comment\r\n"
                                      "g:both:1=compileClasspath,testCompileClasspath\r\n"
                                      "g:tests:1=testCompileClasspath,integrationTestRuntime\n"
                                      "g:tool:1=annotationProcessor, testAnnotationProcessor\n"
                                      "g:checked:1=checkstyle\n"
                                      "g:custom:1=shadow\n"
                                      "empty=implementation\n\nempty=");
  EXPECT_THAT(listed(found),
              ElementsAre("g/both@1",
                          "g/checked@1 (development)",
                          "g/custom@1",
                          "g/tests@1 (development)",
                          "g/tool@1 (development)"));
  EXPECT_EQ(issues_of(found), "");
}

TEST(GradleLock, ABuildScriptsIsForDevelopment) {
  EXPECT_THAT(
      listed(analyze_text(kGradleLock, "a/buildscript-gradle.lockfile", "g:a:1=classpath\n")),
      ElementsAre("g/a@1 (development)"));
}

TEST(GradleLock, ReadsTheFormOfOneFileAConfiguration) {
  EXPECT_THAT(listed(analyze_text(
                  kGradleLock, "gradle/dependency-locks/testRuntimeClasspath.lockfile", "g:a:1\n")),
              ElementsAre("g/a@1 (development)"));
  EXPECT_THAT(listed(analyze_text(
                  kGradleLock, "gradle/dependency-locks/runtimeClasspath.lockfile", "g:a:1\n")),
              ElementsAre("g/a@1"));
}

TEST(GradleLock, SaysWhatIsBroken) {
  const Analysis found = analyze_text(
      kGradleLock, "gradle.lockfile", "g:a:1\ng:a=x\n:a:1=x\ng:a:1:c=x\ng: :1=x\ng:b:2=x\n");
  EXPECT_THAT(listed(found), ElementsAre("g/b@2"));
  EXPECT_EQ(found.issues.size(), 5U);
  EXPECT_EQ(found.issues.at(0).message, "line 1: \"g:a:1\" is no locked dependency");
}

TEST(GradleLock, ReadsTheSamples) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/gradle-lockfile");
  check_samples(
      kGradleLock, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/gradle-lock");
}

} // namespace
} // namespace portique::inventory
