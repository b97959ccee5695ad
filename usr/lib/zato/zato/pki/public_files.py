"""Where the public certificate is kept, and where it came from; to know that takes no library."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from zato.core.errors import SetupError
from zato.host.files import read_plain
from zato.pki.names import PUBLIC


class PublicSource(Struct, frozen=True, kw_only=True):
    """Where the public certificate comes from, as `zato-public.json` has it."""

    certificate: str
    key: str
    refused: str | None = None
    """Why what is there now was not taken; the last good one is shown meanwhile."""
    refused_code: str | None = None


def balancer_file(pki: Path) -> Path:
    """Key and chain, for HAProxy."""
    return pki / f"{PUBLIC}.pem"


def console_file(pki: Path) -> Path:
    """The same for the web console's lighttpd, which is another user on an appliance."""
    return pki / f"{PUBLIC}-console.pem"


def source_file(pki: Path) -> Path:
    """Read by those who tell of it; there is nothing secret in it."""
    return pki / f"{PUBLIC}.json"


def source_of(pki: Path) -> PublicSource | None:
    """Where it comes from; None where there is none. Raises SetupError where the file is none of Zato's."""
    path = source_file(pki)
    try:
        return msgspec.json.decode(read_plain(path), type=PublicSource)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise SetupError(
            f"{path} cannot be used ({error}); name the files again: zato pki public CERTIFICATE KEY",
            code="invalid-public-source",
        ) from error
