// Version orders against the programs that define them: thousands of generated pairs, the same on
// every run. An oracle reads "A B" lines and prints '<', '=' or '>' for each, or '!' where it takes
// one of the two for no version.

#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/version/schemes.h"

namespace portique::version {
namespace {

namespace fs = std::filesystem;

using Pair = std::pair<std::string, std::string>;

/// Versions made of pieces; the second of a pair is mostly the first with one piece changed.
class Generator {
public:
  explicit Generator(std::vector<std::string> pieces, std::string stem = {})
      : pieces_(std::move(pieces)), stem_(std::move(stem)) {}

  std::vector<Pair> pairs(std::size_t count) {
    std::vector<Pair> made;
    while (made.size() < count) {
      std::vector<std::string> a = version();
      std::vector<std::string> b = below(4) == 0 ? version() : changed(a);
      if (join(a).empty() || join(b).empty()) continue;
      made.emplace_back(join(a), join(b));
    }
    return made;
  }

private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  const std::string& piece() { return pieces_[below(pieces_.size())]; }

  std::vector<std::string> version() {
    std::vector<std::string> made{std::to_string(below(12)) + stem_};
    const std::size_t more = below(6);
    for (std::size_t i = 0; i < more; ++i)
      made.push_back(piece());
    return made;
  }

  std::vector<std::string> changed(std::vector<std::string> version) {
    const std::size_t at = below(version.size());
    switch (below(3)) {
    case 0:
      version[at] = piece();
      break;
    case 1:
      version.insert(version.begin() + static_cast<std::ptrdiff_t>(at) + 1, piece());
      break;
    default:
      version.erase(version.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return version;
  }

  static std::string join(const std::vector<std::string>& pieces) {
    std::string text;
    for (const std::string& piece : pieces)
      text += piece;
    return text;
  }

  std::vector<std::string> pieces_;
  std::string stem_;
  std::mt19937 random_{20240229};
};

char sign(std::strong_ordering order) {
  return order < 0 ? '<' : order > 0 ? '>' : '=';
}

/// The oracle's answers without blanks; "" if it is not there.
std::string ask(const std::vector<std::string>& program, const std::vector<Pair>& pairs) {
  const auto folder = base::TempDir::create("oracle").value();
  std::string input;
  for (const auto& [a, b] : pairs)
    input += a + ' ' + b + '\n';
  const fs::path file = folder.path() / "pairs";
  EXPECT_TRUE(base::write_file_atomically(file, input));
  std::vector<std::string> command{"sh", "-c", "exec \"$@\" <\"$0\"", file.string()};
  command.insert(command.end(), program.begin(), program.end());
  const auto output = base::run_program(command);
  if (!output || output->exit_status != 0) return "";
  std::string answers = output->out;
  std::erase(answers, '\n');
  return answers;
}

struct Oracle {
  std::string name;
  Scheme scheme;
  std::vector<std::string> program;
  std::vector<std::string> pieces;
  std::size_t pairs = 4000;
  bool judges_validity = true; ///< false: it is stricter or more lenient than we are meant to be
  std::string stem = {};       ///< behind the first number of every version
};

void PrintTo(const Oracle& oracle, std::ostream* out) {
  *out << oracle.name;
}

class VersionOracle : public testing::TestWithParam<Oracle> {};

TEST_P(VersionOracle, Agrees) {
  const Oracle& oracle = GetParam();
  const SchemeInfo& info = scheme_info(oracle.scheme);
  std::vector<Pair> pairs = Generator(oracle.pieces, oracle.stem).pairs(oracle.pairs);
  if (!oracle.judges_validity)
    std::erase_if(pairs,
                  [&](const Pair& p) { return !info.valid(p.first) || !info.valid(p.second); });
  const std::string answers = ask(oracle.program, pairs);
  if (answers.empty()) GTEST_SKIP() << oracle.program[0] << " cannot be asked here";
  ASSERT_EQ(answers.size(), pairs.size());
  std::size_t compared = 0;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < pairs.size() && wrong < 20; ++i) {
    const auto& [a, b] = pairs[i];
    if (answers[i] == '!' && !oracle.judges_validity) continue;
    const bool valid = info.valid(a) && info.valid(b);
    const char ours = valid ? sign(info.compare(a, b)) : '!';
    compared += valid ? 1 : 0;
    wrong += ours != answers[i] ? 1 : 0;
    EXPECT_EQ(ours, answers[i]) << a << " " << b;
  }
  EXPECT_GE(compared, pairs.size() / 20) << "the generator makes too few versions";
}

const std::string kRuby = R"(STDIN.each_line do |l|
  a, b = l.split
  begin puts({-1=>'<', 0=>'=', 1=>'>'}[Gem::Version.new(a) <=> Gem::Version.new(b)])
  rescue ArgumentError then puts '!' end
end)";

const std::string kPython = R"(
import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    a, b = line.split()
    try: a, b = Version(a), Version(b); print('<' if a < b else '>' if a > b else '=')
    except InvalidVersion: print('!')
)";

const std::string kNode = R"(
const semver = ['semver', '/usr/share/nodejs/semver', '/usr/lib/node_modules/npm/node_modules/semver']
  .map(m => { try { return require(m) } catch { return null } }).find(m => m);
for (const line of require('fs').readFileSync(0, 'utf8').split('\n')) {
  if (!line) continue;
  const [a, b] = line.split(' ');
  if (!semver.valid(a) || !semver.valid(b)) console.log('!');
  else console.log({'-1': '<', 0: '=', 1: '>'}[semver.compare(a, b)]);
})";

