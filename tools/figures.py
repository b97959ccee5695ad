"""How large the files of the product are, and how they are named: python3 tools/figures.py [DIRECTORY]"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

SMALL_LINES = 25
_WITHOUT_SUBJECT = ("__init__.py", "__main__.py")


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "usr/lib/zato/zato")
    lines = {path.relative_to(root): len(path.read_text(encoding="utf-8").splitlines()) for path in root.rglob("*.py")}
    subjects = {path: count for path, count in lines.items() if path.name not in _WITHOUT_SUBJECT}
    packages = defaultdict(list)
    for path in sorted(subjects):
        packages[path.name].append(str(path.parent))
    small = sorted(path for path, count in subjects.items() if count <= SMALL_LINES)
    several = {name: found for name, found in packages.items() if len(found) > 1}
    longest = max(lines, key=lambda path: lines[path])
    print(f"Files: {len(lines)}, {sum(lines.values())} lines")
    print(f"Median: {median(lines.values()):.0f} lines; longest: {longest}, {lines[longest]}")
    print(f"Of {SMALL_LINES} lines or fewer, __init__.py and __main__.py aside: {len(small)}")
    for path in small:
        print(f"    {path} {lines[path]}")
    print(f"Names in more than one package: {len(several)}")
    for name, found in sorted(several.items()):
        print(f"    {name} in {', '.join(found)}")


if __name__ == "__main__":
    main()
