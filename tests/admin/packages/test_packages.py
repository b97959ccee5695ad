"""Packages and wheels in the console, against a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession
from support.injections import HTML
from support.wheels import make_wheel

PACKAGES = "/c/zato/packages/"
WHEELS = "/c/zato/packages/wheels/"


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    assert session.sign_in("ann").status == 302
    return session


@pytest.fixture
def wheel(console: RunningCluster, tmp_path: Path) -> Iterator[Path]:
    made = make_wheel(tmp_path, "console-toy", "1.0")
    yield made
    for each in console.api().wheels()["wheels"]:
        console.api().discard_wheel(each["file_name"])


def text_of(answer: Any) -> str:
    return str(answer.data.decode())


def test_what_is_declared_is_what_the_form_says(console: RunningCluster, ann: ConsoleSession) -> None:
    form = ann.form(PACKAGES)
    assert ann.post(PACKAGES, {**form, "requirements": ""}).status == 302
    assert "0 packages are declared" in text_of(ann.get(PACKAGES))
    assert console.api().packages()["revision"] > 0


def test_what_others_have_declared_meanwhile_is_not_undone(console: RunningCluster, ann: ConsoleSession) -> None:
    api = console.api()
    form = ann.form(PACKAGES)
    before = api.packages()["revision"]
    api.declare_packages("# theirs\n", revision=before, require_hashes=True, allow_source=False)
    refused = ann.post(PACKAGES, {**form, "requirements": "# mine"})
    assert (refused.status, "# mine" in text_of(refused)) == (409, True)
    # Once more does not undo it either
    assert ann.post(PACKAGES, {**form, "requirements": "# mine"}).status == 409
    assert api.packages()["require_hashes"] is True
    api.declare_packages("", revision=api.packages()["revision"], require_hashes=False, allow_source=False)


@pytest.mark.parametrize("hostile", HTML)
def test_lines_that_are_no_requirements_are_refused_as_text(ann: ConsoleSession, hostile: str) -> None:
    refused = ann.post(PACKAGES, {**ann.form(PACKAGES), "requirements": f"-e {hostile}"})
    page = text_of(refused)
    assert refused.status == 400
    assert hostile not in page


def test_a_wheel_is_uploaded_and_deleted(console: RunningCluster, browser: Browser, wheel: Path) -> None:
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto(WHEELS)
        assert found_by_axe(page) == []
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_text("Choose one or more wheels first.")).to_be_visible()
        page.get_by_label("Wheels (.whl)").set_input_files(wheel)
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_text(f"Uploaded: {wheel.name}")).to_be_visible()
        assert [each["file_name"] for each in console.api().wheels()["wheels"]] == [wheel.name]
        assert found_by_axe(page) == []
        page.get_by_label(f"Choose {wheel.name}").check()
        page.get_by_role("button", name="Delete chosen").click()
        expect(page.get_by_text(f"Gone: {wheel.name}")).to_be_visible()
    assert console.api().wheels()["wheels"] == []


def test_what_is_no_wheel_is_refused(console: RunningCluster, browser: Browser, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong-1.0-py3-none-any.whl"
    wrong.write_bytes(b"no archive")
    with window(browser, console, width=390, dark=True) as page:
        sign_in(page, "ann")
        page.goto(WHEELS)
        page.get_by_label("Wheels (.whl)").set_input_files(wrong)
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert found_by_axe(page) == []
        page.goto(PACKAGES)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert console.api().wheels()["wheels"] == []


def test_a_viewer_declares_nothing(console: RunningCluster) -> None:
    vera = ConsoleSession(console)
    vera.sign_in("vera")
    assert "Your roles (viewer) do not allow this." in text_of(vera.get(PACKAGES))
    assert "Your roles (viewer) do not allow this." in text_of(vera.get(WHEELS))
    assert vera.post(PACKAGES, {"requirements": "x", "revision": "0"}).status == 403
    assert vera.post(f"{WHEELS}discard", {"names": "x.whl"}, form=WHEELS).status == 403
