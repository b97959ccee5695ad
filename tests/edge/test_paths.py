"""HAProxy's rules, lighttpd's conditions and the server's routes are about the same path, or the request is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.edge import BALANCER, DIRECT, DOORS, Answer, Edge
from support.targets import INVALID_PATHS, NO_TARGETS, PATHS
from zato.agent.haproxy import names as haproxy_names
from zato.agent.lighttpd import files as lighttpd_files
from zato.agent.lighttpd.names import BALANCER_SCRIPT, REQUEST_SCRIPT
from zato.agent.written_values import BACKEND_GONE
from zato.core.errors import InvalidInput
from zato.core.target import INVALID_PATH, path_of, segments_of

# Where the rendered files have what their rules are about
SEEN_BY_HAPROXY = "regsub(%2f,%252F,gi),url_dec if { path -m sub % }\n"
SEEN_BY_LIGHTTPD = 'r.req_attr["uri.path"] = path\n'
SCRIPTS = (REQUEST_SCRIPT, BALANCER_SCRIPT)
WRONG_PASSWORDS_MAX = 5


@pytest.fixture(scope="module")
def telling() -> Iterator[Edge]:
    """A chain whose HAProxy and lighttpd tell the application which path they look at."""
    edge = Edge(wrong_passwords_max=WRONG_PASSWORDS_MAX)
    try:
        add(edge, haproxy_names.configuration(edge.layout).name, SEEN_BY_HAPROXY)
        for script in SCRIPTS:
            add(edge, script, SEEN_BY_LIGHTTPD)
        yield edge.start()
    finally:
        edge.close()


def add(edge: Edge, name: str, after: str) -> None:
    if name in SCRIPTS:
        path, line = edge.server.lighttpd / name, '  headers["X-Seen-By-Lighttpd"] = lighty.c.hexenc(path)\n'
    else:
        path = haproxy_names.configuration(edge.layout)
        line = "    http-request set-header X-Seen-By-Haproxy %[var(txn.path),hex]\n"
    text = path.read_text(encoding="utf-8")
    assert text.count(after) == 1
    path.write_text(text.replace(after, after + line), encoding="utf-8")


def ask(edge: Edge, target: str, door: str, method: str = "GET") -> Answer:
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    return edge.raw(head.encode("latin-1"), door)


def origin_form(target: str) -> str:
    return "/" + target.split("/", 3)[3] if target.startswith("http") else target


def rules_path(segments: list[str]) -> str:
    """What HAProxy and lighttpd make of the segments: one text from which they can be told."""
    return "".join("/" + segment.replace("%", "%25").replace("/", "%2F") for segment in segments)


def check_all_agree(edge: Edge, target: str) -> None:
    sent = origin_form(target)
    try:
        segments = segments_of(path_of(sent))
    except InvalidInput:
        for door in DOORS:
            refused = ask(edge, target, door)
            assert (refused.status, refused.json["error"]["code"]) == (400, INVALID_PATH[0]), (door, target)
            assert refused.json["error"]["message"] == INVALID_PATH[1]
            assert refused.json["error"]["cid"] == refused.headers["x-zato-cid"]
        return
    for door in DOORS:
        environ = ask(edge, target, door).environ
        assert environ["RAW_URI"] == sent
        assert bytes.fromhex(environ["HTTP_X_SEEN_BY_LIGHTTPD"]).decode() == rules_path(segments)
        if door == BALANCER:
            assert bytes.fromhex(environ["HTTP_X_SEEN_BY_HAPROXY"]).decode() == rules_path(segments)


def answers_itself(target: str) -> bool:
    """The application says that it is well, and nothing else, where it finds this decoded path."""
    return target in {"/zato/%68ealth", "/%7Aato/health"}


@pytest.mark.parametrize("target", [target for target in PATHS if not answers_itself(target)])
def test_all_look_at_the_same_path(telling: Edge, target: str) -> None:
    check_all_agree(telling, target)


@pytest.mark.parametrize("target", INVALID_PATHS)
def test_what_could_be_taken_for_another_path_is_refused_by_each(telling: Edge, target: str) -> None:
    with pytest.raises(InvalidInput):
        segments_of(path_of(origin_form(target)))
    check_all_agree(telling, target)


@pytest.mark.parametrize("target", NO_TARGETS)
def test_what_is_no_target_is_refused_by_each(edge: Edge, door: str, target: str) -> None:
    assert ask(edge, target, door).status == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_asterisk_is_no_path(edge: Edge, door: str, method: str) -> None:
    assert ask(edge, "*", door, method).status in {400, 411}


PIECES = [
    *("a", "zato", "api", "enrol", "health", ".", "..", "%2e", "%2E", "%2F", "%2f", "%5C", "\\", "%25", "%252F", "%65"),
    *("%00", "%0a", "%0D", "%zz", "%", "%2", "%c3%bc", "%ff", "%C0%AF", "%E2%82", ";x", "+", "%20", "|", "*", "=", ":"),
]
TARGETS = st.builds(
    lambda segments, query: "/" + "/".join("".join(pieces) for pieces in segments) + query,
    st.lists(st.lists(st.sampled_from(PIECES), max_size=3), min_size=1, max_size=5),
    st.sampled_from(["", "?", "?a=/../b", "?%2e%2e/%zz"]),
)


@settings(max_examples=150)
@given(TARGETS)
def test_any_target_is_the_same_to_all_or_refused_by_all(telling: Edge, target: str) -> None:
    if "health" not in target:
        check_all_agree(telling, target)


EVASIONS = [
    *("/zato/api//enrol/renew", "/zato//api/enrol/renew", "//zato/api/enrol/renew", "/zato/api/enrol//renew"),
    *("/zato/api/./enrol/renew", "/./zato/api/enrol/renew", "/zato/api/%2e/enrol/renew", "/zato/api/a/../enrol/renew"),
    *(
        "/zato/api/a%2f..%2fenrol/renew",
        "/zato%2fapi%2fenrol%2frenew",
        "/zato/api%2Fenrol/renew",
        "/a/..%2fzato/api/enrol/renew",
    ),
    *("/zato/api/%65nrol/renew", "/%7Aato/api/enro%6C/renew", "/zato/api/enrol%2Frenew", "/zato/%61%70%69/enrol/renew"),
    *("/zato/api//first-administrator", "/zato/api/first%2Dadministrator", "/zato/api/%2e%2e/api/first-administrator"),
    *("http://localhost/zato/api/enrol/renew", "http://localhost/zato/api/first%2dadministrator"),
]


def test_no_spelling_of_a_path_evades_its_limit() -> None:
    """A source guesses tokens, with every spelling in turn: it is let as far as with one of them."""
    edge = Edge(wrong_passwords_max=WRONG_PASSWORDS_MAX)
    try:
        edge.start()
        statuses = [ask(edge, f"{target}?code=401", BALANCER).status for _ in range(3) for target in EVASIONS]
        guesses = len((edge.directory / "calls").read_text())
        assert guesses == statuses.count(401) == WRONG_PASSWORDS_MAX + 1
        assert 429 in statuses
    finally:
        edge.close()


@pytest.mark.parametrize(
    "target", ["/zato//health", "//zato/health", "/zato%2Fhealth", "/zato/health/", "/zato/health;x"]
)
def test_no_other_path_reaches_the_door_for_health(own_health_door: Edge, target: str) -> None:
    assert ask(own_health_door, target, DIRECT).status == 200


@pytest.mark.parametrize("target", ["/zato/health", "/%7Aato/%68ealth", "/zato/health?x=/"])
def test_health_is_asked_for_at_its_own_door(own_health_door: Edge, target: str) -> None:
    assert ask(own_health_door, target, DIRECT).status == 503


def test_clients_of_the_balancer_do_not_reach_the_door_for_health(own_health_door: Edge) -> None:
    """Many of them could fill it, and HAProxy's own questions, which are about no client, would find no room."""
    haproxy = own_health_door.layout.pki / "haproxy-client.crt"
    client = {"X-Zato-Client-Address": "10.77.66.55"}
    for target in ("/zato/health", "/%7Aato/%68ealth", "/zato/health?x=/"):
        assert own_health_door.get(target, DIRECT, headers=client, certificate=haproxy).status == 200
        assert own_health_door.get(target, DIRECT, certificate=haproxy).status == BACKEND_GONE


@pytest.fixture(scope="module")
def own_health_door() -> Iterator[Edge]:
    """A chain where nobody answers at the door for health."""
    edge = Edge()
    try:
        edge.start_gunicorn()
        edge.server.health_socket.unlink()
        edge.start_program("lighttpd", lighttpd_files.command(edge.server))
        edge.wait_for(lambda: edge.get("/echo", DIRECT).status == 200)
        yield edge
    finally:
        edge.close()
