#!/usr/bin/python3
"""Writes src/portique/report/display_width_tables.h from Python's copy of the Unicode database."""

import unicodedata

BANNER = """#pragma once

// Written by tools/generate/display_width_tables.py from Unicode {version}; do not edit.
// Unassigned characters between two of a kind count as of that kind, which keeps the tables short.

#include <array>
#include <cstdint>

namespace portique::report {{

struct CodePointRange {{
  std::uint32_t first;
  std::uint32_t last;
}};
"""


def ranges(is_member):
    """First and last of each run of members; unassigned characters do not end a run."""
    found = []
    in_run = False
    for code in range(0x110000):
        if is_member(code):
            if in_run:
                found[-1][1] = code
            else:
                found.append([code, code])
            in_run = True
        elif unicodedata.category(chr(code)) != "Cn":
            in_run = False
    return found


def is_wide(code):
    char = chr(code)
    return unicodedata.category(char) != "Cn" and unicodedata.east_asian_width(char) in "WF"


def is_zero_width(code):
    """Combining marks, and the vowels and finals that join a Hangul syllable."""
    return unicodedata.category(chr(code)) in ("Mn", "Me") or 0x1160 <= code <= 0x11FF


def table(name, comment, members):
    lines = [f"\n/// {comment}", f"inline constexpr std::array<CodePointRange, {len(members)}> {name}{{{{"]
    line = "   "
    for first, last in members:
        item = f" {{0x{first:X}, 0x{last:X}}},"
        if len(line) + len(item) > 100:
            lines.append(line)
            line = "   "
        line += item
    lines += [line, "}};"]
    return "\n".join(lines) + "\n"


def main():
    with open("src/portique/report/display_width_tables.h", "w", encoding="ascii") as out:
        out.write("// clang-format off\n")
        out.write(BANNER.format(version=unicodedata.unidata_version))
        out.write(table("kWide", "East Asian wide and full-width: two columns.", ranges(is_wide)))
        out.write(table("kZeroWidth", "No column of their own.", ranges(is_zero_width)))
        out.write("\n} // namespace portique::report\n")


main()