const std::string kPhp = R"(
require_once '/usr/share/php/Composer/Semver/autoload.php';
$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
  list($a, $b) = explode(' ', trim($line));
  try { echo ['<', '=', '>'][1 + version_compare($parser->normalize($a), $parser->normalize($b))], "\n"; }
  catch (Exception $e) { echo "!\n"; }
})";

const std::string kDpkg = R"(while read -r a b; do
  if ! dpkg --validate-version "$a" 2>/dev/null || ! dpkg --validate-version "$b" 2>/dev/null; then echo '!'
  elif dpkg --compare-versions "$a" lt "$b"; then echo '<'
  elif dpkg --compare-versions "$a" eq "$b"; then echo '='; else echo '>'; fi; done)";

const std::string kRpm = "%{lua:for line in io.lines() do "
                         "local a, b = line:match('(%S+) (%S+)') "
                         "local x, y = rpm.ver(a), rpm.ver(b) "
                         "print(x < y and '<' or x == y and '=' or '>') end}";

INSTANTIATE_TEST_SUITE_P(
    Programs,
    VersionOracle,
    testing::Values(Oracle{"dpkg",
                           Scheme::Dpkg,
                           {"sh", "-c", kDpkg},
                           {".",  "-",     "~",       "+",      "0",  "1",  "00", "10",
                            "a",  "Z",     "rc",      "1:",     "0:", ".0", "-0", "-1",
                            "~~", "+dfsg", "deb12u1", "ubuntu", ":",  "_",  "07"},
                           1000,
                           false},
                    Oracle{"rpm",
                           Scheme::Rpm,
                           {"rpm", "--eval", kRpm},
                           {".",  "~",      "^", "0", "1",   "00", "10", "a",  "Z",  "rc1", ".0",
                            "-1", "-2.el8", "_", "+", "git", "~~", "^^", "07", "1:", "0:"},
                           4000,
                           false},
                    Oracle{"npm",
                           Scheme::Semver,
                           {"node", "-e", kNode},
                           {"1",
                            ".1",
                            ".2",
                            ".10",
                            "-",
                            "-alpha",
                            "-rc.1",
                            ".beta",
                            "-0",
                            "+build",
                            ".x",
                            "-1a",
                            "-A",
                            ".00",
                            "-alpha.1.b"},
                           6000,
                           false,
                           ".4.2"},
                    Oracle{"packaging",
                           Scheme::Pep440,
                           {"/usr/bin/python3", "-c", kPython},
                           {".0",     ".1",    ".00", ".10",      "a1", "b2",    "rc1",
                            ".post1", ".dev2", "-1",  "+local.1", "c",  "alpha", ".beta.",
                            "_pre_3", "rev4",  "-r5", "+ABC",     ".2", "1!",    "dev",
                            "post",   "-",     ".",   "preview",  "+1", "+a_b-3"}},
                    Oracle{"gem",
                           Scheme::RubyGems,
                           {"ruby", "-e", kRuby},
                           {".0",
                            ".1",
                            ".00",
                            ".10",
                            ".a",
                            ".b1",
                            "-rc1",
                            ".pre",
                            "-1",
                            ".Z",
                            "a",
                            ".rc.2",
                            "-",
                            ".",
                            ".a0",
                            ".0.0"}},
                    Oracle{"composer",
                           Scheme::Packagist,
                           {"php", "-r", kPhp},
                           {".0",      ".1",     ".10", "-alpha",  "-beta2",   "RC1", "-dev",
                            "-patch1", "pl2",    ".2",  "-stable", "a1",       "b",   "-p3",
                            "+build",  ".x-dev", "_rc", ".dev",    "-alpha.3", ".00"}}),
    [](const auto& oracle) { return oracle.param.name; });

// Maven's class compares each of its arguments with the one before.
TEST(VersionOracle, AgreesWithMaven) {
  const std::vector<std::string> pieces{
      ".",  "-",   "0",  "1",         "10",  ".0",      ".1",       "-1",   "alpha",
      "a1", "b2",  "rc", "-SNAPSHOT", "-ga", ".Final",  "sp",       "-jre", "x",
      "m3", "cr1", "-0", "..",        ".00", "RELEASE", "milestone"};
  std::vector<std::string> versions;
  for (auto& [a, b] : Generator(pieces).pairs(2500)) {
    versions.push_back(std::move(a));
    versions.push_back(std::move(b));
  }
  std::vector<std::string> command{
      "java",
      "-cp",
      "/usr/share/java/maven3-artifact.jar:/usr/share/maven/lib/maven-artifact-3.x.jar:"
      "/usr/share/java/commons-lang3.jar",
      "org.apache.maven.artifact.versioning.ComparableVersion"};
  command.insert(command.end(), versions.begin(), versions.end());
  const auto output = base::run_program(command);
  if (!output || output->exit_status != 0)
    GTEST_SKIP() << "Maven cannot be asked here: " << (output ? output->err.substr(0, 300) : "");
  std::size_t at = 1;
  std::size_t wrong = 0;
  for (const std::string_view line : base::split(output->out, '\n')) {
    if (!line.starts_with("   ")) continue;
    ASSERT_LT(at, versions.size());
    const std::string& a = versions[at - 1];
    const std::string& b = versions[at];
    const char want = line.at(3 + a.size() + 1);
    if (sign(scheme_info(Scheme::Maven).compare(a, b)) != want && ++wrong < 20)
      ADD_FAILURE() << a << " " << want << " " << b;
    ++at;
  }
  EXPECT_EQ(at, versions.size());
}

} // namespace
} // namespace portique::version
