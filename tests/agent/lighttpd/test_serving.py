"""Whether a lighttpd shows the certificate that it is to show."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from zato.agent.lighttpd.serving import Serving

DER = b"a certificate"


class Shows(Serving):
    """A lighttpd that answers with a certificate."""

    def shown(self) -> bytes:
        return DER


@pytest.mark.parametrize(
    ("content", "another"),
    [
        (ssl.DER_cert_to_PEM_cert(DER), False),
        (ssl.DER_cert_to_PEM_cert(b"a renewed one"), True),
        ("", False),
        ("none", False),
        (None, False),
    ],
    ids=["the same", "another", "empty", "no certificate", "no file"],
)
def test_it_shows_another_one_only_where_there_is_one_to_show(
    content: str | None, another: bool, tmp_path: Path
) -> None:
    file = tmp_path / "lighttpd-1.crt"
    if content is not None:
        file.write_text(content)
    assert Shows(tmp_path, file, tmp_path / "front.sock").shows_another() == another
