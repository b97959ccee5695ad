"""The OpenAPI document that a running server gives, held against what the running server does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance

from support.cluster import RunningCluster
from support.hostile_services import GOOD, expose
from support.load import Load
from support.openapi_checks import CHECKS
from support.waiting import until

DOCUMENT = "/zato/api/openapi.json"
EXAMPLES = 10  # of each operation; tests/admin_api/test_openapi.py tries more of them within one process
# Nothing is left out. These come last, since they may take everything away, the administrator's own rights included
LAST = ("POST /zato/api/import", "POST /zato/api/rollback")


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[RunningCluster]:
    """A cluster that may be changed in any way."""
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "o", "--workers", "2")
        try:
            running.start()
            expose(running)
            api = running.api()
            value = {
                "service": "hostile.typed",
                "path": "/guarded/{id}",
                "methods": ["GET", "PUT"],
                "security": ["admin"],
            }
            api.create_item("channel-rest", "guarded", value)
            running.settle()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def session(own_cluster: RunningCluster) -> Iterator[requests.Session]:
    """The administrator over kept-alive connections."""
    with requests.Session() as made:
        made.trust_env = False
        made.verify = str(own_cluster.layout.ca_certificate)
        made.cert = (str(own_cluster.layout.pki / "admin.crt"), str(own_cluster.layout.pki / "admin.key"))
        yield made


def test_nothing_that_takes_a_principal_is_answered_without_one(own_cluster: RunningCluster) -> None:
    with own_cluster.pool("admin") as pool:
        document = pool.request("GET", DOCUMENT).json()
    guarded = [
        (method.upper(), path.replace("{kind}", "server").replace("{", "").replace("}", ""))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation["security"]
    ]
    assert len(guarded) > 20
    for method, path in guarded:
        body = b"{}" if method in {"POST", "PUT", "PATCH"} else None
        answer = own_cluster.request(method, path, body=body, headers={"Content-Type": "application/json"})
        assert (answer.status, answer.json()["error"]["code"]) == (401, "unauthorized"), (method, path)


def test_the_server_does_what_its_document_says_whatever_is_sent(
    own_cluster: RunningCluster, session: requests.Session
) -> None:
    document: dict[str, Any] = session.get(own_cluster.url + DOCUMENT).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    # The certificate is what lets the administrator in: made-up passwords beside it would have all else refused
    schema.config.generation.update(with_security_parameters=False)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    operations = sorted(found, key=lambda one: one.label in LAST)
    described = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert {operation.label for operation in operations} == described
    assert {"POST /typed/{id}", "GET /guarded/{id}", "GET /large", *LAST} <= described

    workers = own_cluster.worker_pids()
    statuses: Counter[int] = Counter()
    with own_cluster.pool() as pool, Load(pool, GOOD, per_second=25, threads=4, seconds=300) as load:
        for operation in operations[: -len(LAST)]:
            statuses.update(conforms(operation, session, own_cluster.url))
    assert load.failed() == []
    assert own_cluster.worker_pids() == workers
    for operation in operations[-len(LAST) :]:
        statuses.update(conforms(operation, session, own_cluster.url))
    assert own_cluster.worker_pids() == workers
    assert "Traceback" not in own_cluster.said()
    print(f"{len(operations)} operations, {statuses.total()} requests, statuses {dict(sorted(statuses.items()))}")


def conforms(operation: Any, session: requests.Session, url: str) -> Counter[int]:
    """How often each status was answered to examples of one operation, all of which were as described."""
    statuses: Counter[int] = Counter()

    def call(case: Any) -> Any:
        answers: list[Any] = []

        def answered() -> bool:
            answers.append(case.call(base_url=url, session=session, verify=session.verify, cert=session.cert))
            # Workers may still install what an example before declared; whoever asks then is told to do so again
            return '"code":"packages-busy"' not in answers[-1].text

        until(answered)
        return answers[-1]

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        response = call(case)
        assert "Traceback" not in response.text
        # What a service answers may be empty, and is of no type then, which the document cannot say
        typed = response.content or operation.path.startswith("/zato/")
        checks = CHECKS if typed else [one for one in CHECKS if one is not content_type_conformance]
        case.validate_response(response, checks=checks)
        statuses[response.status_code] += 1

    check()
    return statuses
