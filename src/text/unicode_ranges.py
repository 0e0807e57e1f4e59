#!/usr/bin/env python3
"""Writes unicode_ranges.inc from UnicodeData.txt and PropList.txt (Debian: apt-get install unicode-data).

usage: unicode_ranges.py [FOLDER] > unicode_ranges.inc        FOLDER: /usr/share/unicode
"""
import re
import sys
from pathlib import Path

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")


def ranges_of_categories(first_letter):
    """General categories L* or N* as a list of (first, last); "<..., First>" and "<..., Last>" lines span a block."""
    points, first = [], None
    for line in (folder / "UnicodeData.txt").read_text().splitlines():
        code, name, category = line.split(";")[:3]
        code = int(code, 16)
        if name.endswith(", First>"):
            first = code
            continue
        if category.startswith(first_letter):
            points.append((first if name.endswith(", Last>") else code, code))
    return points


def white_space():
    lines = re.findall(r"^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*; White_Space\b", (folder / "PropList.txt").read_text(), re.M)
    return [(int(a, 16), int(b or a, 16)) for a, b in lines]


def merged(ranges):
    out = []
    for a, b in sorted(ranges):
        if out and out[-1][1] + 1 == a:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


version = re.search(r"PropList-([\d.]+)\.txt", (folder / "PropList.txt").read_text()).group(1)
print(f"// Unicode {version}: ranges of code points, first and last. Made by unicode_ranges.py; do not edit.")
print("// clang-format off")
print(f'inline constexpr std::string_view kUnicodeVersion = "{version}";')
for name, ranges in (("kLetters", ranges_of_categories("L")), ("kNumbers", ranges_of_categories("N")),
                     ("kWhiteSpace", white_space())):
    ranges = merged(ranges)
    print(f"inline constexpr CodePointRange {name}[] = {{")
    row = "   "
    for a, b in ranges:
        cell = f" {{0x{a:X}, 0x{b:X}}},"
        if len(row) + len(cell) > 118:
            print(row)
            row = "   "
        row += cell
    print(row + "\n};")
print("// clang-format on")
