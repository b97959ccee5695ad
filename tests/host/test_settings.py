"""Settings files: what is written is read back, and what is wrong is named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from zato.core.errors import SetupError
from zato.host.cluster_toml import replace_odb, write_cluster
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster, load_server


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    settings = ClusterSettings(
        name="orders",
        odb="postgresql+psycopg2://u:p%40@h/zato",
        hosts=("a.example", "::1"),
        servers=3,
        log_format="json",
    )
    write_cluster(layout, settings)
    assert load_cluster(layout) == settings
    assert layout.settings.stat().st_mode & 0o777 == 0o600


def test_quotes_and_backslashes_survive(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_cluster(layout, ClusterSettings(odb='x+y://"\\\t\x7f é'))
    assert load_cluster(layout).odb == 'x+y://"\\\t\x7f é'


def test_a_cluster_without_an_odb_url_gets_the_embedded_one(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_cluster(layout, ClusterSettings())
    assert load_cluster(layout).odb == f"sqlite:///{tmp_path}/odb.sqlite"
    assert "odb" not in layout.settings.read_text()  # so that the directory can be moved


def test_the_servers_number_is_its_directorys_and_its_log_format_the_clusters(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_cluster(layout, ClusterSettings(log_format="json"))
    layout.server(2).config.mkdir(parents=True)
    layout.server(2).settings.write_text("workers = 3\n")
    settings = load_server(layout, 2)
    assert (settings.number, settings.workers, settings.log_format) == (2, 3, "json")


def test_what_was_accepted_counts_and_not_what_somebody_has_written_since(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_cluster(layout, ClusterSettings())
    paths = layout.server(1)
    for path, text in ((paths.settings, "workers = no"), (paths.applied_settings, "workers = 3")):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    assert load_server(layout, 1).workers == 3


def test_lighttpd_ports_follow_one_another() -> None:
    assert ClusterSettings(lighttpd_port=17010).lighttpd_port_of(3) == 17012


def test_a_missing_cluster_says_how_to_create_one(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="zato quickstart create") as caught:
        load_cluster(Layout(tmp_path))
    assert caught.value.code == "no-cluster"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lb_port = 'x'", "lb_port: expected `int`, got `str`"),
        ("lb_port = 0", "lb_port: expected `int` >= 1"),
        ("servers = 99", "servers: expected `int` <= 64"),
        ("log_format = 'xml'", "log_format: expected one of 'json', 'text'"),
        ("lb_port = 0\nhosts = [1]\nx = 1", "there is no key `x`; the keys are"),
        ("lb_port = 0\nhosts = [1]\nx = 1", "; hosts[0]: expected `str`, got `int`; lb_port: expected `int` >= 1."),
        ("hosts = []", "hosts: expected `array` of length >= 1"),
        ("lbport = 1", "there is no key `lbport`; the keys are: name, odb, odb_ca"),
        ("a =", "is not valid TOML"),
    ],
)
def test_a_broken_setting_is_named_with_its_file(tmp_path: Path, text: str, expected: str) -> None:
    layout = Layout(tmp_path)
    layout.settings.write_text(text)
    with pytest.raises(SetupError) as caught:
        load_cluster(layout)
    assert expected in caught.value.message
    assert str(layout.settings) in caught.value.message


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.settings.write_bytes(b"\xff\xfe")
    with pytest.raises(SetupError, match="not valid TOML"):
        load_cluster(layout)


@pytest.mark.parametrize("before", ["", 'odb = "sqlite:////x"  # the old one\n'])
def test_another_odb_is_named_and_nothing_else_in_the_file_changes(tmp_path: Path, before: str) -> None:
    layout = Layout(tmp_path)
    layout.settings.write_text(f'# by hand\nname = "a"\n{before}servers = 2 # two\n')
    layout.settings.chmod(0o640)
    replace_odb(layout, 'sqlite:////y"\\1')
    assert load_cluster(layout).odb == 'sqlite:////y"\\1'
    text = layout.settings.read_text()
    assert [line for line in text.splitlines() if not line.startswith("odb")] == [
        "# by hand",
        'name = "a"',
        "servers = 2 # two",
    ]
    assert layout.settings.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "before",
    [
        'odb = """\nsqlite:////x"""\nservers = 2\n',
        '"odb" = "sqlite:////x"\nservers = 2\n',
        'servers = 2\n[log_levels]\n"zato.server" = "debug"\n',
    ],
    ids=["several lines", "quoted key", "before a table"],
)
def test_however_it_is_written(tmp_path: Path, before: str) -> None:
    layout = Layout(tmp_path)
    layout.settings.write_text(before)
    replace_odb(layout, "sqlite:////y")
    values = tomllib.loads(layout.settings.read_text())
    assert (values["odb"], values["servers"]) == ("sqlite:////y", 2)
