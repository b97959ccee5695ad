"""Several versions of modules side by side, imports between them, and their end."""

from __future__ import annotations

import dataclasses
import gc
import inspect
import linecache
import pickle
import sys
import time
import traceback
import typing
from types import ModuleType
from typing import Any

import msgspec
import pytest

from support.deployments_to_refuse.archives import archive
from zato.deployment.loader import CodeSet, DeploymentRefused, parse

HEAD = "from zato.server.service import Service\n"


def source(body: str, head: str = HEAD) -> bytes:
    return (head + body).encode()


def handler(name: str, *lines: str) -> str:
    return f"class {name}(Service):\n    def handle(self):\n" + "".join(f"        {line}\n" for line in lines)


def run(code: CodeSet, name: str) -> Any:
    return code.services[name].implementation().handle()


def keys() -> set[str]:
    return {key for key in sys.modules if "@" in key}


def test_a_service_is_named_after_its_module_and_class() -> None:
    code = CodeSet().with_deployment("my_shop.py", source(handler("GetHTTPStatus", "return 1")), 1)
    entry = code.services["my-shop.get-http-status"]
    assert (entry.module, entry.file_name, entry.deployment_id) == ("my_shop", "my_shop.py", 1)
    assert entry.implementation.get_name() == entry.implementation().name == "my-shop.get-http-status"


def test_a_service_may_name_itself_and_does_not_hand_its_name_down() -> None:
    body = (
        handler("A", "return 1").replace("def handle", "name = 'crm.read'\n    def handle") + "class B(A):\n    pass\n"
    )
    assert set(CodeSet().with_deployment("shop.py", source(body), 1).services) == {"crm.read", "shop.b"}


def test_only_classes_of_the_module_itself_that_handle_something_are_services() -> None:
    code = CodeSet().with_deployment("base.py", source(handler("Base", "return 'base'")), 1)
    body = (
        "from base import Base\nclass Abstract(Service):\n    x = 1\nclass Derived(Base):\n    pass\n"
        "class Verbs(Service):\n    def handle_GET(self): pass\nAlias = Verbs\n"
    )
    code = code.with_deployment("shop.py", source(body), 2)
    assert set(code.services) == {"base.base", "shop.derived", "shop.verbs"}
    assert run(code, "shop.derived") == "base"


def test_declared_input_and_output_become_models() -> None:
    body = handler("Get", "return 1").replace("def handle", "input = 'name'\n    def handle")
    entry = CodeSet().with_deployment("shop.py", source(body), 1).services["shop.get"]
    assert entry.input is not None
    assert [field.name for field in entry.input.input_fields()] == ["name"]
    assert entry.output is None


def test_versions_live_side_by_side_and_a_code_set_never_changes() -> None:
    first = CodeSet().with_deployment("shop.py", source(handler("Get", "return 1")), 1)
    second = first.with_deployment("shop.py", source(handler("Get", "return 2")), 2)
    third = second.without("shop.py")
    assert (run(first, "shop.get"), run(second, "shop.get")) == (1, 2)
    assert not third.services
    assert not third.modules
    with pytest.raises(TypeError):
        first.services["x"] = first.services["shop.get"]  # type: ignore[index]


def test_imports_lead_to_the_version_of_the_same_code_set_also_inside_functions() -> None:
    first = CodeSet().with_deployment("lib.py", source("V = 1\n" + handler("L", "return V")), 1)
    first = first.with_deployment("shop.py", source(handler("Get", "import lib", "return lib.V")), 2)
    second = first.with_deployment("lib.py", source("V = 2\n" + handler("L", "return V")), 3)
    assert (run(first, "shop.get"), run(second, "shop.get")) == (1, 2)


@pytest.mark.parametrize(
    "importing",
    ["import lib\nV = lib.V\n", "import lib as l\nV = l.V\n", "from lib import V\n", "from lib import *\n"],
)
def test_a_redeployed_module_is_imported_anew_by_all_that_depend_on_it(importing: str) -> None:
    code = CodeSet().with_deployment("lib.py", source("V = 1\n" + handler("L", "return V")), 1)
    code = code.with_deployment("middle.py", source(importing + handler("M", "return V")), 2)
    code = code.with_deployment("top.py", source("from middle import V\n" + handler("T", "return V")), 3)
    code = code.with_deployment("other.py", source(handler("O", "return 0")), 4)
    new = code.with_deployment("lib.py", source("V = 2\n" + handler("L", "return V")), 5)
    assert [run(new, name) for name in ("lib.l", "middle.m", "top.t")] == [2, 2, 2]
    assert [run(code, name) for name in ("lib.l", "middle.m", "top.t")] == [1, 1, 1]
    assert new.files["other.py"] is code.files["other.py"]
    assert new.services["top.t"].deployment_id == 3


