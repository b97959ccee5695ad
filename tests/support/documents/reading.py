"""What a page has in it to be done, in the order in which it stands there. Nothing is run here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
LANGUAGES = {"console", "shell", "python", "log", "ini", "json", "text", "toml", "yaml"}
"""Of blocks. A `console` has prompts, with what is printed below; each line of a `shell` is a command."""
PROGRAMS = {
    *("zato", "make", "python", "apt", "apt-get", "autopkgtest", "cat", "cp", "curl", "dpkg", "eval", "gpg"),
    *("journalctl", "kill", "mv", "openssl", "rabbitmq-queues", "rabbitmqctl", "rm", "sed", "sqlite3", "sudo"),
    *("systemctl", "tar", "vagrant"),
}
"""What makes a piece of code within a sentence a command."""

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:\A|\n\n)    [^\n]+")
_SPAN = re.compile(r"`([^`]+)`")
_COMMENT = re.compile(r"\s+# .*$")
_HERE = re.compile(r"<<(\w+)")


@dataclass(frozen=True, slots=True)
class Step:
    """A file to write (`kind` is python), a command (console, shell, or inline: within a sentence), or lines of the
    cluster's log (log). `text` is the file, what the command prints where that is shown, or the lines; in it, `...`
    stands for anything.
    """

    kind: str
    name: str
    text: str
    page: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}: {self.name}"

    @property
    def is_command(self) -> bool:
        return self.kind in ("console", "shell", "inline")


def pages() -> list[str]:
    """All pages for users, by their paths in the repository."""
    found = [*REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("examples/*/*.md")]
    return ["README.md", "HACKING.md", *sorted(str(path.relative_to(REPOSITORY)) for path in found)]


@cache
def steps(page: str) -> tuple[Step, ...]:
    """Everything that the page has to be done."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return tuple(replace(step, page=page) for step in steps_of(text))


def steps_of(document: str) -> list[Step]:
    """The same of any text. Raises AssertionError, with the line, where it does not say what its blocks are."""
    found = []
    for block in _FENCE.finditer(document):
        line = document.count("\n", 0, block.start()) + 1
        indent, language, text = block.groups()
        assert language in LANGUAGES, f"Line {line}: a block is one of {sorted(LANGUAGES)}, not {language!r}"
        text = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
        found += [replace(step, line=line + step.line) for step in _of_block(language, text)]
    prose = _FENCE.sub(lambda block: "\n" * block[0].count("\n"), document)
    unfenced = _INDENTED.search(prose)
    assert unfenced is None, f"A block without a fence, which would not be run: {unfenced and unfenced[0].strip()}"
    for span in _SPAN.finditer(prose):
        command = " ".join(span[1].split())
        program, _, more = command.partition(" ")
        if more and program.removeprefix(".venv/bin/") in PROGRAMS:
            found.append(Step("inline", command, "", line=prose.count("\n", 0, span.start()) + 1))
    return sorted(found, key=lambda step: step.line)


def _of_block(language: str, text: str) -> Iterator[Step]:
    if language == "python":
        named = re.match(r"# (\w+\.py)\n", text)
        if named:
            yield Step("python", named[1], text, line=1)
    elif language == "log":
        yield Step("log", "", text, line=1)
    elif language == "console":
        for found in re.finditer(r"^[$#] ((?:.*\\\n)*.*\n)((?:(?![$#] ).*\n)*)", text, re.MULTILINE):
            yield Step("console", found[1].rstrip("\n"), found[2], line=text.count("\n", 0, found.start()) + 1)
    elif language == "shell":
        yield from _of_shell(text.splitlines())


def _of_shell(lines: list[str]) -> Iterator[Step]:
    """Each line, with those that it goes on in; comments behind commands are for people."""
    number = 0
    while number < len(lines):
        first = number
        command = [lines[number]]
        here = _HERE.search(lines[number])
        while (command[-1] != here[1]) if here else command[-1].endswith("\\"):
            number += 1
            command.append(lines[number])
        number += 1
        text = "\n".join(command) if len(command) > 1 else _COMMENT.sub("", command[0])
        if text.strip() and not text.lstrip().startswith("# "):
            yield Step("shell", text, "", line=first + 1)
