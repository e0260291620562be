// Images made to break or to fool the scanner: one clear sentence, exit code 3, in bounded time,
// and nothing of the cache or the database harmed.

#include <chrono>

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/test_support/gzip.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using test_support::BuildImage;
using test_support::TarBuilder;
using ::testing::HasSubstr;

constexpr std::string_view kStatus =
    "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n";

std::string good_layer() {
  return TarBuilder()
      .file("etc/os-release", "ID=debian\nVERSION_ID=12\n")
      .file("var/lib/dpkg/status", kStatus)
      .finish();
}

/// Writes a layout whose only layer has these stored bytes, with true digests.
std::string layout_with(const std::string& stored) {
  const fs::path folder = fresh_folder();
  test_support::write_oci_layout(folder, {BuildImage{.layers = {{stored}}}});
  return "oci:" + folder.string();
}

struct Failure {
  std::string name;
  std::string target;
  std::string want; ///< what the sentence must say
};

void expect_one_sentence(const Failure& failure) {
  const auto started = std::chrono::steady_clock::now();
  const auto output = portique({"scan", failure.target});
  const auto took = std::chrono::steady_clock::now() - started;
  EXPECT_EQ(output.exit_status, 3) << failure.name << ": " << output.out.substr(0, 300);
  EXPECT_THAT(output.err, HasSubstr(failure.want)) << failure.name;
  EXPECT_EQ(std::ranges::count(output.err, '\n'), 1) << failure.name << ": " << output.err;
  EXPECT_TRUE(output.out.empty()) << failure.name;
  EXPECT_LT(took, std::chrono::seconds(60)) << failure.name;
}