def test_a_module_that_did_without_another_is_imported_anew_when_that_one_appears() -> None:
    optional = "try:\n    import lib\nexcept ImportError:\n    lib = None\n" + handler("Get", "return lib and lib.V")
    code = CodeSet().with_deployment("shop.py", source(optional), 1)
    assert run(code, "shop.get") is None
    code = code.with_deployment("lib.py", source("V = 1\n" + handler("L", "return V")), 2)
    assert run(code, "shop.get") == 1
    assert run(code.without("lib.py"), "shop.get") is None


def test_an_import_whose_name_is_computed_makes_a_dependency_too() -> None:
    code = CodeSet().with_deployment("lib.py", source("V = 1\n" + handler("L", "return V")), 1)
    code = code.with_deployment("shop.py", source("V = __import__('li' + 'b').V\n" + handler("Get", "return V")), 2)
    code = code.with_deployment("lib.py", source("V = 2\n" + handler("L", "return V")), 3)
    assert run(code, "shop.get") == 2


def test_modules_may_import_one_another_in_a_circle() -> None:
    code = CodeSet().with_deployment("a.py", source("V = 1\n" + handler("A", "import b", "return b.W")), 1)
    code = code.with_deployment("b.py", source("from a import V\nW = V + 1\n" + handler("B", "return W")), 2)
    code = code.with_deployment("a.py", source("V = 10\n" + handler("A", "import b", "return b.W")), 3)
    assert run(code, "a.a") == 11


def test_a_change_that_breaks_what_depends_on_it_is_refused_with_that_file() -> None:
    code = CodeSet().with_deployment("lib.py", source("V = 1\n" + handler("L", "return V")), 1)
    code = code.with_deployment("shop.py", source("\nfrom lib import V\n" + handler("Get", "return V")), 2)
    before = keys()
    with pytest.raises(DeploymentRefused) as refused:
        code.with_deployment("lib.py", source(handler("L", "return 1")), 3)
    assert (refused.value.refusal.code, refused.value.refusal.file) == ("dependent-failed", "shop.py")
    assert refused.value.refusal.line == 3
    with pytest.raises(DeploymentRefused, match=r"shop.py imports lib.py"):
        code.without("lib.py")
    del refused
    assert keys() == before
    assert run(code, "shop.get") == 1


def test_all_files_that_need_one_are_known_and_those_that_manage_without_it_are_not() -> None:
    code = CodeSet().with_deployment("lib.py", source("V = 1\n" + handler("L", "return V")), 1)
    code = code.with_deployment("shop.py", source("from lib import V\n" + handler("Get", "return V")), 2)
    code = code.with_deployment("till.py", source("import shop\n" + handler("Pay", "return shop.V")), 3)
    optional = "try:\n    import lib\nexcept ImportError:\n    lib = None\n"
    code = code.with_deployment("other.py", source(optional + handler("Other", "return lib")), 4)
    assert code.needing("lib.py") == ["shop.py", "till.py"]
    assert code.needing("lib.py", "shop.py", "till.py") == []
    assert code.without("lib.py", "shop.py", "till.py").files.keys() == {"other.py"}
    assert run(code, "till.pay") == 1


def test_a_failure_inside_a_dependency_is_blamed_on_the_file_that_was_being_imported() -> None:
    code = CodeSet().with_deployment("lib.py", source("def f(x): return x\n" + handler("L", "return 1")), 1)
    code = code.with_deployment("shop.py", source("import lib\nV = lib.f(1)\n" + handler("G", "return V")), 2)
    with pytest.raises(DeploymentRefused) as refused:
        code.with_deployment("lib.py", source("def f(): return 1\n" + handler("L", "return 1")), 3)
    assert (refused.value.refusal.file, refused.value.refusal.line) == ("shop.py", 3)


def test_a_failure_inside_an_import_is_blamed_on_the_file_that_was_imported() -> None:
    candidate = parse("shop.py", source("import lib\n" + handler("Get", "return lib.V")), 2)
    broken = parse("lib.py", source("V = 1 / 0\n" + handler("L", "return V")), 1)
    with pytest.raises(DeploymentRefused) as refused:
        CodeSet.trial([candidate], [broken], {})
    assert (refused.value.refusal.file, refused.value.refusal.line) == ("lib.py", 2)


