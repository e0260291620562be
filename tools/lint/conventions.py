#!/usr/bin/env python3
"""The conventions of the sources that no compiler checks. Each finding names its line and its reason.

usage: conventions.py [SOURCE_ROOT]     (the folder that holds src/, tests/ and bench/)
"""
import pathlib
import re
import sys

FOLDERS = ("src", "tests", "bench", "bpf")
LONGEST_FILE = 800

# What no line of code may hold: (pattern, reason). Comments and strings are blanked out before.
BANNED = [
    (r"\bstd::w?regex\b|#\s*include\s*<regex>", "std::regex takes exponential time on hostile input"),
    (
        r"(?<![\w.>])(?:std::|::)?(?:ato[ifl]|atoll|strto(?:l|ll|ul|ull|d|f|ld|imax|umax)|"
        r"sto(?:i|l|ll|ul|ull|d|f|ld))\s*\(",
        "these take garbage for numbers; use base::parse_int or std::from_chars",
    ),
    (
        r"\busing\s+namespace\s+(?!std::(?:\w+::)*\w*literals\b)",
        "using namespace hides where a name comes from",
    ),
]
# What no line of the program itself may hold; tests may.
BANNED_IN_PROGRAM = [
    (
        r"(?<![\w.>])(?:std::|::)?(?:system|popen)\s*\(\s*[^)\s]",
        "a shell would read the command; use base/run_program.h",
    ),
]
# What no line may hold, comments included.
BANNED_ANYWHERE = [
    (r"\b(?:TODO|FIXME|XXX)\b", "unfinished work belongs into an issue"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]*)"')
UNNAMED = re.compile(r"^(?:utils?|helpers?|common|misc)$")
TEST = re.compile(r"^\s*(TEST|TEST_F|TEST_P|TYPED_TEST)\s*\(([^)]*)\)", re.MULTILINE)
ASSERTION = re.compile(r"\b(?:EXPECT_\w+|ASSERT_\w+|ADD_FAILURE|FAIL|static_assert)\b")
FUNCTION = re.compile(r"\b([a-z]\w*)\s*\([^;{}]*\)[^;{}]*\{")
TOKENS = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)" |
        "(?:\\.|[^"\\\n])*" | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL | re.VERBOSE,
)


def blanked(text):
    """The code with comments, strings and characters as blanks; every line stays where it is."""
    return TOKENS.sub(lambda token: re.sub(r"[^\n]", " ", token[0]), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def body_after(code, offset):
    """The text between the next brace and the one that closes it."""
    start = code.find("{", offset)
    depth = 0
    for brace in re.finditer(r"[{}]", code[start:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return code[start : start + brace.start()]
    return code[start:]


def tests_without_assertion(code):
    """(line, name) of each test that asserts nothing, itself or in a function of the same file."""
    bodies = {}
    for function in FUNCTION.finditer(code):
        bodies[function[1]] = bodies.get(function[1], "") + body_after(code, function.end() - 1)
    asserting = {name for name, body in bodies.items() if ASSERTION.search(body)}
    grown = True
    while grown:
        calls = re.compile(r"\b(?:%s)\b" % "|".join(sorted(asserting) or [r"(?!)"]))
        more = {name for name, body in bodies.items() if calls.search(body)} - asserting
        asserting |= more
        grown = bool(more)
    calls = re.compile(r"\b(?:%s|expect_\w+|check_\w+)\b" % "|".join(sorted(asserting) or [r"(?!)"]))
    for test in TEST.finditer(code):
        body = body_after(code, test.end())
        if not ASSERTION.search(body) and not calls.search(body):
            yield line_of(code, test.start(1)), re.sub(r"\s+", " ", test[2])


def is_for_tests(path):
    return path.stem.endswith(("_test", "_test_support")) or path.parent.name == "test_support"


def check_file(path):
    text = path.read_text(errors="replace")
    code = blanked(text)
    findings = []
    in_program = [] if is_for_tests(path) else BANNED_IN_PROGRAM
    for source, rules in ((code, BANNED), (code, in_program), (text, BANNED_ANYWHERE)):
        for pattern, reason in rules:
            for hit in re.finditer(pattern, source):
                findings.append((line_of(source, hit.start()), f"{hit[0].strip()}: {reason}"))
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include and not include[1].startswith(("portique/", "e2e/")):
            findings.append((number, f'"{include[1]}": our includes start with "portique/"'))
    if len(lines) > LONGEST_FILE:
        findings.append((LONGEST_FILE, f"{len(lines)} lines; a file has at most {LONGEST_FILE}"))
    if path.suffix == ".h" and "#pragma once" not in lines:
        findings.append((1, "a header needs #pragma once"))
    if UNNAMED.match(path.stem.removesuffix("_test")):
        findings.append((1, f"{path.name} does not say what it holds"))
    if path.stem.endswith("_test"):
        findings += [
            (line, f"{name}: a test that asserts nothing cannot fail")
            for line, name in tests_without_assertion(code)
        ]
    return [f"{path}:{line}: {reason}" for line, reason in sorted(findings)]


def unlisted_sources(root):
    """Sources that no CMakeLists.txt names: they are not built, and their tests never run."""
    for path in sorted((root / "src").rglob("*.cc")):
        lists = [folder / "CMakeLists.txt" for folder in path.parents if folder.is_relative_to(root)]
        names = {
            word
            for listing in lists
            if listing.exists()
            for word in re.split(r"[\s()\"]+", listing.read_text())
        }
        if not any(word == path.name or word.endswith("/" + path.name) for word in names):
            yield f"{path}:1: no CMakeLists.txt names this file"


def check(root):
    paths = [
        path
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in (".h", ".cc", ".c") and "testdata" not in path.parts
    ]
    findings = [finding for path in paths for finding in check_file(path)]
    return findings + list(unlisted_sources(root)), len(paths)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    findings, files = check(root)
    for finding in findings:
        print(finding)
    print(f"conventions: {files} files, {len(findings)} findings")
    return 1 if findings or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
