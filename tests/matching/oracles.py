"""Version orders as the programs that define them have them, many pairs in one call.

order_of(ecosystem) gives a function that takes pairs and returns '<', '=' or '>' for each, '!' where one of
the two is no version, or None for all where the program is not installed. None of this shares a line with the
program under test: apk and NuGet, whose own programs Debian does not have, are written here from their
documentation (apk-package(5), NuGet's "Package versioning").
"""
import functools
import re
import shutil
import subprocess

PERL = r"""use Dpkg::Version; while (<STDIN>) { chomp; my ($a, $b) = split / /;
  my @v = map { Dpkg::Version->new($_, check => 1) } ($a, $b);
  print !$v[0]->is_valid || !$v[1]->is_valid ? "!\n" : (('<', '=', '>')[1 + ($v[0] <=> $v[1])] . "\n"); }"""
LUA = ("%{lua:for line in io.lines() do local a, b = line:match('(%S+) (%S+)') "
       "local fine, x, y = pcall(function() return rpm.ver(a), rpm.ver(b) end) "
       "print(not (fine and x and y) and '!' or x < y and '<' or x == y and '=' or '>') end}")
PYTHON = """import sys
from packaging.version import InvalidVersion, Version
for line in sys.stdin:
    try: a, b = map(Version, line.split()); print('<' if a < b else '>' if a > b else '=')
    except InvalidVersion: print('!')"""
NODE = r"""const semver = ['semver', '/usr/share/nodejs/semver', '/usr/lib/node_modules/npm/node_modules/semver']
  .map(m => { try { return require(m) } catch { return null } }).find(m => m);
for (const line of require('fs').readFileSync(0, 'utf8').split('\n')) { if (!line) continue;
  const [a, b] = line.split(' ');
  console.log(!semver.valid(a) || !semver.valid(b) ? '!' : {'-1': '<', 0: '=', 1: '>'}[semver.compare(a, b)]); }"""
RUBY = r"""STDIN.each_line { |l| a, b = l.split
  begin puts({-1=>'<', 0=>'=', 1=>'>'}[Gem::Version.new(a) <=> Gem::Version.new(b)])
  rescue ArgumentError then puts '!' end }"""
PHP = r"""require_once '/usr/share/php/Composer/Semver/autoload.php';
$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) { list($a, $b) = explode(' ', trim($line));
  try { echo ['<', '=', '>'][1 + version_compare($parser->normalize($a), $parser->normalize($b))], "\n"; }
  catch (Exception $e) { echo "!\n"; } }"""
MAVEN = ["java", "-cp", "/usr/share/java/maven3-artifact.jar:/usr/share/maven/lib/maven-artifact-3.x.jar:"
         "/usr/share/java/commons-lang3.jar", "org.apache.maven.artifact.versioning.ComparableVersion"]


def sign(a, b):
    return "<" if a < b else ">" if a > b else "="


def program(command):
    """An oracle that reads "A B" lines and prints an answer a line."""

    def ask(pairs):
        if not pairs:
            return []
        if shutil.which(command[0]) is None:
            return None
        # What cannot be a line of two words is no version of anything here.
        good = [re.search(r"\s", a + b) is None and a != "" and b != "" for a, b in pairs]
        lines = "".join(f"{a} {b}\n" for (a, b), fine in zip(pairs, good) if fine)
        done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        answers = re.findall(r"[<=>!]", done.stdout)  # rpm ends no line
        if done.returncode != 0 or len(answers) != sum(good):
            return None
        told = iter(answers)
        return [next(told) if fine else "!" for fine in good]

    return ask


