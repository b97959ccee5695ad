"""What goes wrong while it is imported."""

from __future__ import annotations

from support.deployments_to_refuse.source import BrokenDeployment, service

_PADDING = "x" * 1000


FAILING: tuple[BrokenDeployment, ...] = (
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
)
