"""Every command in the documentation: there is such a command, and who runs it is known."""

from __future__ import annotations

import importlib.util
import subprocess

import pytest

from support.documents.command_lines import Shape, shapes
from support.documents.not_run import NOT_RUN
from support.documents.planning import planned, whole_plan
from support.documents.reading import REPOSITORY, Step, pages, steps, steps_of
from support.documents.running import fits
from support.documents.written import key, witnesses, written

COMMANDS = [step for page in pages() for step in steps(page) if step.is_command]


@pytest.mark.parametrize("page", pages())
def test_each_block_of_a_page_says_what_it_is_and_each_command_and_option_exists(page: str) -> None:
    for step in steps(page):
        if step.is_command:
            assert shapes(step.name), step.place


def test_there_is_each_target_of_make_and_each_module_of_python() -> None:
    found = {shape.words for step in COMMANDS for shape in shapes(step.name)}
    makes = {words for words in found if words[0] == "make"}
    assert len(makes) > 10
    for words in makes:
        subprocess.run(["make", "-n", *words[1:]], cwd=REPOSITORY, check=True, capture_output=True)
    modules = {words[2] for words in found if words[:2] == ("python", "-m") and not words[2].startswith("test_")}
    assert {"zato.config.reference", "benchmarks.show"} <= modules
    # What is in the checkout, and what is installed
    places = {module: REPOSITORY.joinpath(*module.split(".")) for module in modules}
    here = {module for module, place in places.items() if place.is_dir() or place.with_suffix(".py").is_file()}
    assert [module for module in modules - here if importlib.util.find_spec(module) is None] == []


def test_each_command_is_run_by_a_test_or_listed_with_a_reason() -> None:
    plan = whole_plan()
    assert [step.place for step in plan.nobody] == [], (
        "Nobody runs these: give their page a stage (support/documents/stages.py), have another test take them by "
        "written(), or, where no test can run them, say why in support/documents/not_run.py"
    )
    everything = (*plan.here, *plan.elsewhere, *plan.listed, *plan.mentioned)
    assert sorted(step.place for step in everything) == sorted(step.place for step in COMMANDS)


def test_no_reason_is_left_of_a_command_that_is_gone_or_that_is_run() -> None:
    listed = {shape for step in whole_plan().listed for shape in shapes(step.name)}
    needless = [each for each in NOT_RUN if not any(shapes(each)[0].begins(shape) for shape in listed)]
    assert needless == []


def test_what_other_tests_run_is_in_the_pages() -> None:
    there = {(step.page, key(step)) for step in COMMANDS}
    assert set(witnesses()) - there == set()
    with pytest.raises(AssertionError, match="has no command 'zato server vanish'"):
        written("docs/cluster.md", " ".join(("zato", "server", "vanish")))


UPDATE = Step("shell", "apt update && zato status", "", "docs/a.md", 3)
REHEARSAL = Step("shell", "zato config rollback 5 --dry-run", "", "docs/b.md")
BLOCK = Step("shell", "zato server ready 2", "", "docs/a.md", 1)
SENTENCE = Step("inline", "zato config rollback N", "", "docs/a.md", 2)


@pytest.mark.parametrize(
    ("steps", "staged", "elsewhere", "not_run", "forgotten"),
    [
        ([BLOCK], [], [], [], [BLOCK]),
        ([BLOCK], ["docs/a.md"], [], [], []),
        ([BLOCK], [], [("docs/a.md", BLOCK.name)], [], []),
        ([BLOCK], [], [("docs/b.md", BLOCK.name)], [], [BLOCK]),
        ([BLOCK], [], [], ["zato server ready"], []),
        ([BLOCK], [], [], ["zato server drain"], [BLOCK]),
        ([SENTENCE], [], [], [], [SENTENCE]),
        ([SENTENCE], ["docs/a.md"], [], [], []),
        ([SENTENCE, Step("shell", "zato config rollback 5", "", "docs/b.md")], ["docs/b.md"], [], [], []),
        # A rehearsal is not the thing itself
        (
            [SENTENCE, Step("shell", "zato config rollback 5 --dry-run", "", "docs/b.md")],
            ["docs/b.md"],
            [],
            [],
            [SENTENCE],
        ),
        # Each command of several
        (
            [Step("shell", "apt update && zato status", "")],
            [],
            [],
            ["apt update"],
            [Step("shell", "apt update && zato status", "")],
        ),
    ],
)
def test_a_command_that_nobody_runs_is_found(
    steps: list[Step], staged: list[str], elsewhere: list[tuple[str, str]], not_run: list[str], forgotten: list[Step]
) -> None:
    assert [*planned(steps, staged=staged, run_elsewhere=elsewhere, not_run=not_run).nobody] == forgotten


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("zato service roll-back hello.py", "service roll-back"),
        ("zato service rollback hello.py --back-to 5", "--back-to"),
        ("zato config list | .venv/bin/zato kinds", "zato kinds"),
        ("sudo -u jane zato state", "zato state"),
        ("zato server drain 2 3 4", "takes 1 arguments"),
    ],
)
def test_what_zato_does_not_have_is_found(command: str, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        shapes(command)


def test_a_page_is_read_in_its_order() -> None:
    page = """Run `zato status`:

```console
$ zato whoami
admin
$ echo a \\
  b
a b
```

- and then

  ```shell
  cat >file <<END
  # of the file
  END
  zato server drain 2     # for a while
  ```

and `zato`, `config` or `zato.toml`.
"""
    assert steps_of(page) == [
        Step("inline", "zato status", "", line=1),
        Step("console", "zato whoami", "admin\n", line=4),
        Step("console", "echo a \\\n  b", "a b\n", line=6),
        Step("shell", "cat >file <<END\n# of the file\nEND", "", line=14),
        Step("shell", "zato server drain 2", "", line=17),
    ]


@pytest.mark.parametrize(
    "page", ["Run it:\n\n    zato status\n", "```bash\nzato status\n```\n", "```\nzato status\n```\n"]
)
def test_a_block_that_would_not_be_looked_at_is_refused(page: str) -> None:
    with pytest.raises(AssertionError, match="block"):
        steps_of(page)


def test_the_shape_of_a_command_is_what_is_left_without_its_values() -> None:
    assert shapes(".venv/bin/zato --home x service rollback NAME.py --to=5 --json") == (
        Shape(("zato", "service", "rollback"), frozenset({"--to"})),
    )
    assert shapes("A=1 systemctl restart zato-server@N && apt update > log") == (
        Shape(("systemctl", "restart", "zato-server@*")),
        Shape(("apt", "update")),
    )
    assert shapes('eval "$(zato completion bash)"')[0] == Shape(("zato", "completion"))


@pytest.mark.parametrize(
    ("expected", "found", "fitting"),
    [
        ("a\n...\nb", "a\n1\n2\nb\n", True),
        ("a ... b", "a 1 b  \n", True),
        ("a  ... c", "a b    c", True),
        ("a", "a\nb", False),
        ("a b", "ab", False),
        ("a.b", "a-b", False),
        ("", "anything", False),
        ("since 2026-11-30 03:00 UTC", "since 2027-01-02 13:55:01 UTC", True),
        ("since 2026-11-30 03:00 UTC", "since long ago UTC", False),
    ],
)
def test_what_is_shown_and_what_is_found_are_compared_whole(expected: str, found: str, fitting: bool) -> None:
    assert fits(expected, found) is fitting
