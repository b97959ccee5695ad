"""A deployed file as modules that are compiled once, however often they are imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import CodeType, MappingProxyType

from zato.core.limits import SOURCE_BYTES_MAX
from zato.deployment.loader.compiled import Compiled
from zato.deployment.loader.names import check_file_name, check_module_name, module_name
from zato.deployment.loader.refusal import refuse
from zato.deployment.loader.uses import Use, uses_in
from zato.deployment.loader.zip_archive import read_archive

_TOP_LEVEL_NAMES_MAX = 200
_PARSED_AGAIN_MAX = 5
_NOTHING: Mapping[str, Compiled] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """One module: `name` is dotted and logical ("shop.orders"), `path` is what tracebacks show.

    `imports` has the first part of each absolute name that the source imports anywhere, `class_lines` the line at
    which each class begins, `uses` the connections and services that it names.
    """

    name: str
    path: str
    is_package: bool
    text: str
    code: CodeType
    imports: frozenset[str]
    class_lines: Mapping[str, int]
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class DeploymentSource:
    """A whole file: its modules by logical name, packages before what is in them."""

    file_name: str
    deployment_id: int
    data: bytes
    sha256: str
    modules: Mapping[str, ModuleSource]
    resources: Mapping[str, bytes]

    @property
    def top_level(self) -> frozenset[str]:
        """The names that other files can import."""
        return frozenset(name for name in self.modules if "." not in name)

    @property
    def imports(self) -> frozenset[str]:
        return frozenset().union(*(module.imports for module in self.modules.values()))

    @property
    def module(self) -> str:
        """How the file's modules are called in one line: "countries", or "a, b" for an archive with several."""
        return ", ".join(sorted(self.top_level))

    @property
    def compiled(self) -> Mapping[str, Compiled]:
        """What `parse` takes to make the same of it again."""
        return {
            name: Compiled(module.path, module.code, module.imports, module.class_lines, module.uses)
            for name, module in self.modules.items()
        }

    @property
    def prefix(self) -> str:
        """Paths in tracebacks start with it, so that each version's lines are its own."""
        return prefix_of(self.deployment_id)


def prefix_of(deployment_id: int) -> str:
    return f"deployment-{deployment_id}/"


def parse(
    file_name: str, data: bytes, deployment_id: int, compiled: Mapping[str, Compiled] = _NOTHING
) -> DeploymentSource:
    """Compile a file. Raises DeploymentRefused with file and line where it is no Python, hides a module, or is unsafe.

    `compiled` is what was made of the same file and deployment before.

    Compiling takes memory and stack in proportion to what was sent: a file that nobody has looked at is compiled in
    a check's child process first.
    """
    check_file_name(file_name)
    check_size(file_name, data)
    prefix = prefix_of(deployment_id)
    resources: Mapping[str, bytes] = {}
    if file_name.endswith(".py"):
        modules = [_module(module_name(file_name[:-3]), file_name, prefix, data, compiled, is_package=False)]
    else:
        resources = read_archive(file_name, data)
        modules = list(_modules_of(file_name, prefix, resources, compiled))
        if not modules:
            raise refuse("no-service", f"{file_name} has no Python module or package at its top level.", file_name)
    found = DeploymentSource(
        file_name,
        deployment_id,
        data,
        sha256(data).hexdigest(),
        MappingProxyType({module.name: module for module in modules}),
        MappingProxyType({prefix + file_name + "/" + path: content for path, content in resources.items()}),
    )
    if len(found.module) > _TOP_LEVEL_NAMES_MAX:
        raise refuse("archive-too-large", f"{file_name} has too many modules at its top level.", file_name)
    return found


def check_size(file_name: str, data: bytes) -> None:
    """Raises DeploymentRefused for a file that is empty or too large to be looked at."""
    if not data.strip():
        raise refuse("empty-file", f"{file_name} is empty.", file_name)
    if len(data) > SOURCE_BYTES_MAX:
        raise refuse(
            "too-large",
            f"{file_name} has {len(data)} bytes; at most {SOURCE_BYTES_MAX // 2**20} MiB are accepted.",
            file_name,
        )


def _modules_of(
    file_name: str, prefix: str, files: Mapping[str, bytes], compiled: Mapping[str, Compiled]
) -> Iterator[ModuleSource]:
    """Modules in an archive, in the order of their names. A directory is a package even without `__init__.py`."""
    sources: dict[str, tuple[str, bytes, bool]] = {}
    for path, content in files.items():
        if not path.endswith(".py"):
            continue
        *parents, stem = path[:-3].split("/")
        if not parents:  # as if it were deployed by itself; what is in a package is found by Python's own rules
            stem = module_name(stem)
        if stem == "__main__" or not all(part.isidentifier() for part in (*parents, stem)):
            continue
        is_package = stem == "__init__" and bool(parents)
        name = ".".join(parents if is_package else [*parents, stem])
        check_module_name(name.partition(".")[0], f"{file_name}/{path}")
        if name in sources and not is_package and not sources[name][2]:
            raise refuse(
                "module-name-taken",
                f"{sources[name][0]} and {path} are both the module {name!r}; rename one.",
                file_name,
            )
        if is_package or name not in sources:  # a package wins over a module beside it, as everywhere in Python
            sources[name] = (path, content, is_package)
        for depth in range(1, len(parents) + 1):
            package = ".".join(parents[:depth])
            if not sources.get(package, ("", b"", False))[2]:
                sources[package] = ("/".join(parents[:depth]) + "/__init__.py", b"", True)
    for name in sorted(sources):
        path, content, is_package = sources[name]
        yield _module(name, f"{file_name}/{path}", prefix, content, compiled, is_package=is_package)


def _module(
    name: str, file: str, prefix: str, data: bytes, compiled: Mapping[str, Compiled], *, is_package: bool
) -> ModuleSource:
    text = _decode(file, data)
    known = compiled.get(name)
    if known is None or known.path != prefix + file:
        known = _compile(file, prefix, text, is_package=is_package)
    lines = MappingProxyType(dict(known.class_lines))
    return ModuleSource(name, known.path, is_package, text, known.code, known.imports, lines, known.uses)


def _compile(file: str, prefix: str, text: str, *, is_package: bool) -> Compiled:
    try:
        tree = _parsed(text, prefix + file)
        if not tree.body and not is_package:
            raise refuse("empty-file", f"{file} has nothing but comments.", file)
        code = compile(tree, prefix + file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise refuse("syntax-error", f"Python cannot read it: {error.msg}.", file, error.lineno or None) from error
    except (RecursionError, MemoryError, ValueError, OverflowError) as error:
        detail = str(error) or type(error).__name__
        raise refuse("syntax-error", f"Python cannot compile it: {detail}.", file) from error
    imports: set[str] = set()
    lines: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module:
                imports.add(node.module.partition(".")[0])
        elif isinstance(node, ast.ClassDef):
            lines.setdefault(node.name, node.lineno)
    return Compiled(prefix + file, code, frozenset(imports), lines, uses_in(tree))


def _parsed(text: str, path: str) -> ast.Module:
    """As ast.parse. Python 3.11 counts how deep it is in a tree for all threads together, and may raise SystemError
    where two of them make one at the same time; that is no fault of the source, so it is tried again.
    """
    for _ in range(_PARSED_AGAIN_MAX):
        try:
            return ast.parse(text, path)
        except SystemError:
            continue
    return ast.parse(text, path)


def _decode(file: str, data: bytes) -> str:
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise refuse("not-text", f"{file} is not a text file: it has NUL bytes.", file, line)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse("not-utf8", f"{file} is not UTF-8 at byte {error.start}.", file, line) from error
