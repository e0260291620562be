// Checksums taken of files as a walk gives them, held against what package databases say. The
// checksums are those of md5sum(1) and sha1sum(1).
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/inventory/cataloger.h"
#include "portique/scan/changed_files.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kHello = "hello\n"; // md5 b1946ac92492d2347c6235b4d2611184
constexpr std::string_view kHelloMd5 = "b1946ac92492d2347c6235b4d2611184";
const std::string kHelloSha1 = "\xf5\x72\xd3\x96\xfa\xe9\x20\x66\x28\x71\x4f\xb2\xce" +
                               std::string(1, '\0') + "\xf7\x2e\x94\xf2\x25\x8f";

using Files = std::vector<std::pair<std::string, std::string>>;

LayerEvidence
layer_of(const Files& files, std::vector<std::string> removed = {}, std::uint32_t mode = 0644) {
  const base::Limits limits;
  ChecksumCollector collector(limits);
  LayerEvidence layer;
  for (const auto& [path, content] : files) {
    collector.begin(path, mode);
    for (const char& byte : content) // pieces may be short
      collector.content(base::as_bytes(std::string_view(&byte, 1)));
    collector.end(layer.checksums, layer.issues);
    layer.paths.push_back(inventory::path_hash(path));
  }
  std::ranges::sort(layer.paths);
  layer.removed = std::move(removed);
  return layer;
}

std::vector<std::string> changed(const std::vector<LayerEvidence>& layers) {
  std::vector<std::string> paths;
  for (const model::Finding& finding : find_changed_files(layers))
    paths.push_back(finding.path + "@" + std::to_string(finding.layer));
  return paths;
}

std::string md5sums(std::string_view path) {
  return std::string(kHelloMd5) + "  " + std::string(path) + "\n";
}

TEST(ChangedFiles, ThoseOfDebPackages) {
  const std::string list = "var/lib/dpkg/info/hello.md5sums";
  EXPECT_THAT(changed({layer_of({{"usr/bin/hello", kHello}, {list, md5sums("usr/bin/hello")}})}),
              IsEmpty());
  EXPECT_THAT(changed({layer_of({{"usr/bin/hello", kHello}, {list, md5sums("usr/bin/hello")}}),
                       layer_of({{"usr/bin/hello", "other"}})}),
              ElementsAre("usr/bin/hello@1"));
  EXPECT_THAT(changed({layer_of({{"usr/bin/hello", "other"}, {list, md5sums("bin/hello")}})}),
              ElementsAre("bin/hello@0"))
      << "the root's folders are links into usr/";
  EXPECT_THAT(changed({layer_of({{list, md5sums("usr/bin/hello")}})}), IsEmpty())
      << "a file that is not there";
}

TEST(ChangedFiles, APackageThatIsGoneSaysNothing) {
  const std::string list = "var/lib/dpkg/info/hello.md5sums";
  const LayerEvidence base =
      layer_of({{"usr/bin/hello", kHello}, {list, md5sums("usr/bin/hello")}});
  EXPECT_THAT(changed({base, layer_of({{"usr/bin/hello", "mine"}}, {list})}), IsEmpty());
  EXPECT_THAT(changed({base, layer_of({{"usr/bin/hello", "mine"}}, {"var/lib/dpkg"})}), IsEmpty());
}

TEST(ChangedFiles, AnUpgradeBringsItsOwnChecksums) {
  const std::string list = "var/lib/dpkg/info/hello.md5sums";
  EXPECT_THAT(changed({layer_of({{"usr/bin/hello", "old"}, {list, md5sums("usr/bin/hello")}}),
                       layer_of({{"usr/bin/hello", kHello}, {list, md5sums("usr/bin/hello")}})}),
              IsEmpty());
}

TEST(ChangedFiles, DivertedFilesLieElsewhere) {
  const Files files{{"bin/sh", "dash"},
                    {"bin/sh.distrib", kHello},
                    {"var/lib/dpkg/info/bash.md5sums", md5sums("bin/sh")},
                    {"var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\ndash\n"}};
  EXPECT_THAT(changed({layer_of(files)}), IsEmpty());
}

TEST(ChangedFiles, ThoseOfAlpine) {
  const std::string installed = "P:hello\nV:1\nF:usr/bin\nR:hello\na:0:0:755\nZ:Q1" +
                                base::to_base64(kHelloSha1) + "\nF:etc\nR:hello.conf\nZ:Q1" +
                                base::to_base64(kHelloSha1) + "\n\n";
  const LayerEvidence base =
      layer_of({{"lib/apk/db/installed", installed}, {"usr/bin/hello", kHello}}, {}, 0755);
  EXPECT_THAT(changed({base}), IsEmpty());
  EXPECT_THAT(changed({base, layer_of({{"usr/bin/hello", "x"}, {"etc/hello.conf", "mine"}})}),
              ElementsAre("usr/bin/hello@1"));
}

