"""New versions of a file go to all servers at once, or to none."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence

from support.chaos import services
from support.chaos.open_load import OpenLoad, first, percentile
from support.chaos.run import PER_SECOND, Run, missed, this_time
from support.chaos.sequences import Seen, Sequences, overlaps, spread, steps_back
from support.chaos.services import Requests
from support.chaos.table import Row
from support.chaos.topology import SERVERS, ChaosCluster
from zato.core.errors import ZatoError

EVERYWHERE_SECONDS = 2.0
_CLIENTS = 8
_ATTEMPTS = 6
_PART = "usr/share/zato-chaos-part"
"""A file that one server does not have."""


def deployments(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    name = "deployments"
    requests = Requests(this_time(name))
    base = int(time.time())
    versions = range(base, base + run.amounts.deployments)
    took, returned = [], {}
    with (
        cluster.pool() as pool,
        OpenLoad(pool, requests.echo, per_second=PER_SECOND) as load,
        Sequences(cluster.pool, "/chaos/echo", _CLIENTS) as clients,
    ):
        time.sleep(1)
        for version in versions:
            began = run.log.note("deploy", version=version)
            cluster.api().deploy(services.FILE, services.source(version))
            returned[version] = time.time()
            took.append(returned[version] - began)
        time.sleep(1)
    failed = load.failed()
    seen = [*clients.all(), *_seen(load)]
    back = [each for sequence in clients.seen for each in steps_back(sequence)]
    mixed = overlaps(seen)
    late = _late(seen, returned)
    spreads = [spread(seen, version, list(SERVERS)) for version in versions]
    known = sorted(each for each in spreads if each is not None)
    slow = [seconds for seconds in took if seconds > EVERYWHERE_SECONDS]
    yield Row(
        scenario=name,
        bar=f"0 failed; never an older version after a newer one; all servers within {EVERYWHERE_SECONDS:.0f} s",
        missed=missed(
            (
                (not failed and not clients.failed, f"{len(failed)}: {first(failed)}; {clients.failed[:3]}"),
                (not back, f"{len(back)} steps back on one connection: {_told(back)}"),
                (not mixed, f"{len(mixed)} older versions after a newer one over all clients: {_told(mixed)}"),
                (not late, f"{len(late)} older versions after the command's end: {late[:3]}"),
                (len(known) == len(versions), f"{len(versions) - len(known)} versions were not seen of all servers"),
                (not known or known[-1] <= EVERYWHERE_SECONDS, "a version came to the last server too late"),
                (not slow, f"{len(slow)} deployments took longer, {max(took):.1f} s at most, from hand-in to answer"),
            )
        ),
        requests=len(load.outcomes) + len(clients.all()),
        failed=len(failed) + len(clients.failed),
        seen=(
            f"{len(versions)} deployments, each {sorted(took)[len(took) // 2]:.2f} s from hand-in to active everywhere "
            f"(median), {max(took):.2f} s at most",
            f"from a version's first answer to the first of the last server: {known[len(known) // 2]:.3f} s median, "
            f"{known[-1]:.3f} s at most (as often as it is asked)"
            if known
            else "no version was seen of all servers",
            f"{_CLIENTS} clients on one connection each, {len(clients.all())} answers: {len(back)} steps back",
            f"over all clients {len(mixed)} of {len(seen)} answers were of an older version than one before",
            f"p99 {percentile(load.outcomes, 0.99):.2f} s; this machine was late by {load.late():.2f} s at most",
        ),
    )


def not_loadable(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    """One server does not have a file that the new version reads when it is imported."""
    name = "not-loadable"
    unable = run.chance.choice(sorted(SERVERS))
    for host in cluster.servers.values():
        if host.name != unable:
            (host.root / _PART).write_text("here")
    before = _active(cluster)
    version = int(time.time()) + 10**6
    source = services.source(version) + f"\nPART = open('/{_PART}').read()\n".encode()
    requests = Requests(this_time(name))
    reasons, names, states = [], [], []
    with cluster.pool() as pool, OpenLoad(pool, requests.echo, per_second=PER_SECOND) as load:
        for _ in range(_ATTEMPTS):
            run.log.note("deploy what one server cannot load", server=unable)
            try:
                cluster.api().deploy(services.FILE, source)
                reasons.append("")
            except ZatoError as error:
                reasons.append(" ".join((error.message, *error.details)))
            states.append(cluster.api().deployments(services.FILE, limit=1)["deployments"][0]["state"])
            names.append(f"server-{SERVERS[unable]}" in reasons[-1])
    after = _active(cluster)
    failed = load.failed()
    answered = [each for each in load.outcomes if each.ok and json.loads(each.body)["version"] == version]
    yield Row(
        scenario=name,
        bar="refused with a reason that names the server; active nowhere; 0 failed",
        missed=missed(
            (
                (all(reasons), f"{reasons.count('')} of {_ATTEMPTS} deployments became active"),
                (all(names), f"{names.count(False)} reasons do not name server-{SERVERS[unable]}: {reasons}"),
                (set(states) == {"rejected"}, f"states: {states}"),
                (after == before, f"active before: {before}, after: {after}"),
                (not answered, f"{len(answered)} answers of it: {first(answered)}"),
                (not failed, f"{len(failed)} requests failed: {first(failed)}"),
            )
        ),
        requests=len(load.outcomes),
        failed=len(failed),
        seen=(f"{_ATTEMPTS} times, {unable} cannot: {sorted(set(reasons))}",),
    )


def _active(cluster: ChaosCluster) -> set[int]:
    return {
        each["deployment_id"] for each in cluster.api().services()["services"] if each["file_name"] == services.FILE
    }


def _seen(load: OpenLoad) -> list[Seen]:
    found = []
    for each in load.outcomes:
        if each.ok:
            body = json.loads(each.body)
            found.append(Seen(each.started, each.ended, body["version"], body["server"]))
    return found


def _late(seen: Sequence[Seen], returned: Mapping[int, float]) -> list[Seen]:
    """Answers of an older version to what was asked after a newer one had been reported active."""
    return [each for each in seen if each.started > returned.get(max(each.version + 1, min(returned)), float("inf"))]


def _told(pairs: Sequence[tuple[Seen, Seen]]) -> str:
    return "; ".join(
        f"{after.server} answered {after.version} {after.started - before.ended:.3f} s after {before.server} "
        f"{before.version}"
        for before, after in pairs[:3]
    )
