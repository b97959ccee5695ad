"""From an exception that a deployed module raised to a refusal with its place in the source."""

from __future__ import annotations

import re
from shlex import quote
from types import TracebackType

from zato.core.errors import ZatoError
from zato.deployment.loader.refusal import DeploymentRefused, Refusal
from zato.deployment.loader.source import DeploymentSource

_REASON_LENGTH = 600
_DEPLOYED_PATH = re.compile(r"deployment-\d+/")
# The distribution that has a well-known module
_PACKAGES = {
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "attr": "attrs",
    "boto3": "boto3",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "google": "google-api-python-client",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "ldap": "python-ldap",
    "lxml": "lxml",
    "magic": "python-magic",
    "numpy": "numpy",
    "openpyxl": "openpyxl",
    "pandas": "pandas",
    "paramiko": "paramiko",
    "phonenumbers": "phonenumbers",
    "pptx": "python-pptx",
    "pymongo": "pymongo",
    "scipy": "scipy",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
_VERSIONED = re.compile(r"\b([A-Za-z][A-Za-z0-9_]*)@\d+\b")


def refusal_of(error: BaseException, source: DeploymentSource) -> Refusal:
    """Why `source` could not be loaded. The line is the deepest one of its own code that was being executed."""
    if isinstance(error, DeploymentRefused):
        return error.refusal
    file, line = _place(error, source)
    if isinstance(error, SystemExit):
        return Refusal("exited", "It ends the process when it is imported (sys.exit).", file, line)
    if isinstance(error, MemoryError):
        return Refusal("out-of-memory", "It needs more memory than is allowed when it is imported.", file, line)
    if isinstance(error, RecursionError):
        return Refusal("import-failed", "It recurses without end when it is imported.", file, line)
    reason = f"It raises {describe(error)} when it is imported."
    if isinstance(error, ModuleNotFoundError) and error.name:
        reason += f" {_missing(tidy(error.name))}"
    return Refusal("import-failed", reason, file, line)


def _missing(module: str) -> str:
    """What to do about a module that is not there.

    A package is named only where it is known to be the one that is meant: of any other name, whoever chose to has
    published something, and it would run here.
    """
    reason = f"No file that is deployed has the module {module!r}, nor has an installed package. "
    package = _PACKAGES.get(module)
    if package is not None:
        return f"{reason}Unless it is one of yours, it is that of {package}: zato packages install {quote(package)}"
    return (
        f"{reason}If it is one of yours, deploy the file that has it first; two files that need one another are "
        "deployed together, or in one .zip. If it is of a package, that is installed by the name that its own "
        "documentation gives: zato packages install NAME"
    )


def describe(error: BaseException) -> str:
    """Type and text of an exception from code that is not ours, in one line of limited length."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - whatever a stranger's __str__ does, the refusal must be written
        text = "its text cannot be shown"
    return f"{type(error).__name__}: {tidy(text)}" if text else type(error).__name__


def explain(error: BaseException) -> str:
    """The sentence of an error of ours, or what `describe` says of any other."""
    return tidy(error.message) if isinstance(error, ZatoError) else f"{describe(error)}."


def tidy(text: str) -> str:
    """Text that came from deployed code: without our internal names, in one line, no longer than a screen."""
    text = _VERSIONED.sub(r"\1", _DEPLOYED_PATH.sub("", text[: 4 * _REASON_LENGTH]))
    text = "".join(char if char.isprintable() else " " for char in text)
    text = " ".join(text.split())
    return text if len(text) <= _REASON_LENGTH else text[: _REASON_LENGTH - 3] + "..."


def _place(error: BaseException, source: DeploymentSource) -> tuple[str, int | None]:
    prefix = source.prefix
    paths = {module.path for module in source.modules.values()}
    if isinstance(error, SyntaxError) and error.filename in paths:
        return str(error.filename).removeprefix(prefix), error.lineno
    file, line = source.file_name, None
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        path = traceback.tb_frame.f_code.co_filename
        if path in paths:
            file, line = path.removeprefix(prefix), traceback.tb_lineno
        traceback = traceback.tb_next
    return file, line
