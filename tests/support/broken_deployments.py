"""Files that must not be deployed, with what has to be said about each, for the loader, the check and the whole chain.

`WORKING` are files that are deployed before; two of them are what some of the broken ones are in conflict with.
"""

from __future__ import annotations

import io
import stat
import zipfile
from dataclasses import dataclass

_HEAD = "from zato.server.service import Service\n\n"
_GOOD = "\n\nclass Good(Service):\n    def handle(self):\n        self.response.payload = {'version': 'good'}\n"


@dataclass(frozen=True)
class BrokenDeployment:
    """One file. `code`, `file`, `line` and a part of the reason are what the refusal must have.

    `hostile`: loading it would hang, end or exhaust the process that does it. `file` None: the file's own name.
    """

    title: str
    file_name: str
    source: bytes
    code: str
    line: int | None = None
    reason: str = ""
    hostile: bool = False
    file: str | None = None

    @property
    def codes(self) -> frozenset[str]:
        """Several where it depends on the machine which limit is reached first."""
        return frozenset(self.code.split("|"))

    @property
    def expected_file(self) -> str:
        return self.file_name if self.file is None else self.file


def service(body: str = "", name: str = "Broken") -> bytes:
    """Source whose first own line, `body`, is line 3, followed by a working service."""
    return (_HEAD + body + _GOOD.replace("Good", name)).encode()


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


WORKING: dict[str, bytes] = {
    "nations.py": (
        _HEAD + "NAMES = {'PL': 'Poland'}\n\n\nclass GetNation(Service):\n    def handle(self):\n"
        "        self.response.payload = {'version': 'good'}\n"
    ).encode(),
    "census.py": (
        "from nations import NAMES\n" + _HEAD + "COUNT = len(NAMES)\n\n\nclass Count(Service):\n"
        "    def handle(self):\n        self.response.payload = {'count': COUNT}\n"
    ).encode(),
}

_PADDING = "x" * 1000

