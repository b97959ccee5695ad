"""Which route answers: the same whatever order they were made in, and never one of another method."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zato.serving.http.routes import RouteTable


def table(*templates: str) -> RouteTable[str]:
    return RouteTable((template, ("GET",), template) for template in templates)


def found(routes: RouteTable[str], path: str, method: str = "GET") -> tuple[str, dict[str, str]] | None:
    match = routes.find(path.split("/")[1:], method)
    return None if match is None else (match[0], dict(match[1]))


def methods(routes: RouteTable[str], path: str) -> tuple[str, ...]:
    return routes.methods(path.split("/")[1:])


def test_a_literal_path_is_found_and_its_prefix_is_not() -> None:
    routes = table("/a/b")
    assert found(routes, "/a/b") == ("/a/b", {})
    for other in ("/a", "/a/b/", "/a/b/c", "/a//b", "//a/b", "/a/b//", "/"):
        assert found(routes, other) is None


def test_the_short_way_knows_literal_templates_only() -> None:
    routes = table("/a/b", "/a/{x}")
    assert routes.literal("/a/b", "GET") == "/a/b"
    assert routes.literal("/a/b", "POST") is None
    assert routes.literal("/a/{x}", "GET") is None


def test_parameters_are_given_by_name() -> None:
    routes = table("/customers/{id}/orders/{order}")
    expected = ("/customers/{id}/orders/{order}", {"id": "7", "order": "x y"})
    assert found(routes, "/customers/7/orders/x y") == expected


def test_a_literal_segment_wins_over_a_parameter_in_the_same_place() -> None:
    routes = table("/customers/{id}", "/customers/new")
    assert found(routes, "/customers/new") == ("/customers/new", {})
    assert found(routes, "/customers/old") == ("/customers/{id}", {"id": "old"})


def test_a_dead_end_behind_a_literal_falls_back_to_the_parameter() -> None:
    routes = table("/a/b/c", "/a/{x}/d")
    assert found(routes, "/a/b/d") == ("/a/{x}/d", {"x": "b"})


@pytest.mark.parametrize("path", ["/a/", "/a//b", "//b"])
def test_an_empty_segment_is_no_parameter_value(path: str) -> None:
    assert found(table("/a/{x}", "/{x}/b", "/a/{x}/b"), path) is None


def test_a_slash_inside_a_segment_leads_nowhere_else() -> None:
    routes = table("/customers/{id}", "/customers/{id}/orders")
    match = routes.find(("customers", "7/orders"), "GET")
    assert match == ("/customers/{id}", {"id": "7/orders"})


def test_methods_of_one_path_may_have_different_targets_and_parameters() -> None:
    routes = RouteTable([("/a/{x}", ("GET",), "reads"), ("/a/{y}", ("PUT", "DELETE"), "writes")])
    assert found(routes, "/a/1") == ("reads", {"x": "1"})
    assert found(routes, "/a/1", "PUT") == found(routes, "/a/1", "DELETE") == ("writes", {"y": "1"})
    assert methods(routes, "/a/1") == ("DELETE", "GET", "PUT")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    ("parameter", "literal", "path", "values"),
    [
        ("/items/{id}", "/items/search", "/items/search", {"id": "search"}),
        ("/{a}/b/c/{d}", "/a/b/c/d", "/a/b/c/d", {"a": "a", "d": "d"}),
        ("/{a}/{b}/{c}", "/a/{x}/c", "/a/b/c", {"a": "a", "b": "b", "c": "c"}),
        ("/a/{b}/", "/a/b/", "/a/b/", {"b": "b"}),
        ("/{a}", "/a", "/a", {"a": "a"}),
    ],
)
def test_a_literal_hides_no_parameter_of_another_method(
    method: str, parameter: str, literal: str, path: str, values: dict[str, str]
) -> None:
    routes = RouteTable([(literal, ("POST",), "literal"), (parameter, (method,), "parameter")])
    assert found(routes, path, method) == ("parameter", values)
    assert (found(routes, path, "POST") or ("",))[0] == "literal"
    assert found(routes, path, "PUT") is None
    assert methods(routes, path) == tuple(sorted((method, "POST")))


_SEGMENTS = st.lists(st.sampled_from(["a", "b", "{x}"]), min_size=1, max_size=4)
_ROUTES = st.lists(st.tuples(_SEGMENTS, st.sampled_from(["GET", "POST"])), max_size=12, unique_by=str)


@given(
    _ROUTES, st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=4), st.sampled_from(["GET", "POST"])
)
def test_the_route_is_the_first_of_all_that_match(
    routes: list[tuple[list[str], str]], path: list[str], method: str
) -> None:
    """Against the definition itself: literal before parameter, from the left."""
    made = RouteTable(("/" + "/".join(segments), (taken,), "/".join(segments)) for segments, taken in routes)
    matching = [
        (segments, taken)
        for segments, taken in routes
        if len(segments) == len(path)
        and all((one == "{x}" and two != "") or one == two for one, two in zip(segments, path, strict=True))
    ]
    ranked = sorted(([one == "{x}" for one in segments], segments) for segments, taken in matching if taken == method)
    match = made.find(path, method)
    assert (None if match is None else match[0]) == ("/".join(ranked[0][1]) if ranked else None)
    assert made.methods(path) == tuple(sorted({taken for _, taken in matching}))


def test_dead_ends_are_looked_at_once_each() -> None:
    """Every mixture of literal and parameter over ten segments, none of which has the last one that is asked for."""
    mixtures = ["/" + "/".join(segments) for segments in product(("a", "{x}"), repeat=10)]
    routes = RouteTable((f"{mixture}/end{index}", ("GET",), mixture) for index, mixture in enumerate(mixtures))
    counted = CountingSegments(["a"] * 10 + ["other"])
    assert routes.find(counted, "GET") is None
    assert counted.looks <= 2 * len(mixtures)


def test_other_channels_cost_nothing() -> None:
    looks = []
    for channels in (10, 10_000):
        routes = table(*(f"/area{index}/{{id}}/things/{{thing}}" for index in range(channels)), "/{x}/{y}/{z}/last")
        counted = CountingSegments(["area7", "1", "things", "2"])
        assert routes.find(counted, "GET") is not None
        looks.append(counted.looks)
    assert looks[0] == looks[1] <= 8


class CountingSegments(list[str]):
    """Segments that count how often one of them was looked at."""

    looks = 0

    def __getitem__(self, index: Any) -> Any:
        self.looks += 1
        return super().__getitem__(index)


SEGMENTS = st.lists(st.sampled_from(["a", "b", "{x}"]), min_size=1, max_size=3)
ROUTES = st.sets(st.tuples(SEGMENTS.map(lambda found: "/" + "/".join(found)), st.sampled_from(["GET", "POST"])))
PATHS = ["/" + "/".join(found) for length in (1, 2, 3) for found in product(("a", "b", "c"), repeat=length)]


def answers(routes: RouteTable[str]) -> list[object]:
    of_templates = [routes.literal(path, method) for path in PATHS for method in ("GET", "POST")]
    of_paths = [(found(routes, path), found(routes, path, "POST"), methods(routes, path)) for path in PATHS]
    return [*of_templates, *of_paths]


def table_of(routes: set[tuple[str, str]]) -> RouteTable[str]:
    return RouteTable((template, (method,), f"{method} {template}") for template, method in sorted(routes))


@given(ROUTES, ROUTES)
def test_a_table_that_was_changed_answers_as_one_that_was_made_anew(
    before: set[tuple[str, str]], after: set[tuple[str, str]]
) -> None:
    old = table_of(before)
    expected = answers(old)
    gone = [(template, (method,)) for template, method in before - after]
    come = [(template, (method,), f"{method} {template}") for template, method in after - before]
    changed = old.changed(gone, come)
    assert answers(changed) == answers(table_of(after))
    assert answers(old) == expected


def test_routes_that_have_gone_leave_nothing_behind() -> None:
    routes = table("/a/b/c", "/a/{x}/d").changed([("/a/b/c", ("GET",)), ("/a/{x}/d", ("GET",))], [])
    assert routes._root.empty
    assert not routes._literal
