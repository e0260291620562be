#!/usr/bin/env python3
"""Tests of the lint scripts: each rule finds its breach, names the line, and lets good code pass."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import conventions  # noqa: E402
import layers  # noqa: E402

TABLE = "0 base\n1 model\n2 archive\n2 version archive # why\n3 scan\n"


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("tools/lint/layers.txt", TABLE)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def assert_one(self, findings, place, words):
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(place, findings[0])
        self.assertIn(words, findings[0])


class Layers(Tree):
    def errors(self):
        return layers.check(self.root)[0]

    def include(self, source, target):
        self.write(f"src/portique/{source}", f'#pragma once\n#include "portique/{target}"\n')

    def test_lower_floors_and_allowed_siblings_pass(self):
        self.include("scan/a.cc", "base/b.h")
        self.include("version/a.h", "archive/b.h")
        self.include("model/a.h", "model/b.h")
        self.include("scan/a_test.cc", "test_support/t.h")
        self.assertEqual(self.errors(), [])

    def test_a_higher_floor_is_refused(self):
        self.include("base/a.cc", "model/b.h")
        self.assert_one(self.errors(), "base/a.cc:2:", "stands above")

    def test_a_sibling_is_refused(self):
        self.include("archive/a.h", "version/b.h")
        self.assert_one(self.errors(), "archive/a.h:2:", "does not allow")

    def test_unknown_modules_are_refused(self):
        self.include("scan/a.h", "nowhere/b.h")
        self.assert_one(self.errors(), "scan/a.h:2:", "no line")
        self.write("src/portique/scan/a.h", "")
        self.write("src/portique/novel/a.h", "")
        self.assert_one(self.errors(), "novel/a.h:1:", "no line")

    def test_test_support_is_for_tests(self):
        self.include("scan/a.cc", "test_support/t.h")
        self.assert_one(self.errors(), "scan/a.cc:2:", "tests alone")

    def test_circles_of_headers_are_refused(self):
        self.include("base/a.h", "base/b.h")
        self.include("base/b.h", "base/c.h")
        self.include("base/c.h", "base/a.h")
        self.assert_one(self.errors(), "a.h:2:", "base/a.h -> base/b.h -> base/c.h -> base/a.h")

    def test_a_bad_table_is_refused(self):
        self.write("tools/lint/layers.txt", "0 base\n0 base\nfloor model\n1 scan base\n")
        self.assertEqual(len(self.errors()), 3)
        self.write("tools/lint/layers.txt", "1 a b\n1 b a\n")
        self.assert_one(self.errors(), "layers.txt", "a -> b -> a")


class Conventions(Tree):
    def findings(self, text, name="src/portique/base/a.cc"):
        self.write("src/portique/base/CMakeLists.txt", "a.cc a_test.cc utils.cc")
        self.write(name, text)
        return conventions.check(self.root)[0]

    def test_banned_calls(self):
        for code in (
            "std::regex r;",
            "#include <regex>",
            "int x = atoi(t);",
            "auto x = std::stoi(t);",
            "auto x = ::strtoul(t, 0, 10);",
            "using namespace std;",
            "int x = system(command);",
            "// TODO later",
            '#include "../b.h"',
            '#include "b.h"',
        ):
            with self.subTest(code):
                self.assert_one(self.findings("\n" + code + "\n"), "a.cc:2:", "")

    def test_words_in_comments_and_strings_pass(self):
        good = (
            "// never atoi(x) nor std::regex\n"
            'auto s = "std::stoi(x)" R"(using namespace std)";\n'
            "auto n = 1'000'000; auto c = '\"'; /* strtol( */\n"
            "using namespace std::chrono_literals;\n"
            "table.atoi(x); restore(x); #include <system_error>\n"
        )
        self.assertEqual(self.findings(good), [])

    def test_files(self):
        self.assert_one(self.findings("\n" * 801), "a.cc:800:", "801 lines")

    def test_names_say_what_a_file_holds(self):
        self.assert_one(self.findings("", "src/portique/base/utils.cc"), "utils.cc:1:", "say what")

    def test_headers_need_pragma_once(self):
        self.assert_one(self.findings("int x;\n", "src/portique/base/a.h"), "a.h:1:", "pragma once")

    def test_sources_must_be_listed(self):
        self.assert_one(self.findings("", "src/portique/base/lost.cc"), "lost.cc:1:", "no CMake")

    def test_tests_need_an_assertion(self):
        test = "TEST(A, B) {\n  run();\n}\n"
        name = "src/portique/base/a_test.cc"
        self.assert_one(self.findings(test, name), "a_test.cc:1:", "A, B")
        for good in (
            "TEST(A, B) { EXPECT_TRUE(run()); }",
            "void verify() { ASSERT_EQ(1, 1); }\nvoid go() { verify(); }\nTEST(A, B) { go(); }",
        ):
            with self.subTest(good):
                self.assertEqual(self.findings(good, name), [])


if __name__ == "__main__":
    unittest.main()
