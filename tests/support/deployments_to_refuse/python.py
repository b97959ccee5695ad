"""What is no Python."""

from __future__ import annotations

from support.deployments_to_refuse.source import BrokenDeployment, service

UNREADABLE: tuple[BrokenDeployment, ...] = (
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
)