def test_several_changes_can_be_one() -> None:
    code = CodeSet().with_deployment("a.py", source(handler("A", "return 1").replace("def", "name = 'x'\n    def")), 1)
    moved = parse("b.py", source(handler("B", "return 2").replace("def", "name = 'x'\n    def")), 2)
    with pytest.raises(DeploymentRefused):
        code.changed(replace=(moved,))
    assert run(code.changed(replace=(moved,), remove=("a.py",)), "x") == 2


def test_what_introspection_needs_works_in_deployed_modules() -> None:
    body = (
        "import dataclasses, msgspec\n"
        "@dataclasses.dataclass\nclass Point:\n    x: int\n    other: Point | None = None\n"
        "class Struct(msgspec.Struct):\n    p: Point\n" + handler("Get", "return 1")
    )
    code = CodeSet().with_deployment("shop.py", ("from __future__ import annotations\n" + HEAD + body).encode(), 1)
    module: Any = code.modules["shop"]
    assert dataclasses.asdict(module.Point(1)) == {"x": 1, "other": None}
    assert typing.get_type_hints(module.Point)["other"] == module.Point | None
    assert msgspec.json.decode(b'{"p": {"x": 3}}', type=module.Struct).p.x == 3
    assert pickle.loads(pickle.dumps(module.Point(4))).x == 4
    assert inspect.getsource(module.Point).startswith("@dataclasses.dataclass")


def test_tracebacks_show_the_file_and_the_line_of_the_version_that_ran() -> None:
    first = CodeSet().with_deployment("shop.py", source(handler("Get", "raise ValueError('first')")), 1)
    second = first.with_deployment("shop.py", source("\n" + handler("Get", "raise KeyError('second')")), 2)
    for code, number, line in ((first, 4, "raise ValueError('first')"), (second, 5, "raise KeyError('second')")):
        with pytest.raises((ValueError, KeyError)) as error:
            run(code, "shop.get")
        shown = "".join(traceback.format_exception(error.value))
        assert f'/shop.py", line {number}, in handle\n    {line}' in shown


def test_a_version_is_forgotten_when_no_code_set_has_it_any_more() -> None:
    gc.collect()
    before = keys()
    first = CodeSet().with_deployment("shop.py", source(handler("Get", "raise ValueError('first')")), 1)
    kept = first.with_deployment("other.py", source(handler("O", "return 1")), 2)
    with pytest.raises(ValueError, match="first") as error:
        run(first, "shop.get")
    assert traceback.format_exception(error.value)
    del error
    second = kept.with_deployment("shop.py", source(handler("Get", "return 2")), 3)
    assert len(keys() - before) == 3
    del first, kept
    gc.collect()
    assert {key.partition("@")[0] for key in keys() - before} == {"shop", "other"}
    assert "deployment-1/shop.py" not in linecache.cache
    assert run(second, "shop.get") == 2
    del second
    gc.collect()
    assert not keys() - before


def test_a_request_that_has_started_finishes_on_its_code_and_can_import_meanwhile() -> None:
    files = {
        "pack/__init__.py": source(handler("Get", "from . import late", "return late.V")),
        "pack/late.py": b"V = 1",
    }
    first = CodeSet().with_deployment("pack.zip", archive(files), 1)
    second = first.with_deployment("pack.zip", archive({**files, "pack/late.py": b"V = 2"}), 2)
    assert (run(first, "pack.get"), run(second, "pack.get")) == (1, 2)


def test_modules_do_not_appear_under_their_plain_names() -> None:
    CodeSet().with_deployment("shop_of_mine.py", source(handler("Get", "return 1")), 1)
    assert "shop_of_mine" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        __import__("shop_of_mine")


def test_a_start_loads_what_it_can_and_tells_about_the_rest() -> None:
    sources = [
        parse("top.py", source("from lib import V\n" + handler("T", "return V")), 1),
        parse("bad.py", source("1 / 0\n" + handler("B", "return 1")), 2),
        parse("needs_bad.py", source("import bad\n" + handler("N", "return 1")), 3),
        parse("lib.py", source("V = 1\n" + handler("L", "return V")), 4),
    ]
    code, refusals = CodeSet.of(sources)
    assert set(code.files) == {"top.py", "lib.py"}
    assert run(code, "top.t") == 1
    assert {refusal.file for refusal in refusals} == {"bad.py", "needs_bad.py"}


def test_importing_something_cheap_many_times_costs_little() -> None:
    sources = [parse(f"m{number}.py", source(handler("Get", "return 1")), number) for number in range(300)]
    code, refusals = CodeSet.of(sources)
    assert not refusals
    started = time.process_time()
    code = code.with_deployment("m5.py", source(handler("Get", "return 2")), 1000)
    assert time.process_time() - started < 1
    assert isinstance(code.modules["m5"], ModuleType)
