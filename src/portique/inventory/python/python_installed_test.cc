#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/run_program.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/catalogers.h"
#include "portique/inventory/python/python_archive.h"
#include "portique/inventory/python/python_installed.h"
#include "portique/inventory/python/python_metadata.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

Analysis analyze(std::string_view path, std::string_view text) {
  return analyze_text(kPythonInstalled, path, text);
}

std::string fixture(const std::string& path) {
  return base::read_file(fs::path(PORTIQUE_TESTDATA) / path, 1U << 20U).value();
}

TEST(PythonInstalled, ReadsMetadata) {
  const std::string path = "usr/lib/python3/dist-packages/Example_Parser-1.2.dist-info/METADATA";
  const Analysis found = analyze(path, fixture("python-installed/good/" + path));
  ASSERT_EQ(found.packages.size(), 1U);
  EXPECT_EQ(found.packages[0],
            (model::Package{.type = "pypi",
                            .name = "Example.Parser",
                            .version = "1.2",
                            .licences = {"MIT License"},
                            .path = path,
                            .dependencies = {"Left_Pad", "typing-extensions"}}));
}

TEST(PythonInstalled, PrefersTheLicenceThatSaysMost) {
  const std::string head = "Name: a\nVersion: 1\n";

  const struct {
    std::string_view headers;
    std::vector<std::string> licences;
  } rows[] = {
      {"License-Expression: MIT\nLicense: x\nClassifier: License :: y", {"MIT"}},
      {"License: BSD\nClassifier: License :: y", {"BSD"}},
      {"License: unknown\nClassifier: License :: OSI Approved :: y\nClassifier: License :: z",
       {"y", "z"}},
      {"License: a long\n text", {}},
      {"Classifier: License :: OSI Approved", {}},
      {"license: \xff", {"\xef\xbf\xbd"}},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze("a-1.dist-info/METADATA", head + std::string(row.headers));
    ASSERT_EQ(found.packages.size(), 1U) << row.headers;
    EXPECT_EQ(found.packages[0].licences, row.licences) << row.headers;
  }
}

TEST(PythonInstalled, TakesTheFolderForBrokenMetadata) {
  for (const std::string_view text : {"",
                                      "Name: a\n",
                                      "Version: 1\n",
                                      "\nName: a\nVersion: 1\n",
                                      "garbage",
                                      "Name: a b\nVersion: 1\n"}) {
    const Analysis found = analyze("x/Some_Name-1.5.dist-info/METADATA", text);
    EXPECT_THAT(listed(found), ElementsAre("Some_Name@1.5")) << text;
    EXPECT_EQ(found.issues.size(), 1U) << text;
    EXPECT_TRUE(issues_of(found).contains("those of the folder are taken")) << text;
    const Analysis nameless = analyze("x/some.egg-info", text);
    EXPECT_THAT(nameless.packages, IsEmpty()) << text;
    EXPECT_EQ(nameless.issues.size(), 1U) << text;
  }
  EXPECT_EQ(python_folder_name("Flask-2.0.0-py3.11.egg-info"), "Flask-2.0.0");
  EXPECT_EQ(python_folder_name("Flask-2.0.0-1-py3-none-any.whl"), "Flask-2.0.0");
  EXPECT_EQ(python_folder_name("Flask-2.0.0.dist-info"), "Flask-2.0.0");
  for (const std::string_view name : {"", "-", "flask.egg-info", "-1.0.egg-info"})
    EXPECT_EQ(python_folder_name(name), "") << name;
}

TEST(PythonInstalled, TakesHeadersAsPythonDoes) {
  EXPECT_THAT(listed(analyze("a.egg-info",
                             "Metadata-Version: 1\r\nName: a\r\n not a header\r\n"
                             "Summary: Name: b\r\nVersion : 1.0\r\nName: c\r\n\r\nVersion: 2")),
              IsEmpty())
      << "a name over two lines is none";
  EXPECT_THAT(listed(analyze("a.egg-info",
                             "nonsense\r\nNAME: a\r\nSummary: x\r\n\tVersion: 3\r\n"
                             "version:1.0\r\nName: c\r\n\r\nVersion: 2")),
              ElementsAre("a@1.0"));
}

