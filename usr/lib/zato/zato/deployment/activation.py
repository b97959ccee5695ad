"""Making a version the active one: one entry in the configuration log, with the moment of the switch in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from zato.config.diff import FieldDiff
from zato.config.kinds import DeploymentVersion
from zato.config.kinds.deployment import DEPLOYMENT
from zato.config.plan import Planned
from zato.config.publisher import Preview, Publisher
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import Conflict, NotFound
from zato.odb.deployments import Deployment
from zato.odb.log import Action, ConfigurationLog
from zato.odb.members import Members

LEAD = timedelta(milliseconds=150)
"""Between an entry and its switch: what writing it may take, and the age that a worker's look may have meanwhile.

A worker that has reported looks several times in this time, and one that is late holds its requests until it has
looked: see zato.serving.staleness.ANNOUNCED_SECONDS.
"""
LIVE = timedelta(seconds=3)
_NOT_MADE = 2**63 - 1
"""The number of a deployment that has none yet."""


def lead_for(interval_seconds: float) -> timedelta:
    """More where the log is looked into at a longer interval: there the ODB is a server, and writing takes longer."""
    return LEAD + timedelta(seconds=interval_seconds / 2)


def without_moments(preview: Preview) -> Preview:
    """Without when versions of files were switched to, which is decided when it is done."""
    changes = (
        replace(each, fields=tuple(one for one in each.fields if one.field != "switch_at"))
        if each.kind == DEPLOYMENT.name
        else each
        for each in preview.changes
    )
    return replace(preview, changes=tuple(each for each in changes if each.fields or each.action is not Action.UPDATE))


def _unnumbered(preview: Preview) -> Preview:
    """With null as the number of each deployment that is not made yet."""

    def field(one: FieldDiff) -> FieldDiff:
        return replace(one, after=None) if one.field == "deployment_id" and one.after == _NOT_MADE else one

    changes = (replace(each, fields=tuple(map(field, each.fields))) for each in preview.changes)
    return replace(preview, changes=tuple(changes))


class Activation:
    """Writes the item of kind `deployment`, and knows whether all live workers have applied it."""

    def __init__(
        self, publisher: Publisher, log: ConfigurationLog, members: Members, clock: Clock, *, lead: timedelta = LEAD
    ) -> None:
        self._publisher = publisher
        self._log = log
        self._members = members
        self._clock = clock
        self._lead = lead

    def revision(self) -> int:
        """The log's last revision: as long as it stays, so does what is active."""
        return self._log.revision()

    def active(self, file_name: str) -> tuple[int, DeploymentVersion] | None:
        """Revision and version of what is active under a file's name."""
        try:
            item = self._publisher.get(DEPLOYMENT.name, file_name)
        except NotFound:
            return None
        return item.revision, DEPLOYMENT.value_of(item)

    def all_active(self) -> Mapping[str, tuple[int, int]]:
        """Deployment and revision of what is active, by file name."""
        return {
            item.name: (DEPLOYMENT.value_of(item).deployment_id, item.revision)
            for item in self._publisher.list(DEPLOYMENT.name)
        }

    def activate(self, deployment: Deployment, instead_of: int | None, by: Author) -> None:
        """Write the entry, unless what is active is no longer what it was at revision `instead_of` (None: nothing).

        Somebody else's entry that came first is no error: the next look at what is active shows it. Raises Conflict
        where another file has one of the names by now.
        """
        body: dict[str, Any] = {
            "deployment_id": deployment.id,
            "sha256": deployment.sha256,
            "module": deployment.module,
            "services": list(deployment.services),
            "switch_at": (self._clock.now() + self._lead).isoformat(),
        }
        try:
            if instead_of is None:
                self._publisher.create(DEPLOYMENT.name, deployment.file_name, body, by=by)
            else:
                self._publisher.update(DEPLOYMENT.name, deployment.file_name, body, instead_of, by=by)
        except (Conflict, NotFound) as error:
            if error.code not in ("stale-revision", "already-exists", "no-such-item"):
                raise

    def preview(self, versions: Mapping[str, Mapping[str, Any]], *, by: Author) -> Preview:
        """What activating versions of files would change. Raises Conflict where another file has one of the names.

        Each has what the item has but for the moment, and but for the number of a deployment that is not made.
        """
        moment = self.moment().isoformat()
        bodies = {
            name: {"deployment_id": _NOT_MADE, **version, "switch_at": moment} for name, version in versions.items()
        }

        def activate(publisher: Publisher) -> None:
            publisher.put(DEPLOYMENT.name, bodies, by=by, prepare=lambda base, changes: changes, comment="")

        return _unnumbered(without_moments(self._publisher.preview(activate)))

    def preview_withdrawal(self, revisions: Mapping[str, int], by: Author) -> Preview:
        """What withdrawing files would change."""
        return without_moments(
            self._publisher.preview(lambda publisher: publisher.delete_together(DEPLOYMENT.name, revisions, by=by))
        )

    def moment(self) -> datetime:
        """When changes of many files, which are about to be written, can be switched to by every worker."""
        return self._clock.now() + 2 * self._lead

    def withdraw(self, revisions: Mapping[str, int], by: Author) -> int:
        """The revision from which nothing is active under the names. Raises Conflict where one of them has changed."""
        return self._publisher.delete_together(DEPLOYMENT.name, revisions, by=by)

    def live_workers(self) -> list[str]:
        """Workers whose heart-beat is fresh."""
        oldest = self._clock.now() - LIVE
        return [row.worker for row in self._members.workers() if row.beat >= oldest]

    def applied(self, revision: int) -> bool:
        """Whether all live workers serve from `revision` or a later one."""
        oldest = self._clock.now() - LIVE
        return all(row.applied_revision >= revision for row in self._members.workers() if row.beat >= oldest)


def switching_at(changes: Sequence[Planned], moment: datetime) -> list[Planned]:
    """The changes, with this moment as that of each version's switch."""
    return [
        replace(change, value=msgspec.structs.replace(change.value, switch_at=moment))
        if isinstance(change.value, DeploymentVersion)
        else change
        for change in changes
    ]
