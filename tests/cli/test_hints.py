"""What messages and documents tell people to run is a command that there is, and can be pasted as it is."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import zato
from zato.cli.main import cli

PACKAGE = Path(zato.__file__).parent
REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*(REPOSITORY / "docs").glob("*.md"), REPOSITORY / "README.md"])
# Numbers, and what is made of letters, digits and hyphens by whatever makes it
PLAIN = {
    "each",
    "each.id",
    "each['next']",
    "deployment_id",
    "found['next']",
    "kept",
    "kind",
    "name",
    "next(iter(types))",
    "new.name",
    "number",
    "prog",
    "server",
    "token.id",
    "to_revision",
    "_PORT",
}
COMMAND = re.compile(r"\bzato((?: (?:--home|--json)(?:[ =]\S+)?)* [a-z][a-z0-9-]*(?: [^`\"';\n]*)?)")
MARK = "\x00"


def texts(tree: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    """Each string with a mark in place of each value that is put in, and these values."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(child) for child in ast.walk(node) if child is not node}
            if id(node) not in inside:
                values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
                parts = [str(part.value) if isinstance(part, ast.Constant) else MARK for part in node.values]
                yield "".join(parts), [part.value for part in values]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value, []


def resolved(text: str) -> tuple[click.Command, list[str]] | None:
    """The command of a hint, and the words after it; None where it does not begin with one."""
    words = [word for word in text.split() if not word.startswith(("--home", "--json"))]
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        if not words:
            return None
        found = command.get_command(context, words[0].rstrip(".,:)|"))
        if found is None:
            return None
        command, words = found, words[1:]
    return command, words


def problems(text: str) -> list[str]:
    """What is wrong with the commands in a text."""
    found = []
    for hint in COMMAND.findall(text):
        first = hint.split()[0].rstrip(".,:)|")
        if first not in cli.list_commands(click.Context(cli)):
            continue  # a sentence about Zato
        group = cli.get_command(click.Context(cli), first)
        known = resolved(hint)
        if known is None:
            words = hint.split()
            alternatives = words[1].rstrip(".,:)").split("|") if len(words) > 1 else []
            if (
                len(words) > 1
                and isinstance(group, click.Group)
                and re.fullmatch(r"[a-z-]+", words[1])
                and "-" in words[1]
            ):
                found.append(f"zato{hint}: there is no such command")
            found += [
                f"zato{hint}: there is no {one}"
                for one in alternatives
                if len(alternatives) > 1
                and isinstance(group, click.Group)
                and group.get_command(click.Context(cli), one) is None
            ]
            continue
        command, rest = known
        options = {one for parameter in command.params for one in (*parameter.opts, *parameter.secondary_opts)}
        options |= {"--help", "--json", "--home"}
        for word in " ".join(rest).partition(", ")[0].split():
            if word.startswith("--") and (name := re.match(r"--[a-z-]+", word)) and name[0] not in options:
                found.append(f"zato{hint}: there is no option {name[0]}")
    return found


def test_commands_in_messages_are_commands_that_there_are() -> None:
    seen = 0
    for path in PACKAGE.rglob("*.py"):
        for text, _ in texts(ast.parse(path.read_text(encoding="utf-8"))):
            seen += len(COMMAND.findall(text))
            assert problems(text) == [], path
    assert seen > 100


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_in_documents_are_commands_that_there_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"(?m)^(?: {4}|\$ )(.*)$", text)]
    assert [each for line in shown for each in problems(line.partition(" # ")[0])] == []


def test_values_in_commands_of_messages_are_quoted() -> None:
    seen = 0
    for path in PACKAGE.rglob("*.py"):
        for text, values in texts(ast.parse(path.read_text(encoding="utf-8"))):
            for found in COMMAND.finditer(text):
                if MARK not in found[0] or resolved(found[1].replace(MARK, "x")) is None:
                    continue
                before = text[: found.start()].count(MARK)
                for value in values[before : before + found[0].partition(". ")[0].count(MARK)]:
                    written = ast.unparse(value)
                    assert written.startswith(("quote(", "shlex.join(")) or written in PLAIN, (path.name, text, written)
                    seen += 1
    assert seen > 20


@pytest.mark.parametrize("home", ["/srv/a b/z", "/srv/it's", "/srv/$(reboot)"])
def test_a_hint_with_an_awkward_directory_is_the_command_that_is_meant(
    tmp_path: Path, home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / home.lstrip("/")
    with pytest.raises(SystemExit):
        from zato.cli.main import main

        main(["--home", str(directory), "status"])
    hint = capsys.readouterr().err.partition("To create one: ")[2].strip()
    assert shlex.split(hint) == ["zato", "quickstart", "create", str(directory)]
