"""Wheel files: what they may be called, and whether one is what its name says. Pure."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from email.parser import BytesHeaderParser
from hashlib import sha256

from zato.core.errors import InvalidInput
from zato.core.requirements import normalised

WHEEL_BYTES_MAX = 100 * 1024 * 1024
ALL_WHEELS_BYTES_MAX = 1024 * 1024 * 1024
_METADATA_BYTES_MAX = 4 * 1024 * 1024
_FILES_MAX = 50_000
_SHOWN_MAX = 100
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError, OSError, OverflowError, struct.error)
_TAG = "[A-Za-z0-9_]+(?:[.][A-Za-z0-9_]+)*"
# https://packaging.python.org/specifications/binary-distribution-format/
_NAME = re.compile(
    rf"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?)-(?P<version>[A-Za-z0-9_.!+]+)(?:-[0-9][A-Za-z0-9_.]*)?"
    rf"-{_TAG}-{_TAG}-{_TAG}[.]whl"
)


def check_wheel_name(file_name: str) -> tuple[str, str]:
    """Name and version of the package. Raises InvalidInput (wheel-refused) where no wheel can be called so."""
    match = _NAME.fullmatch(file_name) if len(file_name) <= 255 else None
    if match is None:
        raise _refused(
            f"{file_name[:_SHOWN_MAX]!r} is no name of a wheel; these are like NAME-VERSION-py3-none-any.whl. Upload "
            "files as pip wheel or pip download have named them."
        )
    return match["name"], match["version"]


def check_wheel(file_name: str, data: bytes, digest: str) -> None:
    """Raises InvalidInput (wheel-refused) where it is not the file with this SHA-256, or not what its name says."""
    name, version = check_wheel_name(file_name)
    found = sha256(data).hexdigest()
    if found != digest:
        raise _refused(f"{file_name} did not arrive as it was sent: its SHA-256 is {found}, not {digest}.")
    metadata = _metadata(file_name, data)
    said = metadata.get("name", ""), metadata.get("version", "")
    if normalised(said[0]) != normalised(name) or _version(said[1]) != _version(version):
        raise _refused(
            f"{file_name} has {said[0][:_SHOWN_MAX]!r} {said[1][:_SHOWN_MAX]!r} in it, not what its name says."
        )


def _metadata(file_name: str, data: bytes) -> dict[str, str]:
    if data.count(b"PK\x01\x02") > _FILES_MAX:  # before anything is allocated for each of them
        raise _refused(f"{file_name} has more than {_FILES_MAX} files in it.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [each for each in archive.namelist() if re.fullmatch(r"[^/]+[.]dist-info/METADATA", each)]
            if len(names) != 1 or archive.getinfo(names[0]).file_size > _METADATA_BYTES_MAX:
                raise _refused(f"{file_name} is no wheel: it has not one NAME-VERSION.dist-info/METADATA.")
            # Others may take as much memory as they say
            if archive.getinfo(names[0]).compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise _refused(f"{file_name} is not compressed by deflate, as wheels are.")
            with archive.open(names[0]) as file:
                fields = BytesHeaderParser().parsebytes(file.read(_METADATA_BYTES_MAX))
    except (*_DAMAGED, RuntimeError) as error:
        raise _refused(f"{file_name} is no wheel: {error}.") from error
    return {name.lower(): str(value).strip() for name, value in fields.items()}


def _version(text: str) -> str:
    """As file names spell it: with underscores in the place of hyphens, whatever the case."""
    return text.replace("-", "_").lower()


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, code="wheel-refused")
