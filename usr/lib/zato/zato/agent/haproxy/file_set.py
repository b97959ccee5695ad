"""What belongs to a set of HAProxy's files, and what can be told from one."""

from __future__ import annotations

import re

from zato.agent.haproxy.names import ANSWERING, CERTIFICATES, CLIENT_AUTHORITIES, CONFIGURATION, OWN
from zato.agent.managed.file_sets import FileSet, FileSets, SetNames
from zato.host.layout import Layout

_FRAME = re.compile(rb"^    description (\S+)$", re.MULTILINE)
_CERTIFICATES = re.compile(rb"^    bind .* crt-list ", re.MULTILINE)
_SERVER = re.compile(rb"^    server (\S+) ", re.MULTILINE)
_LOCAL_SERVER = re.compile(rb'^    server (\S+) "unix@', re.MULTILINE)
_SERVER_PORT = re.compile(rb'^    server (\S+) [^\s"]\S*:(\d+) ', re.MULTILINE)
_NAMES = SetNames(
    configuration=CONFIGURATION, client_authorities=CLIENT_AUTHORITIES, optional=(ANSWERING, CERTIFICATES), folder=OWN
)


def file_sets(layout: Layout) -> FileSets:
    """Those of this machine's HAProxy. What differs in its servers only needs no reload."""
    return FileSets(layout.haproxy, _NAMES, identity=frame_in, identity_field="frame")


def frame_in(files: FileSet) -> str:
    """Stands for all but the servers: see zato.agent.haproxy.render."""
    found = _FRAME.search(files[CONFIGURATION])
    return "" if found is None else found[1].decode()


def shows_public(files: FileSet) -> bool:
    """Whether HAProxy has a public certificate beside its own."""
    return CERTIFICATES in files and _CERTIFICATES.search(files[CONFIGURATION]) is not None


def servers_in(files: FileSet) -> frozenset[str]:
    """Names of the cluster's servers."""
    return frozenset(name.decode() for name in _SERVER.findall(files[CONFIGURATION]))


def local_servers_in(files: FileSet) -> frozenset[str]:
    """Names of those that are reached by sockets."""
    return frozenset(name.decode() for name in _LOCAL_SERVER.findall(files[CONFIGURATION]))


def ports_in(files: FileSet) -> dict[str, int]:
    """Ports by the names of those that are reached by one."""
    return {name.decode(): int(port) for name, port in _SERVER_PORT.findall(files[CONFIGURATION])}
