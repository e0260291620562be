#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/builds/context_inspector.h"
#include "portique/archive/tar_test_builder.h"

namespace portique::access {
namespace {

using archive::pax_record;
using archive::tar_member;
using archive::TarBlockBuilder;

const std::string kEnd(1024, '\0');

/// What is asked about an archive, fed in pieces; "!" behind it if that ended the request.
std::vector<std::string>
asked(const std::string& archive, std::string_view dockerfile, std::size_t piece) {
  std::vector<std::string> lines;
  ContextInspector inspector(
      dockerfile, {{"BASE", "given"}}, [&](const WorkloadFacts& facts) -> base::Result<void> {
        std::string line;
        for (const std::string& image : facts.images)
          line += image + " ";
        for (const std::string& word : facts.entitlements)
          line += "+" + word + " ";
        if (!line.empty()) line.pop_back();
        lines.push_back(line);
        if (line.contains("evil")) return base::fail(base::Code::InvalidArgument, "no");
        return {};
      });
  for (std::size_t at = 0; at < archive.size(); at += piece)
    if (!inspector.feed(std::string_view(archive).substr(at, piece))) {
      lines.back() += "!";
      break;
    }
  return lines;
}

TEST(ContextInspector, FindsTheDockerfile) {
  struct Case {
    const char* name;
    std::string archive;
    const char* dockerfile;
    std::vector<std::string> asked;
  };

  const std::string other = tar_member("a.txt", std::string(700, 'a'));
  const std::string link = TarBlockBuilder("Dockerfile", 0, '2').put(157, "a.txt").seal();
  const std::string long_name = std::string(120, 'd') + "/Dockerfile";
  const std::vector<Case> cases{
      {"plain", other + tar_member("Dockerfile", "FROM a\n") + other, "", {"a"}},
      {"forbidden", other + tar_member("Dockerfile", "FROM evil\n") + other, "", {"evil!"}},
      {"argument", tar_member("Dockerfile", "ARG BASE=x\nFROM $BASE\n"), "", {"given"}},
      {"small letters", tar_member("dockerfile", "FROM a\n"), "", {"a"}},
      {"dot before it", tar_member("./Dockerfile", "FROM a\n"), "", {"a"}},
      {"slash before it", tar_member("/Dockerfile", "FROM a\n"), "", {"a"}},
      {"a way round", tar_member("x/../Dockerfile", "FROM a\n"), "", {"a"}},
      {"another name",
       tar_member("Dockerfile", "FROM evil\n") + tar_member("b/D", "FROM a\n"),
       "./b/D",
       {"a"}},
      {"twice",
       tar_member("Dockerfile", "FROM a\n") + tar_member("Dockerfile", "FROM evil\n"),
       "",
       {"a", "evil!"}},
      {"a block to the brim",
       tar_member("Dockerfile", "FROM a\n" + std::string(505, '\n')),
       "",
       {"a"}},
      {"empty", tar_member("Dockerfile", ""), "", {"+unseen"}},
      {"symbolic link", link, "", {"+unseen"}},
      {"hard link", TarBlockBuilder("Dockerfile", 0, '1').seal(), "", {"+unseen"}},
      {"link to a folder of it", TarBlockBuilder("b", 0, '2').seal(), "b/D", {"+unseen"}},
      {"other link", TarBlockBuilder("b", 0, '2').seal(), "", {}},
      {"GNU's long name",
       tar_member("././@LongLink", long_name, 'L') + tar_member("cut", "FROM a\n"),
       long_name.c_str(),
       {"a"}},
      {"PAX name",
       tar_member("x", pax_record("path", "Dockerfile"), 'x') +
           tar_member("harmless", "FROM evil\n"),
       "",
       {"evil!"}},
      {"PAX size",
       tar_member("x", pax_record("size", "10"), 'x') +
           TarBlockBuilder("Dockerfile", 0, '0').seal() + archive::tar_padded("FROM evil\n"),
       "",
       {"evil!"}},
      {"PAX for all", tar_member("x", pax_record("path", "Dockerfile"), 'g'), "", {"+unseen"}},
      {"sparse", TarBlockBuilder("x", 0, 'S').gnu().seal(), "", {"+unseen"}},
      {"a folder with content", TarBlockBuilder("x", 512, '5').seal(), "", {"+unseen"}},
      {"compressed", "\x1F\x8B\x08" + std::string(600, 'x'), "", {"+unseen"}},
      {"no archive", std::string(600, 'x'), "", {"+unseen"}},
      {"too long", TarBlockBuilder("Dockerfile", 1ULL << 30U, '0').seal(), "", {"+unseen"}},
      {"none", other, "", {}},
  };
  for (const Case& item : cases)
    for (const std::size_t piece : {1U, 511U, 512U, 100000U})
      EXPECT_EQ(asked(item.archive + kEnd, item.dockerfile, piece), item.asked)
          << item.name << ", pieces of " << piece;
}

} // namespace
} // namespace portique::access
