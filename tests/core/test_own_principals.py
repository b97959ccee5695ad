"""Names of Zato's own principals."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import zato
from zato.core.own_principals import Component, is_own, server_principal


@pytest.mark.parametrize("name", ["anonymous", "restore", "Restore", "enrolment", server_principal(12), "SERVER-1"])
def test_names_of_zatos_own_are_known_in_whatever_case(name: str) -> None:
    assert is_own(name)


@pytest.mark.parametrize("component", Component)
def test_components_are_some_of_them(component: Component) -> None:
    assert is_own(component)


@pytest.mark.parametrize("name", ["admin", "jane", "server", "server-a", "my-server-1", "hosts"])
def test_others_may_have_other_names(name: str) -> None:
    assert not is_own(name)


def test_whoever_changes_something_for_zato_has_one_of_these_names() -> None:
    """A name that is written where it is used is in no list."""
    written = set()
    for path in Path(zato.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("Author"), args=[ast.Constant() | ast.JoinedStr(), *_]):
                    written.add(f"{path.name}:{node.lineno}")
                case ast.keyword(arg="principal", value=ast.Constant(value=str()) | ast.JoinedStr()):
                    written.add(f"{path.name}:{node.value.lineno}")
    assert written == set()
