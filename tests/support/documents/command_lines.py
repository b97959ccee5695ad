"""What commands are made of: enough to tell that they exist, and whether two are the same but for their values."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import click

from zato.cli.main import cli

_ENDS = {"&&", "||", ";", "|", "&"}
# Programs that run the one that is meant
_RUNNERS = re.compile(r"\b(?:sudo -u \w+|timeout -s INT \d+) ")
_ASSIGNMENT = re.compile(r"[A-Z_]+=")
# A name in capitals, a number, an identifier: what people put something of their own in the place of
_VALUE = re.compile(r"(?<![A-Za-z-])[A-Z][A-Z_]*(?![a-z_])|\d+")


@dataclass(frozen=True, slots=True)
class Shape:
    """A command without its values. Of zato's, `words` are the command's and `options` those that are used."""

    words: tuple[str, ...]
    options: frozenset[str] = frozenset()

    def covers(self, other: Shape) -> bool:
        """Whether who runs this one has shown that the other one works. A rehearsal shows itself alone."""
        rehearses = "--dry-run" in self.options and "--dry-run" not in other.options
        return other.begins(self) and self.options >= other.options and not rehearses

    def begins(self, other: Shape) -> bool:
        """Whether the other one is this one and more."""
        return other.words[: len(self.words)] == self.words


@cache
def shapes(command: str) -> tuple[Shape, ...]:
    """Those of all commands in it. Raises AssertionError where zato has no such command or option."""
    return tuple(_shape(words) for words in _simple(command))


def _simple(command: str) -> Iterator[list[str]]:
    """The words of each command of a pipeline or list, programs by their names."""
    for inner in re.findall(r"\$\(([^()]*)\)", command):
        yield from _simple(inner)
    command = _RUNNERS.sub("", command)
    text = re.sub(r"<<(\w+)\n.*", "", command, flags=re.DOTALL).replace("\\\n", " ")
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    tokens = [*lexer, ";"]
    for number, token in enumerate(tokens):
        if token in _ENDS:
            if words:
                yield words
            words = []
        elif token[0] in "<>" or (number and tokens[number - 1][0] in "<>" and tokens[number - 1] != "<>"):
            continue  # where it reads and writes
        elif words or not _ASSIGNMENT.match(token):
            words.append(token if words else token.removeprefix(".venv/bin/"))


def _shape(words: Sequence[str]) -> Shape:
    if words[0] != "zato":
        return Shape(tuple(_VALUE.sub("*", word) for word in words))
    return _of_zato(words[1:])


def _of_zato(words: Sequence[str]) -> Shape:
    command: click.Command = cli
    path, options, arguments = ["zato"], set(), 0
    parameters = list(cli.params)
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("-") and word not in ("-", "--"):
            name = word.partition("=")[0]
            option = next((each for each in parameters if name in (*each.opts, *each.secondary_opts)), None)
            if name in ("--help", "--version"):
                continue
            assert isinstance(option, click.Option), f"zato has no {name} for {' '.join(path)}: {' '.join(words)}"
            if option.name not in ("home", "as_json"):
                options.add(option.opts[0])
            if not option.is_flag and "=" not in word:
                assert rest, f"{name} takes a value: {' '.join(words)}"
                rest.pop(0)
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"There is no command {' '.join([*path, word])}"
            command = found
            path.append(word)
            parameters += command.params
        else:
            arguments += 1
    takes = [each for each in command.params if isinstance(each, click.Argument)]
    if not any(each.nargs == -1 for each in takes):
        assert arguments <= len(takes), f"{' '.join(path)} takes {len(takes)} arguments: {' '.join(words)}"
    return Shape(tuple(path), frozenset(options))