TEST(PythonInstalled, ReadsRealPackages) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/python-installed");
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(samples)) {
    if (!entry.is_regular_file()) continue;
    const Analysis analysis = analyze(fs::relative(entry.path(), samples).string(),
                                      base::read_file(entry.path(), 1U << 20U).value());
    EXPECT_THAT(analysis.issues, IsEmpty()) << entry.path();
    for (const auto& package : analysis.packages)
      found.push_back(
          fmt::format("{} {} {}", listed(package), package.licences, package.dependencies));
  }
  std::ranges::sort(found);
  // From the files by hand.
  EXPECT_THAT(
      found,
      ElementsAre(
          "Flask@2.0.0 [\"BSD-3-Clause\"] [\"Jinja2\", \"Werkzeug\", \"click\", \"itsdangerous\"]",
          "Pygments@2.6.1 [\"BSD License\"] [\"soupsieve\"]",
          "Pygments@2.6.1 [\"BSD License\"] [\"soupsieve\"]",
          "annotated-types@0.7.0 [\"MIT License\"] [\"typing-extensions\"]",
          "setuptools@51.3.3 [\"MIT License\"] []",
          "somerequests@3.22.0 [\"BSD License\"] []",
          "typing_extensions@4.4.0 [] []"));
}

// Python's own list of what is installed here, and pip's through it.
TEST(PythonInstalled, ListsWhatPythonLists) {
  const std::string folder = "/usr/lib/python3/dist-packages";
  const auto answer = base::run_program(
      {"/usr/bin/python3",
       "-c",
       "import importlib.metadata as m, sys\n"
       "for d in m.distributions(path=[sys.argv[1]]): print(d.metadata['Name'] + '@' + d.version)",
       folder});
  if (!answer || answer->exit_status != 0) GTEST_SKIP() << "Debian's python3 is needed";
  std::multiset<std::string> expected;
  for (const std::string_view line : base::split(answer->out, '\n'))
    if (!line.empty()) expected.emplace(line);
  if (expected.size() < 3) GTEST_SKIP() << "hardly any Python packages are installed here";

  std::multiset<std::string> found;
  const PathMatcher matcher;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = fs::relative(entry.path(), "/").string();
    const auto wanted = matcher.match(path);
    if (!wanted || catalogers()[*wanted].id != kPythonInstalled.id) continue;
    // What packages bring along for themselves is no part of the list.
    if (std::ranges::count(path.substr(folder.size()), '/') > 1) continue;
    const Analysis analysis = analyze(path, base::read_file(entry.path(), 8U << 20U).value());
    EXPECT_EQ(issues_of(analysis), "") << path;
    for (const auto& line : listed(analysis))
      found.insert(line);
  }
  EXPECT_EQ(found, expected);
}

TEST(PythonArchive, ReadsWheelsAndEggs) {
  const auto read = [](const std::string& path) {
    const std::string content = fixture("python-archive/" + path);
    return analyze_text(kPythonArchive, path.substr(path.find('/') + 1), content);
  };
  const Analysis wheel = read("good/usr/share/python-wheels/example-1.0-py3-none-any.whl");
  EXPECT_THAT(listed(wheel), ElementsAre("example@1.0"));
  EXPECT_THAT(wheel.packages.at(0).licences, ElementsAre("MIT"));
  EXPECT_THAT(listed(read("good/opt/tool-2.0-py3.11.egg")), ElementsAre("tool@2.0"));
  EXPECT_TRUE(issues_of(read("broken/opt/empty-1.0-py3-none-any.whl")).contains("no metadata"));
  EXPECT_EQ(read("broken/opt/cut-1.0-py3-none-any.whl").issues.size(), 1U);
}

// The wheels that Debian ships for ensurepip, listed by Python.
TEST(PythonArchive, ReadsRealWheels) {
  const auto answer =
      base::run_program({"/usr/bin/python3",
                         "-c",
                         "import glob, zipfile, email\n"
                         "for w in glob.glob('/usr/share/python-wheels/*.whl'):\n"
                         "    z = zipfile.ZipFile(w)\n"
                         "    n = [i for i in z.namelist() if i.endswith('.dist-info/METADATA') "
                         "and i.count('/') == 1]\n"
                         "    m = email.message_from_bytes(z.read(n[0]))\n"
                         "    print(w + ' ' + m['Name'] + '@' + m['Version'])\n"});
  if (!answer || answer->exit_status != 0 || answer->out.empty())
    GTEST_SKIP() << "no wheels of Debian on this machine";
  for (const std::string_view line : base::split(answer->out, '\n')) {
    if (line.empty()) continue;
    const std::string path(line.substr(0, line.find(' ')));
    const std::string content = base::read_file(path, 64U << 20U).value();
    const Analysis found = analyze_text(kPythonArchive, path.substr(1), content);
    EXPECT_EQ(issues_of(found), "") << path;
    EXPECT_THAT(listed(found), ElementsAre(std::string(line.substr(path.size() + 1))));
  }
}

} // namespace
} // namespace portique::inventory