TEST(ChangedFiles, WhatTakesAFilesPlace) {
  const std::string list = "var/lib/dpkg/info/hello.md5sums";
  const LayerEvidence base =
      layer_of({{"usr/bin/hello", kHello}, {list, md5sums("usr/bin/hello")}});
  LayerEvidence link;
  link.links.push_back({"usr/bin/hello", "/tmp/evil"});
  link.paths.push_back(inventory::path_hash("usr/bin/hello"));
  EXPECT_THAT(changed({base, link}), ElementsAre("usr/bin/hello@1"));

  LayerEvidence hard = layer_of({{"tmp/evil", "evil"}});
  hard.paths.push_back(inventory::path_hash("usr/bin/hello"));
  std::ranges::sort(hard.paths);
  hard.checksums.same.push_back(
      {inventory::path_hash("usr/bin/hello"), inventory::path_hash("tmp/evil")});
  EXPECT_THAT(changed({base, hard}), ElementsAre("usr/bin/hello@1")) << "a hard link";
  hard.checksums.same[0].target = inventory::path_hash("nothing");
  EXPECT_THAT(changed({base, hard}), IsEmpty()) << "to what is not known";

  EXPECT_THAT(changed({base, layer_of({{"usr/bin/hello", ""}})}), ElementsAre("usr/bin/hello@1"))
      << "an empty file";
  EXPECT_THAT(
      changed({base, layer_of({{"usr/bin/hello", "evil"}}), layer_of({}, {"usr/bin/hello"})}),
      IsEmpty())
      << "a file that was deleted afterwards";
}

TEST(ChangedFiles, ModesOfAlpine) {
  struct Case {
    const char* acl;
    std::uint32_t mode;
    std::string want; ///< how it differs; "": not
  };

  for (const Case& c :
       {Case{"a:0:0:755\n", 0755, ""},
        Case{"", 0644, ""},
        Case{"", 04755, "it has the mode 4755 instead of 0644; the package is hello"},
        Case{"a:0:0:4111\n", 04111, ""},
        Case{"a:0:0:zzz\n", 0644, ""}}) {
    const std::string installed = std::string("P:hello\nV:1\nF:usr/bin\nR:hello\n") + c.acl +
                                  "Z:Q1" + base::to_base64(kHelloSha1) + "\n\n";
    const std::vector<LayerEvidence> layers{
        layer_of({{"lib/apk/db/installed", installed}, {"usr/bin/hello", kHello}}, {}, c.mode)};
    const auto findings = find_changed_files(layers);
    ASSERT_EQ(findings.size(), c.want.empty() ? 0U : 1U) << c.acl;
    if (c.want.empty()) continue;
    EXPECT_EQ(findings[0].evidence, c.want);
    EXPECT_EQ(findings[0].severity, model::Severity::High) << "who runs it gets rights";
  }
}

TEST(ChangedFiles, LinksOfAlpineAreComparedByWhatTheySay) {
  const std::string installed =
      "P:hello\nF:bin\nR:sh\na:0:0:777\nZ:Q1LxBvJ/ofKKik4CrrENc7ePnJsko=\n\n"; // of "busybox"
  LayerEvidence layer = layer_of({{"lib/apk/db/installed", installed}});
  layer.links.push_back({"bin/sh", "busybox"});
  layer.paths.push_back(inventory::path_hash("bin/sh"));
  std::ranges::sort(layer.paths);
  EXPECT_THAT(changed({layer}), IsEmpty());
  layer.links[0].target = "/tmp/evil";
  EXPECT_THAT(changed({layer}), ElementsAre("bin/sh@0"));
}

TEST(ChangedFiles, BrokenListsSayNothing) {
  const std::string list = "var/lib/dpkg/info/a.md5sums";
  for (const char* text : {"",
                           "\n\n",
                           "zz946ac92492d2347c6235b4d2611184  usr/bin/a\n",
                           "b1946ac9\n",
                           "b1946ac92492d2347c6235b4d2611184"})
    EXPECT_THAT(changed({layer_of({{"usr/bin/a", "x"}, {list, text}})}), IsEmpty()) << text;
  EXPECT_THAT(changed({layer_of({{"lib/apk/db/installed", "F:\nR:\nZ:Q1\nZ:Q1!!\nR:a\nZ:Q1YQ==\n"},
                                 {"a", "x"}})}),
              IsEmpty());
}

TEST(ChangedFiles, ManyAreCounted) {
  Files files;
  std::string list;
  for (int i = 0; i < 130; ++i) {
    files.emplace_back("usr/bin/" + std::to_string(i), "x");
    list += md5sums("usr/bin/" + std::to_string(i));
  }
  files.emplace_back("var/lib/dpkg/info/a.md5sums", list);
  const std::vector<LayerEvidence> layers{layer_of(files)};
  const auto findings = find_changed_files(layers);
  ASSERT_EQ(findings.size(), 101U);
  EXPECT_EQ(findings.back().evidence, "30 further files");
}

} // namespace
} // namespace portique::scan