std::string repeat(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

/// 64 MiB of zeros as gzip members, again and again: each unpacks at the best ratio deflate has.
std::string gzip_bomb(std::size_t members) {
  return repeat(test_support::gzip(std::string(64U << 20U, '\0')), members);
}

TEST(HostileImage, BrokenArchives) {
  const std::string archive = test_support::docker_archive({.layers = {{good_layer()}}});
  const fs::path folder = fresh_folder();
  const std::string truncated = write_file(folder / "truncated", archive.substr(0, 1700));
  const std::string empty = write_file(folder / "empty", "");
  const std::string text = write_file(folder / "text", repeat("not an archive. ", 100));
  const std::string cut_gzip =
      write_file(folder / "cut.gz",
                 test_support::gzip(archive).substr(0, test_support::gzip(archive).size() / 2));
  const std::string zip = write_file(folder / "zip", "PK\x03\x04" + std::string(2000, 'x'));
  for (const Failure& failure : {Failure{"truncated", truncated, "truncated"},
                                 Failure{"empty", empty, "empty"},
                                 Failure{"text", text, "text"},
                                 Failure{"cut gzip", cut_gzip, "cut.gz"},
                                 Failure{"zip", zip, "zip"}})
    expect_one_sentence(failure);
}

TEST(HostileImage, BrokenLayers) {
  const std::string gzipped = test_support::gzip(good_layer());
  std::string flipped = gzipped;
  char& of_checksum = flipped[flipped.size() - 6];
  of_checksum = static_cast<char>(of_checksum ^ 0x10);
  std::string bad_checksum = good_layer();
  bad_checksum[0] = 'X';
  for (const Failure& failure :
       {Failure{"cut layer", layout_with(gzipped.substr(0, gzipped.size() - 20)), "layer 1"},
        Failure{"flipped bit", layout_with(flipped), "checksum"},
        Failure{"bad tar checksum", layout_with(bad_checksum), "layer 1"},
        Failure{"cut tar", layout_with(good_layer().substr(0, 700)), "layer 1"}})
    expect_one_sentence(failure);
}

TEST(HostileImage, WrongDigests) {
  for (const bool change_layer : {true, false}) {
    const fs::path folder = fresh_folder();
    const BuildImage image{.layers = {{good_layer(), true}}};
    test_support::write_oci_layout(folder, {image});
    const std::string victim = change_layer
                                   ? test_support::sha256(test_support::gzip(good_layer()))
                                   : test_support::sha256(test_support::config_json(image));
    const std::string content =
        change_layer ? test_support::gzip(TarBuilder().file("etc/x", "x").finish()) : "{}";
    write_file(folder / "blobs/sha256" / victim.substr(7), content);
    expect_one_sentence({"wrong digest", "oci:" + folder.string(), "content"});
  }
}

TEST(HostileImage, Bombs) {
  TarBuilder headers;
  for (int i = 0; i < 10'000; ++i)
    headers.file("f" + std::to_string(i), "");
  std::string block = headers.finish();
  block.resize(block.size() - 1024); // without the end of the archive
  for (const Failure& failure :
       {Failure{"gzip bomb of 20 GiB", layout_with(gzip_bomb(320)), "layer 1"},
        Failure{
            "ten million entries", layout_with(repeat(test_support::gzip(block), 1000)), "layer 1"},
        Failure{
            "gzip bomb as archive", write_file(fresh_folder() / "bomb", gzip_bomb(320)), "bomb"}})
    expect_one_sentence(failure);
}

TEST(HostileImage, FailuresLeaveTheCacheSound) {
  const std::vector<std::string> cache{"--cache-dir", fresh_folder().string()};
  const fs::path folder = fresh_folder();
  test_support::write_oci_layout(folder, {BuildImage{.layers = {{good_layer(), true}}}});
  const auto before = packages_of(scan_json("oci:" + folder.string(), cache));
  EXPECT_EQ(before, std::vector<std::string>{"bash 5.2-1"});
  const auto failed = portique(
      {"scan", layout_with(test_support::gzip(good_layer()).substr(0, 90)), cache[0], cache[1]});
  EXPECT_EQ(failed.exit_status, 3);
  EXPECT_EQ(packages_of(scan_json("oci:" + folder.string(), cache)), before);
}

TEST(HostileImage, AnUnreadableDatabaseIsNeverAnEmptyOne) {
  const fs::path folder = fresh_folder();
  const std::string layer = TarBuilder()
                                .file("etc/os-release", "ID=fedora\nVERSION_ID=40\n")
                                .file("var/lib/rpm/rpmdb.sqlite", repeat("rubbish ", 1000))
                                .finish();
  test_support::write_oci_layout(folder, {BuildImage{.layers = {{layer, true}}}});
  const auto output = portique({"scan", "oci:" + folder.string(), "-f", "json"});
  EXPECT_EQ(output.exit_status, 4);
  const auto report = base::parse_json(output.out);
  ASSERT_TRUE(report);
  const auto& issues = base::json_items(&report->as_object(), "issues");
  ASSERT_FALSE(issues.empty());
  EXPECT_EQ(base::json_string(&issues.at(0).as_object(), "path"), "var/lib/rpm/rpmdb.sqlite");
}

TEST(HostileImage, NamesCannotReachTheTerminalOrTheHost) {
  const fs::path folder = fresh_folder();
  const std::string layer =
      TarBuilder()
          .file("../../../../tmp/portique-was-here", "x")
          .file("/etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"\x1b[31mred\"\n")
          .file("var/lib/dpkg/status",
                "Package: b\x1b]0;title\x07sh\nStatus: install ok installed\n"
                "Architecture: amd64\nVersion: 1\n\n")
          .symlink("loop/a", "b")
          .symlink("loop/b", "a")
          .finish();
  test_support::write_oci_layout(folder,
                                 {BuildImage{.layers = {{layer, true, "RUN \x1b[2J\xc2\x9b"}}}});
  const auto table = portique({"scan", "oci:" + folder.string(), "--list-packages"});
  EXPECT_NE(table.exit_status, 3) << table.err;
  EXPECT_THAT(table.out, ::testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(table.err, ::testing::Not(HasSubstr("\x1b")));
  EXPECT_FALSE(fs::exists("/tmp/portique-was-here"));
}

} // namespace
} // namespace portique::e2e