def maven(pairs):
    """The class prints how each of its arguments compares with the one before."""
    answers = []
    if shutil.which("java") is None:
        return None
    for start in range(0, len(pairs), 5000):
        piece = pairs[start:start + 5000]
        done = subprocess.run(MAVEN + [version for pair in piece for version in pair], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
        found = [re.search(r" ([<=>]+) ", line) for line in done.stdout.splitlines() if line.startswith("   ")]
        if done.returncode != 0 or len(found) != 2 * len(piece) - 1:
            return None
        answers += [match[1][:1] for match in found[::2]]
    return answers


def semver(pairs):
    """npm's own, after what OSV allows beyond it: a leading v, missing parts."""

    def whole(version):
        match = re.fullmatch(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:[-+].*)?)", version)
        return f"{match[1]}.{match[2] or 0}.{match[3] or 0}{match[4]}" if match else version

    return program(["node", "-e", NODE])([(whole(a), whole(b)) for a, b in pairs])


APK_SUFFIXES = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 0, "svn": 1, "git": 2, "hg": 3, "p": 4}
APK = re.compile(r"(\d+(?:\.\d+)*)([a-z])?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:-r(\d+))?")
NUMBER, LETTER, SUFFIX, SUFFIX_NUMBER, REVISION, END = range(6)


def apk_tokens(version):
    match = APK.fullmatch(version)
    if match is None:
        return None
    tokens = [(NUMBER, part) for part in match[1].split(".")]
    if match[2]:
        tokens.append((LETTER, match[2]))
    for name, number in re.findall(r"_([a-z]+)(\d*)", match[3]):
        tokens.append((SUFFIX, APK_SUFFIXES[name]))
        if number:
            tokens.append((SUFFIX_NUMBER, int(number)))
    if match[4] is not None:
        tokens.append((REVISION, int(match[4])))
    return tokens + [(END, 0)]


def apk_compare(a, b):
    for index, ((kind_a, value_a), (kind_b, value_b)) in enumerate(zip(a, b)):
        if kind_a == kind_b:
            if kind_a == NUMBER:
                # Behind the first, a part with a leading zero is compared as a fraction is.
                fraction = index > 0 and (value_a[0] == "0" or value_b[0] == "0")
                value_a, value_b = (value_a, value_b) if fraction else (int(value_a), int(value_b))
            if value_a != value_b:
                return sign(value_a, value_b)
            continue
        # The one that goes on is greater, unless with a suffix of a pre-release.
        if kind_a == SUFFIX and value_a < 0:
            return "<"
        if kind_b == SUFFIX and value_b < 0:
            return ">"
        return ">" if kind_a < kind_b else "<"
    return "="


def apk(pairs):
    tokens = [(apk_tokens(a), apk_tokens(b)) for a, b in pairs]
    return ["!" if a is None or b is None else apk_compare(a, b) for a, b in tokens]


@functools.total_ordering
class NuGet:
    """Four numbers, then SemVer's pre-release labels without regard to case."""

    def __init__(self, text):
        match = re.fullmatch(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?", text)
        if match is None:
            raise ValueError(text)
        labels = [(0, int(l), "") if l.isdigit() else (1, 0, l.lower()) for l in (match[5] or "").split(".") if l]
        self.key = ([int(part or 0) for part in match.groups()[:4]], 0 if labels else 1, labels)

    def __eq__(self, other):
        return self.key == other.key

    def __lt__(self, other):
        return self.key < other.key


def nuget(pairs):
    answers = []
    for a, b in pairs:
        try:
            answers.append(sign(NuGet(a), NuGet(b)))
        except ValueError:
            answers.append("!")
    return answers


ORDERS = {
    "Debian": program(["perl", "-e", PERL]),
    "Ubuntu": program(["perl", "-e", PERL]),
    "AlmaLinux": program(["rpm", "--eval", LUA]),
    "Alpine": apk,
    "Wolfi": apk,
    "PyPI": program(["/usr/bin/python3", "-c", PYTHON]),
    "npm": semver,
    "crates.io": semver,
    "Go": semver,
    "Bitnami": semver,
    "RubyGems": program(["ruby", "-e", RUBY]),
    "Packagist": program(["php", "-r", PHP]),
    "Maven": maven,
    "NuGet": nuget,
}


def order_of(ecosystem):
    return ORDERS[ecosystem.split(":")[0]]
