"""What is rendered is what the programs take, whatever names and directories a cluster has."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from zato.agent.errors import error_body, errors
from zato.agent.haproxy import files as haproxy
from zato.agent.haproxy import server_states
from zato.agent.haproxy.file_set import frame_in, servers_in
from zato.agent.haproxy.names import configuration
from zato.agent.haproxy.render import edge_of
from zato.agent.haproxy.render import render as render_haproxy
from zato.agent.haproxy.view import BalancedServer, HaproxyView
from zato.agent.lighttpd import files as lighttpd
from zato.agent.lighttpd.render import render as render_lighttpd
from zato.config.balancing import Mode
from zato.config.kinds.balancer import Algorithm, Balancer
from zato.core.errors import SetupError, Unauthorized
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, ServerSettings
from zato.host.templates import render_template, template_directory
from zato.pki.authority import Authority
from zato.pki.components import issue_missing

BODY_BYTES = 1024
ERRORS = errors(body_bytes_max=BODY_BYTES, late="10 s")
SERVER = ServerSettings(max_body_bytes=BODY_BYTES)


def cluster(root: Path, settings: ClusterSettings) -> Layout:
    layout = Layout(root)
    authority = Authority(layout.pki)
    authority.create(settings.name)
    issue_missing(authority, hosts=settings.hosts, servers=settings.servers)
    return layout


def haproxy_view(layout: Layout, settings: ClusterSettings) -> HaproxyView:
    return haproxy.view_of(layout, settings, haproxy.state_to_start_with(layout, settings))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return cluster(tmp_path, ClusterSettings())


@pytest.fixture
def view(layout: Layout) -> HaproxyView:
    return haproxy_view(layout, ClusterSettings())


@pytest.mark.parametrize(
    ("directory", "settings"),
    [
        ("plain", ClusterSettings()),
        ("a ü", ClusterSettings()),
        ("several", ClusterSettings(servers=3)),
        ("six", ClusterSettings(bind="::1", hosts=("::1",))),
        ("everywhere", ClusterSettings(bind="0.0.0.0", hosts=("example.org", "10.1.2.3"))),
        ("named", ClusterSettings(bind="localhost", name="A.b-c_9")),
    ],
)
def test_both_programs_accept_what_is_rendered(directory: str, settings: ClusterSettings) -> None:
    with tempfile.TemporaryDirectory(prefix="zato-") as short:  # the kernel takes 107 bytes for sockets
        check_both_accept(cluster(Path(short) / directory, settings), settings)


def check_both_accept(layout: Layout, settings: ClusterSettings) -> None:
    seen = haproxy_view(layout, settings)
    assert haproxy.write(layout, seen) is True
    assert haproxy.write(layout, seen) is False
    assert len(seen.servers) == settings.servers
    for number in range(1, settings.servers + 1):
        own = lighttpd.view_of(layout, settings, number, SERVER)
        assert lighttpd.write(layout, own) is True
        assert lighttpd.write(layout, own) is False
        lighttpd.check(layout.server(number), own.certificate)


def test_neither_program_has_a_remark_on_what_is_rendered(layout: Layout, view: HaproxyView) -> None:
    """Of both releases of Debian: what one of them calls deprecated is refused by the next."""
    haproxy.write(layout, view)
    server_states.forget(layout)  # as before each start
    lighttpd.write(layout, lighttpd.view_of(layout, ClusterSettings(), 1, SERVER))
    for command in (
        ["haproxy", "-c", "-f", str(configuration(layout))],
        ["lighttpd", "-tt", "-f", str(layout.server(1).lighttpd / "lighttpd.conf")],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": "/usr/sbin:/usr/bin"})
        said = (done.stdout + done.stderr).splitlines()
        assert [line for line in said if line != "Configuration file is valid" and "[NOTICE]" not in line] == []


SHORT_INTEGERS = (
    "server.max-connections",
    "server.max-fds",
    "server.max-keep-alive-idle",
    "server.max-keep-alive-requests",
    "server.max-read-idle",
    "server.max-request-field-size",
    "server.max-write-idle",
)


def test_no_setting_leads_beyond_what_lighttpd_takes(layout: Layout) -> None:
    """1.4.79 refuses a short integer that is too large, and both take another integer for one that is."""
    settings = ServerSettings(max_body_bytes=2**60, uploads_bytes_max=2**60)
    own = lighttpd.view_of(layout, ClusterSettings(), 1, settings)
    lighttpd.write(layout, own)
    text = (own.directory / "lighttpd.conf").read_text()
    numbers = {name: int(value) for name, value in re.findall(r"^([\w.-]+) = ([0-9]+)$", text, re.MULTILINE)}
    assert set(SHORT_INTEGERS) < set(numbers)
    for name, number in numbers.items():
        assert number <= (65535 if name in SHORT_INTEGERS else 2**31 - 1), name


@pytest.mark.parametrize(
    ("present", "running", "addresses"),
    [
        ("", False, ("127.0.0.1",)),
        ("0.0.0.0", False, ("0.0.0.0",)),
        ("0.0.0.0", True, ("0.0.0.0",)),
        ("10.0.0.2", False, ("0.0.0.0",)),
        ("127.0.0.1", False, ("127.0.0.1",)),
    ],
)
def test_a_lighttpd_that_was_open_stays_open(
    layout: Layout, present: str, running: bool, addresses: tuple[str, ...]
) -> None:
    """So one of a release that was open to the network from the start does, too."""
    settings = ClusterSettings(bind="0.0.0.0")
    configuration_of_before = layout.server(1).lighttpd / "lighttpd.conf"
    configuration_of_before.parent.mkdir(parents=True)
    if present:
        configuration_of_before.write_text(
            f'server.bind = "{present}"\nserver.port = 17010\n$SERVER["socket"] == "{present}:17010" {{\n}}\n'
        )
    assert lighttpd.view_of(layout, settings, 1, SERVER, is_running=running).addresses == addresses
    closed = ClusterSettings(bind="0.0.0.0", lighttpd_bind="127.0.0.1")
    assert lighttpd.view_of(layout, closed, 1, SERVER).addresses == ("127.0.0.1",)


def test_a_file_that_haproxy_refuses_does_not_replace_the_last_good_one(layout: Layout, view: HaproxyView) -> None:
    haproxy.write(layout, view)
    good = configuration(layout).read_bytes()
    with pytest.raises(SetupError, match="haproxy refuses its configuration"):
        haproxy.write(layout, dataclasses.replace(view, certificate=layout.pki / "missing.crt"))
    assert configuration(layout).read_bytes() == good


def test_files_that_lighttpd_refuses_do_not_replace_the_last_good_ones(layout: Layout) -> None:
    own = lighttpd.view_of(layout, ClusterSettings(), 1, SERVER)
    lighttpd.write(layout, own)
    good = {path.name: path.read_bytes() for path in own.directory.iterdir() if path.is_file()}
    with pytest.raises(SetupError, match="lighttpd refuses its configuration"):
        lighttpd.write(layout, dataclasses.replace(own, certificate=layout.pki / "missing.crt"))
    assert {path.name: path.read_bytes() for path in own.directory.iterdir() if path.is_file()} == good


HOSTILE = ['a"b', "a\nb", "a\r\n    stats socket /tmp/x level admin", "a'b", "a\\b", "a$b", "a{b", "a%[src]", "a\x00b"]


@pytest.mark.parametrize("part", HOSTILE)
def test_a_directory_cannot_add_to_the_configuration(layout: Layout, view: HaproxyView, part: str) -> None:
    with pytest.raises(SetupError, match="cannot hold"):
        render_haproxy(dataclasses.replace(view, certificate=Path("/srv") / part))
    own = lighttpd.view_of(layout, ClusterSettings(), 1, SERVER)
    with pytest.raises(SetupError, match="cannot hold"):
        render_lighttpd(dataclasses.replace(own, front_socket=Path("/srv") / part))


@pytest.mark.parametrize("text", ["", "a b", "a\nb", "127.0.0.1\n    stats socket /tmp/x", "-a", "a:1", "a;b"])
def test_a_name_or_address_cannot_add_to_the_configuration(view: HaproxyView, text: str) -> None:
    (server,) = view.servers
    for changed in (
        dataclasses.replace(view, address=text),
        dataclasses.replace(view, servers=(dataclasses.replace(server, address=text),)),
        dataclasses.replace(view, servers=(dataclasses.replace(server, certificate_host=text),)),
        dataclasses.replace(view, servers=(dataclasses.replace(server, name=text),)),
    ):
        with pytest.raises(SetupError):
            render_haproxy(changed)


def test_bodies_of_errors_can_stand_in_both_configurations() -> None:
    for code, message in ERRORS.values():
        assert not set("'%\\\n") & set(code + message)
        assert error_body(code, message, "x").count("x") >= 1


def test_lighttpd_and_the_server_refuse_credentials_with_the_same_words() -> None:
    assert ERRORS[401] == (Unauthorized.code, Unauthorized().message)


def test_templates_are_found_in_the_checkout() -> None:
    assert (template_directory("haproxy") / "haproxy.cfg.j2").is_file()
    with pytest.raises(SetupError, match="templates for nothing are missing"):
        template_directory("nothing")


def test_a_value_that_a_template_needs_cannot_be_forgotten() -> None:
    with pytest.raises(Exception, match="undefined"):
        render_template("lighttpd", "request.lua.j2")


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "127.0.0.1", "localhost"])
def test_a_socket_that_haproxy_inherits_is_opened_where_its_configuration_says(
    layout: Layout, view: HaproxyView, address: str
) -> None:
    inheriting = dataclasses.replace(view, address=address, port=18443, inherits_edge=True)
    assert edge_of(render_haproxy(inheriting)) == (address, 18443)
    assert haproxy.write(layout, inheriting)  # HAProxy accepts it without the socket
    with pytest.raises(SetupError, match="names no socket"):
        edge_of(render_haproxy(view))


def test_only_what_needs_a_reload_makes_another_frame(layout: Layout, view: HaproxyView) -> None:
    (server,) = view.servers
    other = dataclasses.replace(server, name="server-2", port=17011, certificate_host="lighttpd-2")
    third = dataclasses.replace(server, name="server-3", port=17012, certificate_host="lighttpd-3")

    def frame(*servers: BalancedServer, own: bytes = b"", **changes: Any) -> str:
        changed = dataclasses.replace(view, servers=servers, **changes)
        return haproxy.frame_of(changed, b"", {"own.cfg": own})

    two = frame(server, other)
    assert frame(server, other, third) == two
    assert frame(dataclasses.replace(server, weight=1, mode=Mode.DRAIN), other) == two
    # Without servers HAProxy has not loaded their certificates; with one there is nobody else to ask
    others = [
        frame(),
        frame(server),
        frame(server, other, own=b"#"),
        frame(server, other, balancer=Balancer(algorithm=Algorithm.URI)),
    ]
    assert len({two, *others}) == 5
    files = haproxy.wanted(layout, dataclasses.replace(view, servers=(server, other)))
    assert frame_in(files) != ""
    assert servers_in(files) == {"server-1", "server-2"}


@pytest.mark.parametrize("algorithm", [*Algorithm])
def test_haproxy_accepts_every_algorithm_and_all_limits(
    layout: Layout, view: HaproxyView, algorithm: Algorithm
) -> None:
    limited = dataclasses.replace(
        view,
        balancer=Balancer(
            algorithm=algorithm,
            server_connections_max=10,
            requests_max=5,
            exempt_networks=("10.0.0.0/8", "2001:db8::/32", "192.0.2.1"),
        ),
        servers=(dataclasses.replace(view.servers[0], mode=Mode.MAINTENANCE, weight=7),),
    )
    assert haproxy.write(layout, limited) is True


def test_a_network_cannot_add_to_the_configuration(view: HaproxyView) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        render_haproxy(
            dataclasses.replace(view, balancer=Balancer(exempt_networks=("10.0.0.0/8\n    stats socket /tmp/x",)))
        )
