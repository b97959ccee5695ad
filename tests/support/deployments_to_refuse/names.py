"""What names nothing, or what another file has."""

from __future__ import annotations

from support.deployments_to_refuse.source import HEAD, BrokenDeployment, service


def _defines(title: str, source: str, code: str, *, line: int = 3, reason: str = "") -> BrokenDeployment:
    """A file whose first own line is line 3."""
    return BrokenDeployment(title, "broken.py", (HEAD + source).encode(), code, line, reason)


def _named(implementation: str, name: str) -> str:
    """A service of this name, which is written as it is."""
    return f"class {implementation}(Service):\n    name = {name}\n    def handle(self): pass\n"


MISNAMED: tuple[BrokenDeployment, ...] = (
    BrokenDeployment(
        "needs a file that needs it", "broken.py", service("import other_half\n"), "import-failed", 3, "in one .zip"
    ),
    _defines("no handle", "class Broken(Service):\n    pass\n", "no-service", reason="handle"),
    _defines(
        "service name of another file",
        _named("Broken", "'nations.get-nation'"),
        "service-name-taken",
        reason="nations.py",
    ),
    _defines(
        "two services of one name",
        _named("A", "'a.b'") + _named("B", "'a.b'"),
        "duplicate-service",
        line=6,
        reason="line 3",
    ),
    _defines("bad service name", _named("A", "'../etc/passwd\\n'"), "service-name-invalid"),
    _defines("service name that is no text", _named("A", "5"), "service-name-invalid"),
    _defines("service name of Zato's own", _named("A", "'zato.ping'"), "service-name-reserved"),
    _defines(
        "input that makes no sense",
        "class A(Service):\n    input = 5\n    def handle(self): pass\n",
        "io-invalid",
    ),
    _defines(
        "a method that nothing runs",
        "class A(Service):\n    async def handle(self): pass\n",
        "not-invocable",
    ),
    _defines(
        "a method that is called otherwise",
        "class A(Service):\n    def handle_GET(self, request): pass\n",
        "not-invocable",
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
)
