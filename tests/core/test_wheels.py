"""A wheel is taken where it is whole and what its name says."""

from __future__ import annotations

import contextlib
import io
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from support.wheels import make_wheel
from zato.core.errors import InvalidInput
from zato.core.wheels import check_wheel, check_wheel_name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../zt_rates-1.0-py3-none-any.whl",
        "a/zt_rates-1.0-py3-none-any.whl",
        ".zt_rates-1.0-py3-none-any.whl",
        "-rates-1.0-py3-none-any.whl",
        "zt_rates-1.0-py3-none-any.whl\n",
        "zt_rates-1.0.tar.gz",
        "zt_rates-py3-none-any.whl",
        "zt_rates-1.0-py3-none-any.whl.part",
        "zt rates-1.0-py3-none-any.whl",
        f"{'a' * 250}-1.0-py3-none-any.whl",
    ],
)
def test_other_names_than_those_of_wheels_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="no name of a wheel") as caught:
        check_wheel_name(name)
    assert caught.value.code == "wheel-refused"


def test_names_as_they_are_published_are_taken() -> None:
    name = "psycopg2_binary-2.9.9-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    assert check_wheel_name(name) == ("psycopg2_binary", "2.9.9")
    assert check_wheel_name("a-1.0+local.1-2b-py2.py3-none-any.whl") == ("a", "1.0+local.1")


def test_what_is_in_it_has_to_be_what_was_sent_and_what_its_name_says(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "Zt-Rates", "1.0")
    data, digest = wheel.read_bytes(), sha256(wheel.read_bytes()).hexdigest()
    check_wheel("zt_rates-1.0-py3-none-any.whl", data, digest)
    for name, content, said in (
        (wheel.name, data + b"x", "did not arrive as it was sent"),
        ("zt_rates-2.0-py3-none-any.whl", data, "not what its name says"),
        ("msgspec-1.0-py3-none-any.whl", data, "not what its name says"),
    ):
        with pytest.raises(InvalidInput, match=said):
            check_wheel(name, content, digest)


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("zt_rates/__init__.py", "")
    wheel = make_wheel(tmp_path, "zt-rates", "1.0").read_bytes()
    for data in (b"", b"PK", wheel[:200], wheel[-200:], (tmp_path / "none.zip").read_bytes()):
        with pytest.raises(InvalidInput, match="is no wheel") as caught:
            check_wheel("zt_rates-1.0-py3-none-any.whl", data, sha256(data).hexdigest())
        assert caught.value.code == "wheel-refused"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_what_is_compressed_as_wheels_are_is_read(method: int) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("zt_rates-1.0.dist-info/METADATA", "Name: zt-rates\nVersion: 1.0\n")
    data = content.getvalue()
    for each in (data, data.replace(b"zt_rates-1.0.dist-info/METADATA\x09", b"zt_rates-1.0.dist-info/METADATA\xff", 1)):
        with pytest.raises(InvalidInput, match="not compressed by deflate"):
            check_wheel("zt_rates-1.0-py3-none-any.whl", each, sha256(each).hexdigest())


def test_a_wheel_of_very_many_files_is_refused_before_it_takes_memory_for_each() -> None:
    data = b"PK\x01\x02" * 50_001
    with pytest.raises(InvalidInput, match="more than 50000 files"):
        check_wheel("zt_rates-1.0-py3-none-any.whl", data, sha256(data).hexdigest())


def test_whatever_is_damaged_in_a_wheel_it_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "zt-rates", "1.0").read_bytes()
    for place in range(len(wheel)):
        damaged = wheel[:place] + bytes([wheel[place] ^ 0xFF]) + wheel[place + 1 :]
        with contextlib.suppress(InvalidInput):  # nothing else may be raised
            check_wheel("zt_rates-1.0-py3-none-any.whl", damaged, sha256(damaged).hexdigest())


def test_what_a_refused_wheel_says_of_itself_is_told_in_part() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("zt_rates-1.0.dist-info/METADATA", f"Name: {'x' * 1_000_000}\nVersion: 1.0\n")
    data = content.getvalue()
    with pytest.raises(InvalidInput) as caught:
        check_wheel("zt_rates-1.0-py3-none-any.whl", data, sha256(data).hexdigest())
    assert len(caught.value.message) < 500
