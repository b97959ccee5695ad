"""A server that starts while the ODB is away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.ports import free_port
from zato.appliance.register import register_server
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
