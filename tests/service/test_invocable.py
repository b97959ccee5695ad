"""Services that nobody could invoke as they are declared."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from zato.core.errors import InvalidInput
from zato.server.service import Service, ServiceFailed
from zato.service.invocable import check_invocable
from zato.testing import ServiceTestClient


async def coroutine(self: Any) -> None: ...


async def asynchronous_generator(self: Any) -> AsyncIterator[int]:
    yield 1


def generator(self: Any) -> Iterator[int]:
    yield 1


def with_argument(self: Any, payload: Any) -> None: ...


def with_keyword(self: Any, *, payload: Any) -> None: ...


def without_self() -> None: ...


class Callable5:
    async def __call__(self) -> None: ...


BROKEN = {
    "async": (coroutine, "async"),
    "async with yield": (asynchronous_generator, "yield"),
    "yield": (generator, "yield"),
    "static method": (staticmethod(without_self), "static method"),
    "class method": (classmethod(lambda cls: None), "class method"),
    "property": (property(lambda self: None), "property"),
    "cached property": (functools.cached_property, "property"),
    "an argument": (with_argument, "self alone"),
    "a keyword": (with_keyword, "self alone"),
    "no self": (without_self, "self alone"),
    "async in part": (functools.partialmethod(coroutine), "async"),
    "nothing": (None, "must be a method"),
    "text": ("handled", "must be a method"),
}
CALLED = ("handle", "handle_GET", "handle_POST", "handle_DELETE", "before_handle", "after_handle")


def service(**attributes: Any) -> type[Service]:
    plain: dict[str, Any] = {"handle": lambda self: None}
    return type("Broken", (Service,), {**plain, **attributes})


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_invoked_is_refused_with_the_reason(name: str, what: str) -> None:
    made, reason = BROKEN[what]
    attribute = functools.cached_property(lambda self: None) if made is functools.cached_property else made
    with pytest.raises(InvalidInput, match=reason) as refused:
        check_invocable(service(**{name: attribute}))
    assert refused.value.code == "not-invocable"
    assert f"Broken.{name}" in refused.value.message


def test_it_is_refused_wherever_the_class_has_it_from() -> None:
    base = service(handle=coroutine)
    with pytest.raises(InvalidInput, match="async"):
        check_invocable(type("Derived", (base,), {}))
    check_invocable(type("Derived", (base,), {"handle": lambda self: None}))


def test_a_class_that_cannot_be_made_without_arguments() -> None:
    with pytest.raises(InvalidInput, match="__init__ is called with self alone"):
        check_invocable(service(__init__=with_argument))


def test_a_method_that_is_never_called_for_its_name() -> None:
    with pytest.raises(InvalidInput, match="in capitals: handle_GET"):
        check_invocable(service(handle_get=lambda self: None))


def test_no_handler_is_for_a_method_that_no_channel_has() -> None:
    with pytest.raises(InvalidInput, match="handle_QUERY is never called; there may be one for DELETE, GET"):
        check_invocable(type("Broken", (Service,), {"handle_QUERY": lambda self: None}))


@pytest.mark.parametrize("name", ["request", "response", "cid", "context"])
def test_what_the_server_sets_can_be_set(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"Broken.{name} is a property without a setter"):
        check_invocable(service(**{name: property(lambda self: None)}))


def test_a_class_that_makes_its_instances_by_itself_needs_no_arguments() -> None:
    with pytest.raises(InvalidInput, match="__new__ is called with the class alone"):
        check_invocable(service(__new__=lambda cls, more: None))
    check_invocable(service(__new__=Service.__new__))


def test_a_part_of_a_method_has_all_that_the_method_needs() -> None:
    with pytest.raises(InvalidInput, match=r"functools\.partialmethod adds: missing a required argument: 'more'"):
        check_invocable(service(handle=functools.partialmethod(lambda self, one, more: None, 1)))


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(self: Any) -> None:
        function(self, "session")

    return wrapper


def runs(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(self: Any) -> None:
        asyncio.run(function(self))

    return wrapper


@pytest.mark.parametrize(
    "attributes",
    [
        {"handle": decorated(with_argument)},
        {"handle": runs(coroutine)},
        {"handle": lambda self, payload=None: None},
        {"handle": lambda *args, **more: None},
        {"handle": functools.partialmethod(with_argument, "a")},
        {"handle_GET": lambda self: None, "handle_POST": lambda self: None},
        {"handle_error": with_argument, "handle_XML": with_argument, "handler": with_argument},
        {"__init__": lambda self, more=None: None},
    ],
    ids=", ".join,
)
def test_what_can_be_invoked_is_not_refused(attributes: dict[str, Any]) -> None:
    check_invocable(service(**attributes))


def hidden(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that does not tell what it returns."""

    def wrapper(self: Any) -> Any:
        return function(self)

    return wrapper


@pytest.mark.parametrize("name", ["handle", "handle_POST", "before_handle", "after_handle"])
@pytest.mark.parametrize(
    "function",
    [
        *(coroutine, asynchronous_generator, generator),
        *(contextlib.contextmanager(generator), contextlib.asynccontextmanager(asynchronous_generator)),
    ],
)
def test_what_only_shows_when_it_is_invoked_fails_then(name: str, function: Callable[..., Any]) -> None:
    broken = service(**{name: hidden(function)})
    check_invocable(broken)
    with pytest.raises(ServiceFailed, match=f"{name} of service .* returned a .*, which nothing runs") as failed:
        ServiceTestClient().invoke(broken)
    assert failed.value.code == "not-invocable"


def test_a_test_client_refuses_what_a_server_would_refuse() -> None:
    with pytest.raises(InvalidInput, match="async"):
        ServiceTestClient().invoke(service(handle=coroutine))


def test_what_a_method_returns_besides_is_nobodys_business() -> None:
    assert ServiceTestClient().invoke(service(handle=lambda self: {"a": 1})).status_code == 200


class Unfinished(Service, abc.ABC):
    @abc.abstractmethod
    def answer(self) -> Any: ...

    def handle(self) -> None:
        self.response.payload = self.answer()


def test_an_abstract_class_is_for_others_to_derive_from() -> None:
    class Finished(Unfinished):
        def answer(self) -> Any:
            return "done"

    assert ServiceTestClient().invoke(Finished).text == "done"
