"""HAProxy's certificates while it runs, through its Runtime API."""

from __future__ import annotations

import re
import socket
from pathlib import Path

from zato.core.errors import Unavailable
from zato.pki.certificates import is_pair, load_certificate

_SECONDS = 5.0
_SERIAL = re.compile(r"^Serial: ([0-9A-Fa-f]+)$", re.MULTILINE)


class BalancerCertificates:
    """Compares what HAProxy has loaded with what is on disk, so it does not matter who renewed a certificate, or when.

    Connections that are open go on; new ones use the new certificate. Raises Unavailable where HAProxy does not
    answer, which needs no more than another try: when it starts, it loads what is on disk.
    """

    def __init__(self, admin_socket: Path) -> None:
        self._socket = admin_socket

    def refresh(self, path: Path) -> bool:
        """Has HAProxy use the certificate and key in `path`, and says whether it did not before."""
        if not is_pair(path):  # in the middle of being replaced
            return False
        name = str(path).replace(" ", "\\ ")
        loaded = _SERIAL.search(self._ask(f"show ssl cert {name}"))
        if loaded is None:
            raise Unavailable(f"HAProxy does not use {path}.", code="certificate-not-used")
        if int(loaded[1], 16) == load_certificate(path).serial_number:
            return False
        pem = path.read_text(encoding="ascii") + path.with_suffix(".key").read_text(encoding="ascii")
        # An empty line would end the certificate
        lines = "\n".join(line for line in pem.splitlines() if line.strip())
        self._ask(f"set ssl cert {name} <<\n{lines}\n")
        answer = self._ask(f"commit ssl cert {name}")
        if "Success!" not in answer:
            self._ask(f"abort ssl cert {name}")
            raise Unavailable(f"HAProxy refuses the certificate {path}: {answer}", code="certificate-refused")
        return True

    def _ask(self, command: str) -> str:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SECONDS)
                connection.connect(str(self._socket))
                connection.sendall(command.encode() + b"\n")
                parts = iter(lambda: connection.recv(65536), b"")
                return b"".join(parts).decode(errors="replace").strip()
        except OSError as error:
            raise Unavailable(f"HAProxy does not answer on {self._socket}: {error}.", code="balancer-away") from error
