"""Certificates and keys: the cluster's CA, what it has issued, what it knows of joining, and the key of secrets."""

from __future__ import annotations

from pathlib import Path

import msgspec

from zato.backup.manifest import Manifest
from zato.backup.part import Place, Saved
from zato.cluster.signing.register import Register, RegisteredServer
from zato.host.files import read_plain, write_atomically

_SECRET = "secret.key"  # noqa: S105 - a file's name
_PKI = "pki"
_CLIENTS = "clients"
"""CAs of others whose clients are accepted."""


class KeysPart:
    """Tokens for joining do not come back, as they may have been used since; revocations are not forgotten."""

    name = "keys"
    as_servers = False

    def save(self, place: Place, directory: Path) -> Saved:
        pki = directory / _PKI
        count = _copy(place.layout.pki, pki, 0o700) + _copy(place.layout.pki / _CLIENTS, pki / _CLIENTS, 0o700)
        write_atomically(directory / _SECRET, read_plain(place.layout.secret_key))
        return Saved({"certificates and keys": count + 1})

    def load(self, place: Place, directory: Path, manifest: Manifest) -> list[str]:
        layout = place.layout
        _copy(directory / _PKI, layout.pki, 0o700)
        _copy(directory / _PKI / _CLIENTS, layout.pki / _CLIENTS, 0o755)
        write_atomically(layout.secret_key, read_plain(directory / _SECRET))
        return self._register(place)

    def _register(self, place: Place) -> list[str]:
        register = Register(place.layout.pki)
        if not register.exists():
            return []
        revoked = _revoked(place)
        said = []
        with register.changing() as state:
            registered = state[0]
            if registered.tokens:
                said.append(f"{len(registered.tokens)} tokens for joining are not valid any more; make new ones.")
            servers = tuple(_with_revocations(server, revoked) for server in registered.servers)
            state[0] = msgspec.structs.replace(registered, tokens=(), servers=servers)
        register.publish()
        return said


def _copy(source: Path, target: Path, mode: int) -> int:
    """The plain files of `source`, where there is such a directory, are in `target`; how many there are."""
    if not source.is_dir():
        return 0
    paths = [path for path in sorted(source.iterdir()) if path.is_file() and not path.name.startswith(".")]
    target.mkdir()
    target.chmod(mode)  # whatever the umask
    for path in paths:
        content = read_plain(path, follow=True)
        write_atomically(target / path.name, content, mode=0o644 if path.suffix == ".crt" else 0o600)
    return len(paths)


def _revoked(place: Place) -> dict[str, object]:
    """Serials that the cluster which is replaced had revoked since, where its CA is the same."""
    if place.aside is None or not place.aside.ca_certificate.exists():
        return {}
    if read_plain(place.aside.ca_certificate) != read_plain(place.layout.ca_certificate):
        return {}
    servers = Register(place.aside.pki).read().servers
    return {each.serial: each.revoked for server in servers for each in server.certificates if each.revoked}


def _with_revocations(server: RegisteredServer, revoked: dict[str, object]) -> RegisteredServer:
    certificates = tuple(
        msgspec.structs.replace(each, revoked=each.revoked or revoked.get(each.serial)) for each in server.certificates
    )
    return msgspec.structs.replace(server, certificates=certificates)


KEYS = KeysPart()
