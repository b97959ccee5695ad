"""Archives that are damaged, unsafe or too large, or hold what must not be deployed."""

from __future__ import annotations

import io
import stat
import zipfile

from support.deployments_to_refuse.source import BrokenDeployment, service


def archive(entries: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression, compresslevel=1) as made:
        for path, content in entries.items():
            made.writestr(zipfile.ZipInfo(path) if path.startswith("/") else path, content, compression, 1)
    return buffer.getvalue()


def _with_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("shop/__init__.py", service())
        link = zipfile.ZipInfo("shop/passwd.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def _encrypted() -> bytes:
    data = bytearray(archive({"shop/__init__.py": service()}, compression=zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _damaged() -> bytes:
    data = bytearray(archive({"shop.py": service()}, compression=zipfile.ZIP_STORED))
    data[data.index(b"class")] ^= 0xFF
    return bytes(data)


ARCHIVES: tuple[BrokenDeployment, ...] = (
    BrokenDeployment("half of a zip", "shop.zip", archive({"shop/__init__.py": service()})[:-40], "archive-damaged"),
    BrokenDeployment("no zip at all", "shop.zip", service(), "archive-damaged"),
    BrokenDeployment("zip with a wrong checksum", "shop.zip", _damaged(), "archive-damaged"),
    BrokenDeployment("zip with ../", "shop.zip", archive({"../evil.py": service()}), "archive-unsafe", None, "../evil"),
    BrokenDeployment("zip with an absolute path", "shop.zip", archive({"/tmp/evil.py": service()}), "archive-unsafe"),
    BrokenDeployment("zip with a backslash", "shop.zip", archive({"..\\evil.py": service()}), "archive-unsafe"),
    BrokenDeployment("zip with a link", "shop.zip", _with_link(), "archive-unsafe", None, "link"),
    BrokenDeployment("encrypted zip", "shop.zip", _encrypted(), "archive-unsupported"),
    BrokenDeployment(
        "zip compressed otherwise",
        "shop.zip",
        archive({"shop.py": service()}, compression=zipfile.ZIP_LZMA),
        "archive-unsupported",
    ),
    BrokenDeployment(
        "zip bomb", "shop.zip", archive({"shop.py": service(), "shop.bin": bytes(64 << 20)}), "archive-too-large"
    ),
    BrokenDeployment(
        "zip with too many entries",
        "shop.zip",
        archive({f"shop/m{number}.py": b"" for number in range(1_100)}),
        "archive-too-large",
    ),
    BrokenDeployment("zip without Python", "shop.zip", archive({"README": b"hello"}), "no-service"),
    BrokenDeployment(
        "syntax error in a zip",
        "shop.zip",
        archive({"shop/__init__.py": b"", "shop/orders.py": service("def x(:\n")}),
        "syntax-error",
        3,
        file="shop.zip/shop/orders.py",
    ),
    BrokenDeployment(
        "exception in a zip",
        "shop.zip",
        archive({"shop/__init__.py": b"from . import orders\n", "shop/orders.py": service("1 / 0\n")}),
        "import-failed",
        3,
        "ZeroDivisionError",
        file="shop.zip/shop/orders.py",
    ),
    BrokenDeployment(
        "zip with a module of another file", "shop.zip", archive({"nations.py": service()}), "module-name-taken"
    ),
    BrokenDeployment(
        "zip that hides the standard library",
        "shop.zip",
        archive({"json/__init__.py": service()}),
        "module-name-reserved",
        file="shop.zip/json/__init__.py",
    ),
)
