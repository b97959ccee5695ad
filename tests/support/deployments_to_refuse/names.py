"""What names nothing, or what another file has."""

from __future__ import annotations

from support.deployments_to_refuse.source import HEAD, BrokenDeployment, service

MISNAMED: tuple[BrokenDeployment, ...] = (
    BrokenDeployment(
        "needs a file that needs it", "broken.py", service("import other_half\n"), "import-failed", 3, "in one .zip"
    ),
    BrokenDeployment(
        "no handle", "broken.py", HEAD.encode() + b"class Broken(Service):\n    pass\n", "no-service", 3, "handle"
    ),
    BrokenDeployment(
        "service name of another file",
        "broken.py",
        HEAD.encode() + b"class Broken(Service):\n    name = 'nations.get-nation'\n    def handle(self): pass\n",
        "service-name-taken",
        3,
        "nations.py",
    ),
    BrokenDeployment(
        "two services of one name",
        "broken.py",
        HEAD.encode()
        + b"class A(Service):\n    name = 'a.b'\n    def handle(self): pass\n"
        + b"class B(Service):\n    name = 'a.b'\n    def handle(self): pass\n",
        "duplicate-service",
        6,
        "line 3",
    ),
    BrokenDeployment(
        "bad service name",
        "broken.py",
        HEAD.encode() + b"class A(Service):\n    name = '../etc/passwd\\n'\n    def handle(self): pass\n",
        "service-name-invalid",
        3,
    ),
    BrokenDeployment(
        "service name that is no text",
        "broken.py",
        HEAD.encode() + b"class A(Service):\n    name = 5\n    def handle(self): pass\n",
        "service-name-invalid",
        3,
    ),
    BrokenDeployment(
        "service name of Zato's own",
        "broken.py",
        HEAD.encode() + b"class A(Service):\n    name = 'zato.ping'\n    def handle(self): pass\n",
        "service-name-reserved",
        3,
    ),
    BrokenDeployment(
        "input that makes no sense",
        "broken.py",
        HEAD.encode() + b"class A(Service):\n    input = 5\n    def handle(self): pass\n",
        "io-invalid",
        3,
    ),
    BrokenDeployment(
        "a method that nothing runs",
        "broken.py",
        HEAD.encode() + b"class A(Service):\n    async def handle(self): pass\n",
        "not-invocable",
        3,
    ),
    BrokenDeployment(
        "a method that is called otherwise",
        "broken.py",
        HEAD.encode() + b"class A(Service):\n    def handle_GET(self, request): pass\n",
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
)
