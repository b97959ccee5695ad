"""Which names files, modules and services of a deployment may have."""

from __future__ import annotations

import pytest

from zato.deployment.loader import DeploymentRefused
from zato.deployment.loader.names import check_file_name, check_module_name, check_service_name, module_name


def code(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(DeploymentRefused) as refused:
        call(*arguments)
    return refused.value.refusal.code


@pytest.mark.parametrize("name", ["shop.py", "my-shop.py", "s_2.py", "shop.zip", "shop-1.2_3.zip", "1.zip", "json.zip"])
def test_a_module_or_an_archive_can_be_deployed(name: str) -> None:
    check_file_name(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop", "file-name-invalid"),
        ("shop.txt", "file-name-invalid"),
        ("shop.PY", "file-name-invalid"),
        (".zip", "file-name-invalid"),
        ("a/b.zip", "file-name-invalid"),
        ("-a.zip", "file-name-invalid"),
        ("x" * 101 + ".zip", "file-name-invalid"),
        (".py", "module-name-invalid"),
        ("a.b.py", "module-name-invalid"),
        ("a/b.py", "module-name-invalid"),
        ("../a.py", "module-name-invalid"),
        ("1a.py", "module-name-invalid"),
        ("_a.py", "module-name-invalid"),
        ("é.py", "module-name-invalid"),
        ("class.py", "module-name-invalid"),
        ("x" * 101 + ".py", "module-name-invalid"),
        ("json.py", "module-name-reserved"),
        ("zato.py", "module-name-reserved"),
        ("pickup.py", "module-name-reserved"),
        ("msgspec.py", "module-name-reserved"),
    ],
)
def test_what_could_not_be_imported_or_would_hide_something_is_refused(name: str, expected: str) -> None:
    assert code(check_file_name, name) == expected


def test_a_hyphen_is_an_underscore() -> None:
    assert module_name("my-shop-2") == "my_shop_2"
    assert code(check_module_name, "my-shop", "my-shop.py") == "module-name-invalid"


@pytest.mark.parametrize("name", ["a", "shop.buy", "Shop Buy", "a:b@c-d_e", "7", "x" * 120, "zatox.a"])
def test_a_service_is_named_as_an_item_could_be(name: str) -> None:
    assert check_service_name(name, "shop.py", 1) == name


@pytest.mark.parametrize("name", ["", " a", "a ", ".a", "a/b", "a\n", "é", "x" * 121, None, 7, b"a"])
def test_another_name_is_refused_with_its_place(name: object) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        check_service_name(name, "shop.py", 3)
    found = refused.value.refusal
    assert (found.code, found.file, found.line) == ("service-name-invalid", "shop.py", 3)


def test_zatos_own_services_are_its_own() -> None:
    assert code(check_service_name, "zato.ping", "shop.py", 3) == "service-name-reserved"
