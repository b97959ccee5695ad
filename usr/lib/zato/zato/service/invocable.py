"""Whether a service can be invoked as it is declared: told at its deployment, not by requests that come to nothing."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any

from zato.core.errors import InvalidInput
from zato.service.base import Service
from zato.service.errors import ServiceFailed

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods of HTTP for which a service may have a method of its own."""
_CALLED = frozenset({"__init__", "handle", "before_handle", "after_handle"})
_SET = ("request", "response", "cid", "context")
_PREFIX = "handle_"
_CAPITALS = re.compile(r"[A-Z]+")
_NOT_BEGUN = (AbstractContextManager, AbstractAsyncContextManager)
_ASYNC = "is declared with async, and services are not run by an event loop; use def, and threads or asyncio.run"


def check_invocable(implementation: type[Service]) -> None:
    """Raises InvalidInput (not-invocable) that names the class, the method, what is wrong with it and what to do."""
    for name, problem in _problems(implementation):
        where = f"{implementation.__qualname__}.{name}"
        raise InvalidInput(f"The service cannot be invoked as it is declared: {where} {problem}.", code="not-invocable")


def require_done(service: Service, method: str, result: object) -> None:
    """Raises ServiceFailed where a method has only returned what somebody would have to run.

    What a class says of its methods shows most of these when it is deployed; not what a decorator makes of them.
    """
    if not (inspect.isgenerator(result) or inspect.isasyncgen(result) or isinstance(result, _NOT_BEGUN)) and not (
        inspect.isawaitable(result)
    ):
        return
    if not inspect.isasyncgen(result) and hasattr(result, "close"):
        result.close()  # nobody is to be told that it was never awaited
    raise ServiceFailed(
        f"The method {method} of service {service.name} returned a {type(result).__name__}, which nothing runs; it has "
        "to do its work before it returns.",
        code="not-invocable",
    )


def _problems(implementation: type[Service]) -> Iterator[tuple[str, str]]:
    for name in _SET:
        attribute = inspect.getattr_static(implementation, name, None)
        if isinstance(attribute, property) and attribute.fset is None:
            yield name, "is a property without a setter, and the server sets it for each request"
    made = inspect.getattr_static(implementation, "__new__")
    if isinstance(made, staticmethod) and not _takes_self_only(made.__func__):
        yield "__new__", f"is called with the class alone and is declared as {_signature(made.__func__)}"
    handled = {name.removeprefix(_PREFIX) for name in dir(implementation) if name.startswith(_PREFIX)}
    if implementation.handle is Service.handle and not handled & METHODS:
        for method in sorted(handled):
            if _CAPITALS.fullmatch(method):
                yield _PREFIX + method, f"is never called; there may be one for {', '.join(sorted(METHODS))}"
    for name in dir(implementation):
        method = name.removeprefix(_PREFIX)
        if name not in _CALLED and (method == name or method.upper() not in METHODS):
            continue
        attribute = inspect.getattr_static(implementation, name)
        if attribute is inspect.getattr_static(Service, name, Service):
            continue
        if method != name and method not in METHODS:
            yield name, f"is never called; the name of the HTTP method is in capitals: {_PREFIX}{method.upper()}"
        elif (problem := _problem(attribute)) is not None:
            yield name, problem


def _problem(attribute: Any) -> str | None:  # noqa: PLR0911 - one for each kind
    if isinstance(attribute, staticmethod):
        return "is a static method, which has no access to the request; it must be a method with self"
    if isinstance(attribute, classmethod):
        return "is a class method, which has no access to the request; it must be a method with self"
    if isinstance(attribute, property | functools.cached_property):
        return "is a property, which is read and not called; it must be a method"
    if isinstance(attribute, functools.partialmethod):
        return _problem_in_part(attribute)
    if not callable(attribute):
        if hasattr(attribute, "__get__"):  # a descriptor of its own, which may make a method
            return None
        return f"is of type {type(attribute).__name__}; it must be a method"
    if inspect.iscoroutinefunction(attribute):
        return _ASYNC
    if inspect.isasyncgenfunction(attribute) or inspect.isgeneratorfunction(attribute):
        return "has yield in it, which makes it a generator that nobody runs; set self.response.payload instead"
    return (
        None if _takes_self_only(attribute) else f"is called with self alone and is declared as {_signature(attribute)}"
    )


def _problem_in_part(attribute: functools.partialmethod[Any]) -> str | None:
    if inspect.iscoroutinefunction(attribute.func):
        return _ASYNC
    try:
        inspect.signature(attribute.func).bind(None, *attribute.args, **attribute.keywords)
    except TypeError as error:
        return f"is called with self alone, beside what functools.partialmethod adds: {error}"
    except ValueError:  # nothing is known of what is written in C
        return None
    return None


def _takes_self_only(attribute: Any) -> bool:
    try:
        # What a decorator has wrapped is called by the decorator
        signature = inspect.signature(attribute, follow_wrapped=False)
        signature.bind(*([None] if inspect.isfunction(attribute) else []))
    except TypeError:
        return False
    except ValueError:  # nothing is known of a method that is written in C
        return True
    return True


def _signature(attribute: Any) -> str:
    return str(inspect.signature(attribute, follow_wrapped=False))
