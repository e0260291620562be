// Secrets in text that is not there as it is: UTF-16, gzip, tar in gzip, zip; and archives that are
// made to take time or memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/inspect/secrets/packed_files.h"
#include "portique/inspect/secrets/rule_file.h"
#include "portique/inspect/secrets/secret_examples_test_support.h"
#include "portique/inspect/secrets/secret_scanner.h"
#include "portique/test_support/gzip.h"
#include "portique/test_support/tar_builder.h"
#include "portique/test_support/zip_builder.h"

namespace portique::inspect {
namespace {

using test_support::gzip;
using test_support::TarBuilder;
using test_support::ZipBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kRules = R"(
rules:
- id: acme-token
  title: Acme token
  severity: high
  category: test
  token: 'acme_[0-9A-Za-z]{20}'
- id: npmrc
  title: A password in .npmrc
  severity: high
  category: test
  paths: ['**/.npmrc']
  regex: '_password=(\w{8,40})'
  trigger: '_password='
)";

class SecretArchive : public testing::Test {
protected:
  void SetUp() override {
    auto set = parse_rule_yaml(kRules, {});
    ASSERT_TRUE(set) << set.error().text();
    auto compiled = SecretRules::compile(std::move(*set), PatternPlatform::Any);
    ASSERT_TRUE(compiled) << compiled.error().text();
    book_.sets.assign(1, std::make_shared<const SecretRules>(std::move(*compiled)));
    scanner_.emplace(SecretScanner::make(book_, SecretSalt("salt"), {}).value());
  }

  SecretFindings scan(std::string_view content,
                      std::string_view path = "opt/app.bin",
                      std::size_t piece = 60'000) {
    if (!scanner_->begin(path, base::as_bytes(content.substr(0, 4096)))) return {};
    for (std::size_t at = 0; at < content.size(); at += piece)
      scanner_->content(base::as_bytes(content.substr(at, piece)));
    return scanner_->end();
  }

  /// "path:line rule note" of each hit.
  static std::vector<std::string> lines_of(const SecretFindings& found) {
    std::vector<std::string> lines;
    for (const SecretHit& hit : found.hits)
      lines.push_back(hit.path + ":" + std::to_string(hit.line) + " " + hit.rule + " " + hit.note);
    return lines;
  }

  static std::string wide(std::string_view text, bool big_endian) {
    std::string bytes;
    for (const char c : text)
      bytes += big_endian ? std::string(1, '\0') + c : std::string(1, c) + '\0';
    return bytes;
  }

