"""Whose an ODB is: clusters of one name are told apart by their keys, at a start and with each connection.

Either of the two may be exchanged, as when one was lost; an ODB in which both are others is another cluster's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, exc, select

from zato.core.errors import SetupError, Unavailable
from zato.odb import state, tables
from zato.odb.cluster import Cluster
from zato.odb.database import Database, Owner
from zato.odb.failures import OUTSIDE, lacks_what_is_asked

OTHER_CLUSTER = "odb-other-cluster"
_state = tables.state.c


@dataclass(frozen=True, slots=True)
class Identity:
    """A check value of the key of secrets, and the fingerprint of the CA; None for what is not known."""

    key_check: str | None
    authority: str | None

    def is_of(self, other: Identity) -> bool:
        """Whether they can be of the same cluster. Pure."""
        pairs = ((self.key_check, other.key_check), (self.authority, other.authority))
        known = [pair for pair in pairs if None not in pair]
        return not known or any(one == another for one, another in known)

    def renewed(self, other: Identity) -> Identity:
        """This one as far as it is known, the other one elsewhere. Pure."""
        return Identity(self.key_check or other.key_check, self.authority or other.authority)


def require(database: Database, ours: Identity) -> None:
    """The ODB keeps whose it is, from the first start on.

    Raises SetupError(odb-other-cluster) where it is another cluster's, and Unavailable where it is away.
    """
    cluster_id = Cluster(database).id
    with database.read() as connection:
        query = select(_state.key_check, _state.authority).where(_state.cluster_id == cluster_id)
        row = connection.execute(query).one_or_none()
    kept = Identity(None, None) if row is None else Identity(row.key_check, row.authority)
    if not ours.is_of(kept):
        raise SetupError(_foreign(database.label), code=OTHER_CLUSTER)
    wanted = ours.renewed(kept)
    if wanted != kept:
        with database.write() as connection:
            # Its row is the lock, as for every change
            connection.execute(select(tables.cluster.c.id).where(tables.cluster.c.id == cluster_id).with_for_update())
            state.put(connection, cluster_id, {"key_check": wanted.key_check, "authority": wanted.authority})


def guard(ours: Identity, label: str) -> Owner:
    """Refuses an ODB that is another cluster's with Unavailable(odb-other-cluster); `label` says where it is.

    One that does not tell is not refused: its tables are missing, or are an older release's. Where it cannot be asked,
    as it takes too long to answer, the database's error is raised.
    """
    joined = tables.cluster.join(tables.state, _state.cluster_id == tables.cluster.c.id)
    query = select(_state.key_check, _state.authority).select_from(joined).order_by(tables.cluster.c.id).limit(1)

    def look(connection: Connection) -> None:
        try:
            row = connection.execute(query).one_or_none()
        except (exc.ProgrammingError, exc.OperationalError) as error:
            if error.connection_invalidated or not lacks_what_is_asked(error):
                raise
            connection.rollback()
            return
        if row is not None and not ours.is_of(Identity(row.key_check, row.authority)):
            connection.rollback()
            refusal = Unavailable(_foreign(label), code=OTHER_CLUSTER)
            refusal.message_outside = OUTSIDE
            raise refusal

    return look


def _foreign(label: str) -> str:
    return (
        f"The ODB at {label} keeps another cluster of the same name: neither its CA nor the key of its secrets is this "
        "one's. Put this cluster's own ODB back, or have zato.toml name it."
    )
