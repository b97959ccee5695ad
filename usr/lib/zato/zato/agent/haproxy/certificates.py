"""HAProxy's certificates while it runs, through its Runtime API."""

from __future__ import annotations

import re
from pathlib import Path

from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.core.errors import Unavailable
from zato.pki.certificates import is_pair, load_certificate

_SERIAL = re.compile(r"^Serial: ([0-9A-Fa-f]+)$", re.MULTILINE)


class BalancerCertificates:
    """Compares what HAProxy has loaded with what is on disk, so it does not matter who renewed a certificate, or when.

    Connections that are open go on; new ones use the new certificate. Raises Unavailable where HAProxy does not
    answer, which needs no more than another try: when it starts, it loads what is on disk.
    """

    def __init__(self, admin_socket: Path) -> None:
        self._api = RuntimeApi(admin_socket)

    def refresh(self, path: Path) -> bool:
        """Has HAProxy use the certificate in `path`, and says whether it did not before.

        Its key is in the same file where that is a NAME.pem, and in NAME.key beside NAME.crt.
        """
        key = path if path.suffix == ".pem" else path.with_suffix(".key")
        if not is_pair(path, key):  # in the middle of being replaced
            return False
        name = str(path).replace(" ", "\\ ")
        loaded = _SERIAL.search(self._api.ask(f"show ssl cert {name}"))
        if loaded is None:
            raise Unavailable(f"HAProxy does not use {path}.", code="certificate-not-used")
        if int(loaded[1], 16) == load_certificate(path).serial_number:
            return False
        parts = (path,) if key == path else (path, key)
        pem = "".join(part.read_text(encoding="ascii") for part in parts)
        # An empty line would end the certificate
        lines = "\n".join(line for line in pem.splitlines() if line.strip())
        self._api.ask(f"set ssl cert {name} <<\n{lines}\n")
        answer = self._api.ask(f"commit ssl cert {name}")
        if "Success!" not in answer:
            self._api.ask(f"abort ssl cert {name}")
            raise Unavailable(f"HAProxy refuses the certificate {path}: {answer}", code="certificate-refused")
        return True