  std::string token_ = "acme_" + ExampleMaker(3).from("abcdefghijkmnpqrstuvwxyz023456789", 20);
  std::string text_ = "# settings of the application\nkey = " + token_ + "\n";
  SecretRuleBook book_;
  std::optional<SecretScanner> scanner_;
};

TEST_F(SecretArchive, TextInUtf16) {
  for (const bool big_endian : {false, true})
    for (const std::string& mark :
         {std::string(), std::string(big_endian ? "\xfe\xff" : "\xff\xfe")})
      for (const std::size_t piece : {std::size_t{1}, std::size_t{4095}, std::string::npos / 2}) {
        const SecretFindings found = scan(mark + wide(text_, big_endian), "etc/app.reg", piece);
        EXPECT_THAT(lines_of(found), ElementsAre("etc/app.reg:2 acme-token ")) << piece;
      }
  const SecretFindings long_file =
      scan(wide(std::string(300'000, '\n') + text_, false), "etc/app.reg");
  EXPECT_THAT(lines_of(long_file), ElementsAre("etc/app.reg:300002 acme-token "));
}

TEST_F(SecretArchive, WhereInWhichArchive) {
  struct Case {
    std::string why;
    std::string content;
    std::string path;
    std::vector<std::string> want;
  };

  const std::string in_zip = ZipBuilder()
                                 .add("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
                                 .add("conf/app.properties", text_)
                                 .add("stored", text_, ZipBuilder::Method::Stored)
                                 .bytes();
  const std::string in_tar = TarBuilder()
                                 .folder("home/")
                                 .file("home/.npmrc", "//r/:_password=correct1horse2\n")
                                 .symlink("home/link", ".npmrc")
                                 .file("home/notes", text_)
                                 .finish();
  const std::string inner = ZipBuilder().add("a", text_).bytes();
  for (const Case& c : {
           Case{
               "gzip", gzip(text_), "var/log/app.log.1.gz", {"var/log/app.log.1.gz:2 acme-token "}},
           Case{"zip",
                in_zip,
                "opt/app.jar",
                {"opt/app.jar:2 acme-token in conf/app.properties",
                 "opt/app.jar:2 acme-token in stored"}},
           Case{"tar in gzip",
                gzip(in_tar),
                "root/home.tgz",
                {"root/home.tgz:1 npmrc in home/.npmrc",
                 "root/home.tgz:2 acme-token in home/notes"}},
           Case{"UTF-16 in zip",
                ZipBuilder().add("a.reg", wide(text_, false)).bytes(),
                "a.zip",
                {"a.zip:2 acme-token in a.reg"}},
           Case{"an archive in an archive",
                ZipBuilder().add("lib/a.jar", inner).bytes(),
                "a.war",
                {}},
           Case{"gzip in gzip", gzip(gzip(text_)), "a.gz.gz", {}},
           Case{"a manual", gzip(text_), "usr/share/man/man1/a.1.gz", {}},
           Case{"test data of a package",
                ZipBuilder().add("node_modules/a/test/key.pem", text_).bytes(),
                "a.zip",
                {}},
           Case{"two members of gzip",
                gzip("nothing\n") + gzip(text_),
                "a.gz",
                {"a.gz:3 acme-token "}},
       }) {
    const SecretFindings found = scan(c.content, c.path);
    EXPECT_EQ(lines_of(found), c.want) << c.why;
    EXPECT_THAT(found.issues, IsEmpty()) << c.why;
  }
}

TEST_F(SecretArchive, ThatIsTornGivesWhatCameBefore) {
  const std::string filler = ExampleMaker(7).from("abcdefghijklmnopqrstuvwxyz\n", 200'000);
  const std::string whole = gzip(text_ + filler);
  EXPECT_THAT(scan(whole.substr(0, whole.size() / 2)).hits, SizeIs(1));
  const std::string zip = ZipBuilder().add("a", text_).bytes();
  for (std::size_t size = 4; size < zip.size(); ++size) {
    const SecretFindings found = scan(zip.substr(0, size));
    EXPECT_THAT(found.issues, IsEmpty()) << size;
  }
  EXPECT_THAT(scan(text_).hits, SizeIs(1)) << "and nothing stays behind";
}

TEST_F(SecretArchive, ThatIsABombIsAnIssue) {
  const std::string bomb = gzip(std::string(200U << 20U, 'a'));
  ASSERT_LT(bomb.size(), 2U << 20U);
  const SecretFindings found = scan(bomb);
  ASSERT_THAT(found.issues, SizeIs(1));
  EXPECT_THAT(found.issues[0].message, HasSubstr("not searched for secrets to its end"));
  EXPECT_EQ(found.issues[0].path, "opt/app.bin");
  const std::string zipped = ZipBuilder().add("a", std::string(100U << 20U, 'a')).bytes();
  EXPECT_THAT(scan(zipped).issues, SizeIs(1));
}

TEST_F(SecretArchive, FullOfSecretsSaysSoOnce) {
  ZipBuilder zip;
  for (int i = 0; i < 300; ++i)
    zip.add("f" + std::to_string(i), text_);
  const SecretFindings found = scan(zip.bytes());
  EXPECT_THAT(found.hits, SizeIs(200));
  EXPECT_THAT(found.issues, SizeIs(1));
}

TEST_F(SecretArchive, LargerOnesAreLeftOut) {
  std::string content = gzip(text_);
  content.resize((64U << 20U) + 1);
  const SecretFindings found = scan(content);
  EXPECT_THAT(found.hits, IsEmpty());
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(scan(gzip(text_)).hits, SizeIs(1));
}

class Names : public PackedFileSink {
public:
  bool begin(std::string_view name, base::Bytes /*first*/) override {
    names.emplace_back(name);
    return name != "no";
  }

  void content(base::Bytes piece) override { bytes += piece.size(); }

  void end() override { ++ends; }

  std::vector<std::string> names;
  std::size_t bytes = 0;
  std::size_t ends = 0;
};

TEST(PackedFiles, ABudgetForAllArchivesRunsOut) {
  const std::string zip = ZipBuilder()
                              .add("a", std::string(1000, 'a'))
                              .add("no", std::string(1000, 'b'))
                              .add("c", std::string(1000, 'c'))
                              .bytes();
  std::uint64_t left = 4500;
  Names names;
  EXPECT_TRUE(for_each_packed_file(ContentForm::Zip, base::as_bytes(zip), {}, left, names));
  EXPECT_THAT(names.names, ElementsAre("a", "no", "c"));
  EXPECT_EQ(names.bytes, 2000U);
  EXPECT_EQ(names.ends, 2U);
  EXPECT_EQ(left, 1500U);
  EXPECT_FALSE(for_each_packed_file(ContentForm::Zip, base::as_bytes(zip), {}, left, names));
  EXPECT_THAT(names.names, ElementsAre("a", "no", "c", "a"));
  const std::string packed = gzip(std::string(1000, 'a'));
  EXPECT_FALSE(for_each_packed_file(ContentForm::Gzip, base::as_bytes(packed), {}, left, names));
}

} // namespace
} // namespace portique::inspect
