"""What a declaration of packages may say."""

from __future__ import annotations

import time

import pytest

from zato.core.requirements import merged, requirements_in, without


@pytest.mark.parametrize(
    "line",
    [
        "requests",
        "requests==2.32.0",
        "requests >=2, <3",
        "requests[socks,security]~=2.32",
        "requests>=2; python_version < '3.12'",
        "ruamel.yaml===0.18",
        "numpy (>=1.26)",
        f"requests==2.32.0 --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}",
        "requests==2.0+local.1 # a comment",
    ],
)
def test_packages_are_declared_as_in_a_requirements_file(line: str) -> None:
    found, wrong = requirements_in(line)
    assert (len(found), wrong) == (1, [])


@pytest.mark.parametrize(
    "line",
    [
        "-r other.txt",
        "-e .",
        "--index-url https://evil.example.com",
        "requests --index-url https://evil.example.com",
        "requests @ https://evil.example.com/requests.whl",
        "https://evil.example.com/requests.whl",
        "git+https://evil.example.com/requests",
        "./requests",
        "../requests.whl",
        "/tmp/requests.whl",
        "file:///tmp/requests.whl",
        "requests==2 --global-option=x",
        "requests==2 --hash=md5:abc",
        "${SECRET}",
        "-",
        "requests==$(id)",
        "requests\x00",
        "r" * 200,
    ],
)
def test_nothing_makes_pip_do_something_else(line: str) -> None:
    found, wrong = requirements_in(f"fine\n{line}\n")
    assert ([each.name for each in found], len(wrong)) == (["fine"], 1)


def test_lines_go_on_after_a_backslash_and_empty_ones_are_none() -> None:
    found, wrong = requirements_in(f"\n# packages\nrequests==2.32.0 \\\n    --hash=sha256:{'a' * 64}\n\n")
    assert ([(each.name, each.has_hashes) for each in found], wrong) == ([("requests", True)], [])


def test_one_name_is_declared_once_however_it_is_spelt() -> None:
    assert requirements_in("Ruamel.Yaml\nruamel-yaml>1")[1] == ["ruamel-yaml is declared twice"]
    added = requirements_in("Ruamel_Yaml>=2\nb")[0]
    assert merged("ruamel.yaml==1\na\n", added) == "a\nb\nRuamel_Yaml>=2\n"
    assert without("ruamel.yaml==1\na\n", ["Ruamel-YAML"]) == "a\n"


@pytest.mark.parametrize(
    "text", ["a;" + "x " * 50_000 + "$", "a" + " " * 100_000 + "$", "a==1" + ",==1" * 20_000 + "$"]
)
def test_a_long_line_costs_no_time(text: str) -> None:
    started = time.thread_time()
    assert requirements_in(text)[1]
    assert time.thread_time() - started < 1


def test_many_lines_cost_no_time() -> None:
    text = "".join(f"a{number}\n" for number in range(15_000))
    started = time.thread_time()
    assert requirements_in(text)[1] == ["there are more than 500 packages"]
    assert time.thread_time() - started < 1
