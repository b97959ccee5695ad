"""For which names and addresses the cluster's CA has issued certificates of servers, and to whom.

A program's certificate is copied to where the program runs, and may be moved there, so its names are kept in a file of
their own beside the CA's key. Those of components are in their certificates, which the cluster itself keeps in place.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from zato.core.errors import SetupError
from zato.host.files import write_atomically
from zato.host.locks import exclusive
from zato.pki.certificates import common_name_of, hosts_of, is_for_servers, load_certificate

_FILE = "issued.json"


class IssuedNames:
    """Names by which programs are verified, in the CA's directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / _FILE

    def add(self, holder: str, hosts: tuple[str, ...]) -> None:
        """The certificate called `holder` is for these from now on, besides all that it was for before."""
        with exclusive(self._directory):
            kept = self._read()
            names = tuple(dict.fromkeys((*kept.get(holder, ()), *hosts)))
            if kept.get(holder) != names:
                self._write({**kept, holder: names})

    def replace(self, holder: str, hosts: tuple[str, ...]) -> None:
        """The names and addresses of what has the certificate called `holder` are these, and none of before."""
        with exclusive(self._directory):
            kept = self._read()
            if kept.get(holder) != hosts:
                self._write({**kept, holder: hosts})

    def remove(self, holder: str) -> bool:
        """Forgets all names of a certificate; False where it had none."""
        with exclusive(self._directory):
            kept = self._read()
            if holder not in kept:
                return False
            self._write({name: hosts for name, hosts in kept.items() if name != holder})
        return True

    def holders(self) -> dict[str, str]:
        """Names of certificates by the names and addresses that they are for, and by their common names.

        Raises SetupError where that is not known for certain.
        """
        found = {host: holder for holder, hosts in self._read().items() for host in (holder, *hosts)}
        for path in sorted(self._directory.glob("*.crt")):
            certificate = load_certificate(path)
            try:
                if is_for_servers(certificate):
                    found |= dict.fromkeys((*common_name_of(certificate), *hosts_of(certificate)), path.stem)
            except ValueError as error:
                raise SetupError(
                    f"{path} has extensions that are not valid ({error}), so nobody knows what it is for; remove it.",
                    code="invalid-certificate",
                ) from error
        return found

    def _read(self) -> dict[str, tuple[str, ...]]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, tuple[str, ...]])
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise SetupError(f"{self._path} cannot be read: {error.strerror}.", code="issued-not-readable") from error
        except msgspec.MsgspecError as error:
            raise SetupError(
                f"{self._path} is damaged ({error}); restore it from a backup. Without it no server can join and no "
                "program's certificate can be issued or renewed.",
                code="issued-damaged",
            ) from error

    def _write(self, kept: dict[str, tuple[str, ...]]) -> None:
        write_atomically(self._path, msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