BROKEN: tuple[BrokenDeployment, ...] = (
    # What is no Python
    BrokenDeployment("syntax error", "broken.py", service("def x(:\n"), "syntax-error", 3, "invalid syntax"),
    BrokenDeployment("bad indentation", "broken.py", service("  x = 1\n"), "syntax-error", 3, "unexpected indent"),
    BrokenDeployment("unclosed bracket", "broken.py", b"x = (1,\n", "syntax-error", 1, "never closed"),
    BrokenDeployment("half of a file", "broken.py", service()[:-30] + b" '", "syntax-error", None, "unterminated"),
    BrokenDeployment("empty", "broken.py", b"", "empty-file"),
    BrokenDeployment("white space only", "broken.py", b"\n\n   \n", "empty-file"),
    BrokenDeployment("comments only", "broken.py", b"# nothing here yet\n", "empty-file"),
    BrokenDeployment("NUL bytes", "broken.py", service("x = 1\n") + b"\0\0", "not-text", None, "NUL"),
    BrokenDeployment("an executable", "broken.py", b"\x7fELF\x02\x01\x01" + bytes(range(256)), "not-text"),
    BrokenDeployment("not UTF-8", "broken.py", service("x = 1\n").replace(b"= 1", b"= '\xff'"), "not-utf8", 3),
    BrokenDeployment("UTF-16", "broken.py", service().decode().encode("utf-16"), "not-text"),
    BrokenDeployment(
        "nested too deeply", "broken.py", b"x = " + b"(" * 5_000 + b")" * 5_000, "syntax-error", None, "", hostile=True
    ),
    BrokenDeployment(
        "recursion of the compiler", "broken.py", b"x = " + b"-" * 200_000 + b"1\n", "syntax-error", hostile=True
    ),
    # What goes wrong while it is imported
    BrokenDeployment("exception", "broken.py", service("x = 1\ny = x / 0\n"), "import-failed", 4, "ZeroDivisionError"),
    BrokenDeployment(
        "exception in a function",
        "broken.py",
        service("def x():\n    return {}['gone']\n\n\nx()\n"),
        "import-failed",
        4,
        "KeyError",
    ),
    BrokenDeployment(
        "missing module", "broken.py", service("import not_there_at_all\n"), "import-failed", 3, "not_there_at_all"
    ),
    BrokenDeployment(
        "missing name", "broken.py", service("from nations import GONE\n"), "import-failed", 3, "from 'nations'"
    ),
    BrokenDeployment(
        "endless recursion", "broken.py", service("def x():\n    return x()\n\n\nx()\n"), "import-failed", 4, "recurses"
    ),
    BrokenDeployment(
        "exception that cannot be shown",
        "broken.py",
        service("class E(Exception):\n    def __str__(self):\n        raise SystemExit\n\n\nraise E()\n"),
        "import-failed",
        8,
        "cannot be shown",
    ),
    BrokenDeployment("sys.exit", "broken.py", service("import sys\nsys.exit(0)\n"), "exited", 4, "sys.exit"),
    BrokenDeployment(
        "replaces a module of others",
        "broken.py",
        service("import sys\nsys.modules['json'] = sys.modules['re']\n"),
        "import-failed",
        None,
        "modules of others out of sys.modules when it is imported: json",
        hostile=True,
    ),
    BrokenDeployment(
        "removes modules of others",
        "broken.py",
        service(
            "import sys\nfor name in [each for each in sys.modules if 'zato' in each]:\n    del sys.modules[name]\n"
        ),
        "import-failed",
        None,
        "sys.modules",
        hostile=True,
    ),
    BrokenDeployment("os._exit", "broken.py", service("import os\nos._exit(0)\n"), "exited", hostile=True),
    BrokenDeployment(
        "kills itself", "broken.py", service("import os\nos.kill(os.getpid(), 9)\n"), "crashed", hostile=True
    ),
    BrokenDeployment(
        "crashes the interpreter",
        "broken.py",
        service("import ctypes\nctypes.string_at(0)\n"),
        "crashed",
        None,
        "SIGSEGV",
        hostile=True,
    ),
    BrokenDeployment(
        "hangs", "broken.py", service("import time\ntime.sleep(600)\n"), "import-timed-out", 4, hostile=True
    ),
    BrokenDeployment(
        "busy for ever", "broken.py", service("while True:\n    pass\n"), "import-timed-out", hostile=True
    ),
    BrokenDeployment(
        "waits for input", "broken.py", service("x = input()\n"), "import-failed", 3, "EOFError", hostile=True
    ),
    BrokenDeployment(
        "hangs and ignores signals",
        "broken.py",
        service("import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(600)\n"),
        "import-timed-out",
        5,
        hostile=True,
    ),
    BrokenDeployment(
        "fork bomb",
        "broken.py",
        service("import os, time\nfor _ in range(11):\n    os.fork()\ntime.sleep(600)\n"),
        "too-many-processes|import-failed|import-timed-out",
        hostile=True,
    ),
    BrokenDeployment(
        "endless memory",
        "broken.py",
        service("x = []\nwhile True:\n    x.append(bytearray(1 << 24))\n"),
        "out-of-memory|import-timed-out",
        5,
        hostile=True,
    ),
    BrokenDeployment(
        "endless output",
        "broken.py",
        service(f"while True:\n    print('{_PADDING}')\n"),
        "too-much-output",
        hostile=True,
    ),
    BrokenDeployment(
        "leaves a process behind and hangs",
        "broken.py",
        service("import os, time\nif os.fork() == 0:\n    os.setsid()\ntime.sleep(600)\n"),
        "import-timed-out",
        6,
        hostile=True,
    ),
    # What names nothing, or what another file has
    BrokenDeployment(
        "needs a file that needs it", "broken.py", service("import other_half\n"), "import-failed", 3, "in one .zip"
    ),
    BrokenDeployment(
        "no handle", "broken.py", _HEAD.encode() + b"class Broken(Service):\n    pass\n", "no-service", 3, "handle"
    ),
    BrokenDeployment(
        "service name of another file",
        "broken.py",
        _HEAD.encode() + b"class Broken(Service):\n    name = 'nations.get-nation'\n    def handle(self): pass\n",
        "service-name-taken",
        3,
        "nations.py",
    ),
    BrokenDeployment(
        "two services of one name",
        "broken.py",
        _HEAD.encode()
        + b"class A(Service):\n    name = 'a.b'\n    def handle(self): pass\n"
        + b"class B(Service):\n    name = 'a.b'\n    def handle(self): pass\n",
        "duplicate-service",
        6,
        "line 3",
    ),
    BrokenDeployment(
        "bad service name",
        "broken.py",
        _HEAD.encode() + b"class A(Service):\n    name = '../etc/passwd\\n'\n    def handle(self): pass\n",
        "service-name-invalid",
        3,
    ),
    BrokenDeployment(
        "service name that is no text",
        "broken.py",
        _HEAD.encode() + b"class A(Service):\n    name = 5\n    def handle(self): pass\n",
        "service-name-invalid",
        3,
    ),
    BrokenDeployment(
        "service name of Zato's own",
        "broken.py",
        _HEAD.encode() + b"class A(Service):\n    name = 'zato.ping'\n    def handle(self): pass\n",
        "service-name-reserved",
        3,
    ),
    BrokenDeployment(
        "input that makes no sense",
        "broken.py",
        _HEAD.encode() + b"class A(Service):\n    input = 5\n    def handle(self): pass\n",
        "io-invalid",
        3,
    ),
    BrokenDeployment(
        "a method that nothing runs",
        "broken.py",
        _HEAD.encode() + b"class A(Service):\n    async def handle(self): pass\n",
        "not-invocable",
        3,
    ),
    BrokenDeployment(
        "a method that is called otherwise",
        "broken.py",
        _HEAD.encode() + b"class A(Service):\n    def handle_GET(self, request): pass\n",
        "not-invocable",
        3,
    ),
    BrokenDeployment("hides the standard library", "json.py", service(), "module-name-reserved"),
    BrokenDeployment("hides Zato", "zato.py", service(), "module-name-reserved"),
    BrokenDeployment("hides an installed package", "falcon.py", service(), "module-name-reserved"),
    BrokenDeployment("reserved word", "class.py", service(), "module-name-invalid"),
    BrokenDeployment("another kind of file", "broken.txt", service(), "file-name-invalid"),
    BrokenDeployment(
        "breaks what imports it",
        "nations.py",
        service(),
        "dependent-failed",
        1,
        "census.py imports nations.py",
        file="census.py",
    ),
    # Archives
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
