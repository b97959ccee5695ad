"""Which code a worker gets from a configuration, and what it does where it cannot have it."""

from __future__ import annotations

import ast
import marshal
import threading
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from support.waiting import until
from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.config.item import Item
from zato.config.kinds import DeploymentVersion
from zato.deployment.code import CodeLoader, CodeNotLoaded
from zato.deployment.loader import CodeSet

AT = datetime(2026, 11, 24, tzinfo=UTC)
SERVICE = "from zato.server.service import Service\nclass Get(Service):\n    def handle(self):\n        return {!r}\n"


class Sources:
    """Deployments by number."""

    def __init__(self, *sources: bytes) -> None:
        self._sources = sources

    def source(self, deployment_id: int) -> bytes:
        return self._sources[deployment_id - 1]

    def configuration(self, **active: int) -> Configuration:
        """One in which these deployments are active, by module."""
        items = {}
        for module, number in active.items():
            digest = sha256(self.source(number)).hexdigest()
            value = DeploymentVersion(
                deployment_id=number, sha256=digest, module=module, services=(f"{module}.get",), switch_at=AT
            )
            items[f"{module}.py"] = Item("deployment", f"{module}.py", number, value)
        return Configuration(sum(active.values()), {"deployment": items})


def loader(sources: Any, path: Path, **more: Any) -> CodeLoader:
    return CodeLoader(sources, DiskSnapshot(path / "snapshot.json"), **more)


def loaded(code: CodeLoader, configuration: Configuration, running: CodeSet) -> CodeSet:
    """As a worker does it, which asks again while it is still being loaded."""
    found: list[CodeSet] = []

    def asked() -> bool:
        try:
            found.append(code.load(configuration, running))
        except CodeNotLoaded as error:
            if "still being loaded" not in error.message:
                raise
        return bool(found)

    until(asked)
    return found[0]


def test_a_file_that_fails_at_a_start_is_left_out_and_named_until_it_is_replaced(tmp_path: Path) -> None:
    sources = Sources(SERVICE.format(1).encode(), b"1 / 0\n", SERVICE.format(2).encode(), SERVICE.format(3).encode())
    code = loader(sources, tmp_path)
    started = code.load(sources.configuration(good=1, bad=2), CodeSet())
    assert sorted(started.files) == ["good.py"]
    assert len(code.problems) == 1
    assert code.problems[0].startswith(
        "A worker runs without bad.py, which it could not load when it started: bad.py:1: "
    )
    # What is deployed next must not wait for it.
    replaced = loaded(code, sources.configuration(good=3, bad=2), started)
    assert replaced.files["good.py"].source.deployment_id == 3
    assert len(code.problems) == 1
    assert sorted(loaded(code, sources.configuration(good=3, bad=4), replaced).files) == ["bad.py", "good.py"]
    assert not code.problems


def test_what_cannot_be_loaded_beside_running_code_is_said_and_tried_again_later(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    needing = f"import os\nassert os.path.exists({str(flag)!r})\n" + SERVICE.format(2)
    sources = Sources(SERVICE.format(1).encode(), needing.encode())
    now = [0.0]
    code = loader(sources, tmp_path, monotonic=lambda: now[0])
    running = code.load(sources.configuration(shop=1), CodeSet())
    with pytest.raises(CodeNotLoaded, match="AssertionError"):
        loaded(code, sources.configuration(shop=2), running)
    flag.touch()
    with pytest.raises(CodeNotLoaded):
        code.load(sources.configuration(shop=2), running)
    now[0] = 11.0
    assert loaded(code, sources.configuration(shop=2), running).files["shop.py"].source.deployment_id == 2


def test_a_file_that_hangs_while_it_is_loaded_does_not_hold_up_who_asks(tmp_path: Path) -> None:
    release = threading.Event()
    vars(threading)["release_of_this_test"] = release
    try:
        hanging = "import threading\nthreading.release_of_this_test.wait(60)\n" + SERVICE.format(2)
        sources = Sources(SERVICE.format(1).encode(), hanging.encode())
        code = loader(sources, tmp_path)
        running = code.load(sources.configuration(shop=1), CodeSet())
        for _ in range(2):
            with pytest.raises(CodeNotLoaded, match="still being loaded"):
                code.load(sources.configuration(shop=2), running)
    finally:
        release.set()
        del vars(threading)["release_of_this_test"]


def test_only_what_a_start_without_the_odb_needs_is_kept_on_disk(tmp_path: Path) -> None:
    sources = Sources(*(SERVICE.format(number).encode() for number in range(4)))
    code = loader(sources, tmp_path)
    codes = CodeSet()
    for number in (1, 2, 3):
        configuration = sources.configuration(shop=number)
        codes = loaded(code, configuration, codes)
        code.keep_sources(configuration, codes)
    kept = {path.name for path in (tmp_path / "snapshot.sources").iterdir() if "." not in path.name}
    assert kept == {sha256(sources.source(3)).hexdigest()}
    assert len(list((tmp_path / "snapshot.sources").iterdir())) == 2
    # Another worker that is behind may have thrown away what this one had saved.
    for path in (tmp_path / "snapshot.sources").iterdir():
        path.unlink()
    code.keep_sources(configuration, codes)
    assert DiskSnapshot(tmp_path / "snapshot.json").load_source(*kept) == sources.source(3)


def started_again(sources: Sources, path: Path) -> CodeSet:
    """The code of a worker that starts where another one has kept what it needs."""
    configuration = sources.configuration(shop=1)
    code = loader(sources, path)
    code.keep_sources(configuration, code.load(configuration, CodeSet()))
    return loader(sources, path).load(configuration, CodeSet())


def test_a_start_compiles_nothing_that_was_compiled_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = Sources(SERVICE.format(1).encode() + b"    other = lambda self: self.out.rest['CRM']\n")
    first = loader(sources, tmp_path).load(sources.configuration(shop=1), CodeSet())
    started_again(sources, tmp_path)
    monkeypatch.setattr(ast, "parse", lambda *_: pytest.fail("It was compiled."))
    again = loader(sources, tmp_path).load(sources.configuration(shop=1), CodeSet())
    assert again.files["shop.py"].source == first.files["shop.py"].source
    assert again.files["shop.py"].lines == {"shop.get": 2}
    assert again.services["shop.get"].implementation.handle is not None


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 200])
def test_what_was_damaged_is_compiled_anew(tmp_path: Path, damage: bytes) -> None:
    sources = Sources(SERVICE.format(1).encode())
    started_again(sources, tmp_path)
    (compiled,) = (path for path in (tmp_path / "snapshot.sources").iterdir() if "." in path.name)
    compiled.write_bytes(damage + compiled.read_bytes()[len(damage) :] if damage else damage)
    assert sorted(started_again(sources, tmp_path).services) == ["shop.get"]


@pytest.mark.parametrize("other", [{"shop": ("path", b"code")}, {"shop": ("p", None, (), {}, [(1,)])}, ["shop"], None])
def test_what_was_compiled_in_another_form_is_compiled_anew(tmp_path: Path, other: Any) -> None:
    sources = Sources(SERVICE.format(1).encode())
    started_again(sources, tmp_path)
    (compiled,) = (path for path in (tmp_path / "snapshot.sources").iterdir() if "." in path.name)
    body = marshal.dumps(other)
    compiled.write_bytes(sha256(body).digest() + body)
    assert sorted(started_again(sources, tmp_path).services) == ["shop.get"]
