"""How large the product's files are, and how they are named: `make figures`.

A name counts that several packages have for a module. Many are meant so: the same subject in the database, the admin
API, its client and the command line, and the same parts in the room of each protocol and in both agents.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median

CHECKOUT = Path(__file__).resolve().parents[1]
PRODUCT = CHECKOUT / "usr" / "lib" / "zato" / "zato"
SMALL_LINES = 25
_WITHOUT_SUBJECT = ("__init__.py", "__main__.py")
# In these, files have the names of what they are about
_BY_SUBJECT = (
    "admin_api",
    "admin_api/schemas",
    "cli",
    "client",
    "config/kinds",
    "doctor",
    "metrics",
    "odb",
    "odb/tables",
)
_ALIKE = ("agent/haproxy", "agent/lighttpd", "agent/managed", "connector/http", "connector/rest", "connector/sql")


def main() -> None:
    sys.path.insert(0, str(CHECKOUT / "tests"))
    from test_structure import PACKAGES, circle

    lines = {
        path.relative_to(PRODUCT): len(path.read_text(encoding="utf-8").splitlines()) for path in PRODUCT.rglob("*.py")
    }
    longest = max(lines, key=lambda path: lines[path])
    subjects = {path: count for path, count in lines.items() if path.name not in _WITHOUT_SUBJECT}
    small = sorted(path for path, count in subjects.items() if count <= SMALL_LINES)
    packages = defaultdict(set)
    for path in subjects:
        packages[path.name].add(str(path.parent))
    several = {name: found for name, found in packages.items() if len(found) > 1}
    by_accident = {name: found for name, found in several.items() if len({_rooms(each) for each in found}) > 1}
    print(f"Files: {len(lines)}, {sum(lines.values())} lines")
    print(f"Median: {median(subjects.values()):.0f} lines; longest: {longest}, {lines[longest]}")
    print(f"Of {SMALL_LINES} lines or fewer, but for __init__.py and __main__.py: {len(small)}")
    _list(f"{path} {subjects[path]}" for path in small)
    print(f"Names in more than one package: {len(several)}, and not by subject or by room: {len(by_accident)}")
    _list(f"{name} in {', '.join(sorted(found))}" for name, found in sorted(by_accident.items()))
    print(f"Circle of imports: {' -> '.join(circle(PACKAGES) or ['none'])}")


def _rooms(package: str) -> str:
    """Packages whose files are named alike on purpose are one."""
    return "by subject" if package in _BY_SUBJECT else "alike" if package in _ALIKE else package


def _list(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"    {line}")


if __name__ == "__main__":
    main()
