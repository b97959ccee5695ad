"""The certificate that browsers and partners know: what was taken last and is shown, and where it came from.

It is kept as one file for each program, which is replaced whole, so a pair that was replaced by half is never shown;
what is not well about the files that it comes from changes nothing about what is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from zato.core.errors import InvalidInput, NotFound
from zato.host.files import read_plain, write_atomically
from zato.pki.names import PUBLIC
from zato.pki.public_files import PublicSource, balancer_file, console_file, source_file, source_of
from zato.pki.public_pair import PublicPair, checked_pair

Owners = Callable[[str], tuple[int, int]]
"""User and group who are to read the file with the private key that has this name, without its ending."""
_BYTES_MAX = 256 * 1024
_OTHERS_MAY_READ = 0o004


def take(pki: Path, certificate: Path, key: Path, now: datetime, owners: Owners | None = None) -> PublicPair:
    """Shows what is in these files from now on. Raises InvalidInput for what is not taken; nothing changes then."""
    source = PublicSource(certificate=str(certificate.absolute()), key=str(key.absolute()))
    pair = _read(source, now)
    _keep(pki, pair, owners)
    _remember(pki, source)
    return pair


def follow(pki: Path, now: datetime, owners: Owners | None = None) -> bool:
    """Takes what its files have now, and says whether that is something new.

    Raises NotFound where there is no public certificate, and InvalidInput for what is not taken, which is remembered.
    """
    source = source_of(pki)
    if source is None:
        raise NotFound(
            "The cluster has no public certificate; to give it one: zato pki public CERTIFICATE KEY",
            code="no-public-certificate",
        )
    good = msgspec.structs.replace(source, refused=None, refused_code=None)
    try:
        pair = _read(source, now)
    except InvalidInput as error:
        _remember(pki, msgspec.structs.replace(good, refused=error.message, refused_code=error.code), before=source)
        raise
    is_new = not _is_kept(pki, pair)
    if is_new:
        _keep(pki, pair, owners)
    _remember(pki, good, before=source)
    return is_new


def remove(pki: Path) -> bool:
    """Everybody is shown the cluster's own certificate from now on. Says whether there was another one."""
    source = source_file(pki)
    was_there = source.exists()
    # Last, as whoever breaks off here is asked to begin again
    for path in (console_file(pki), balancer_file(pki), pki / f"{PUBLIC}.crt", source):
        path.unlink(missing_ok=True)
    return was_there


def _read(source: PublicSource, now: datetime) -> PublicPair:
    certificates = _content(Path(source.certificate))
    key_path = Path(source.key)
    key = _content(key_path)
    if key_path.stat().st_mode & _OTHERS_MAY_READ:
        raise InvalidInput(
            f"The public certificate is not taken: everybody on this machine may read its key {key_path}; "
            "chmod o-rwx it, and have another certificate issued with a new key if others may have done so.",
            code="key-readable",
        )
    return checked_pair(certificates, key, now)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _BYTES_MAX:
            raise InvalidInput(
                f"The public certificate is not taken: {path} has more than {_BYTES_MAX} bytes.", code="too-large"
            )
        return read_plain(path, follow=True)
    except OSError as error:
        raise InvalidInput(
            f"The public certificate is not taken: {path} cannot be read ({error.strerror}).", code="not-readable"
        ) from error


def _is_kept(pki: Path, pair: PublicPair) -> bool:
    try:
        kept = [read_plain(path) for path in (balancer_file(pki), console_file(pki))]
        return kept == [pair.pem] * 2 and read_plain(pki / f"{PUBLIC}.crt") == pair.certificates_pem
    except OSError:
        return False


def _keep(pki: Path, pair: PublicPair, owners: Owners | None) -> None:
    write_atomically(pki / f"{PUBLIC}.crt", pair.certificates_pem, mode=0o644)
    for path in (console_file(pki), balancer_file(pki)):
        owner = None if owners is None else owners(path.stem)
        write_atomically(path, pair.pem, mode=0o400, owner=owner)


def _remember(pki: Path, source: PublicSource, before: PublicSource | None = None) -> None:
    if source != before:
        write_atomically(source_file(pki), msgspec.json.encode(source), mode=0o644)
