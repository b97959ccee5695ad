"""A server that starts while the ODB is away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.ports import free_port
from zato.appliance.registering import register_server
from zato.core.errors import Unavailable
from zato.host.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Of a cluster whose ODB nobody answers for."""
    made = Layout(tmp_path)
    odb = json.dumps(f"postgresql+psycopg2://zato:secret@127.0.0.1:{free_port()}/zato")
    made.settings.write_text(f'name = "zato"\nodb = {odb}\n', encoding="utf-8")
    for directory in (made.server(1).config, made.server(1).root):
        directory.mkdir(parents=True, exist_ok=True)
    return made


def test_one_that_has_a_snapshot_starts_and_says_why_it_goes_by_that(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = layout.server(1).snapshot
    snapshot.write_text("{}", encoding="utf-8")
    register_server(1, layout)
    assert "knew last: The ODB" in capsys.readouterr().out


def test_one_that_knows_nothing_yet_does_not_start(layout: Layout) -> None:
    with pytest.raises(Unavailable, match="The ODB"):
        register_server(1, layout)


def test_an_odb_that_was_put_back_is_the_agents_too(layout: Layout) -> None:
    layout.odb.parent.mkdir(exist_ok=True)
    layout.odb.touch(0o600)
    layout.server(1).snapshot.write_text("{}", encoding="utf-8")
    register_server(1, layout)
    assert layout.odb.stat().st_mode & 0o777 == 0o660


def test_an_odb_that_was_lost_is_not_made_again(layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    layout.settings.write_text('name = "zato"\n', encoding="utf-8")
    with pytest.raises(Unavailable, match="zato restore FILE"):
        register_server(1, layout)
    layout.server(1).snapshot.write_text("{}", encoding="utf-8")
    register_server(1, layout)
    assert f"{layout.odb}, is not there" in capsys.readouterr().out
    assert not layout.odb.exists()
