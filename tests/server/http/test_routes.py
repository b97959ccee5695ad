from zato.server.http.routes import RouteTable


def table(*templates: str) -> RouteTable[str]:
    return RouteTable((template, ("GET",), template) for template in templates)


def found(routes: RouteTable[str], path: str) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    match = routes.find(path)
    if match is None:
        return None
    targets, values = match
    target, names = targets["GET"]
    return target, names, values


def test_a_literal_path_is_found_and_its_prefix_is_not() -> None:
    routes = table("/a/b")
    assert found(routes, "/a/b") == ("/a/b", (), ())
    assert found(routes, "/a") is None
    assert found(routes, "/a/b/") is None
    assert found(routes, "/a/b/c") is None


def test_parameters_are_named_and_given_in_order() -> None:
    routes = table("/customers/{id}/orders/{order}")
    assert found(routes, "/customers/7/orders/x y") == (
        "/customers/{id}/orders/{order}",
        ("id", "order"),
        ("7", "x y"),
    )


def test_a_literal_segment_wins_over_a_parameter_in_the_same_place() -> None:
    routes = table("/customers/{id}", "/customers/new")
    assert found(routes, "/customers/new") == ("/customers/new", (), ())
    assert found(routes, "/customers/old") == ("/customers/{id}", ("id",), ("old",))


def test_a_dead_end_behind_a_literal_falls_back_to_the_parameter() -> None:
    routes = table("/a/b/c", "/a/{x}/d")
    assert found(routes, "/a/b/d") == ("/a/{x}/d", ("x",), ("b",))


def test_an_empty_segment_is_no_parameter_value() -> None:
    assert found(table("/a/{x}"), "/a/") is None


def test_methods_of_one_path_may_have_different_targets() -> None:
    routes = RouteTable([("/a/{x}", ("GET",), "reads"), ("/a/{y}", ("PUT", "DELETE"), "writes")])
    match = routes.find("/a/1")
    assert match is not None
    assert match[0] == {"GET": ("reads", ("x",)), "PUT": ("writes", ("y",)), "DELETE": ("writes", ("y",))}
