"""When workers switch to a version that becomes the active one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.set_clock import SetClock
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox
from zato.config.writer import Author
from zato.deployment.activation import Activation, lead_for
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members

ANN = Author("ann", "c" * 32)


@pytest.mark.parametrize("interval_seconds", [0.05, 1.0])
def test_an_entry_is_written_ahead_of_its_moment_by_what_workers_need_to_see_it(
    interval_seconds: float, sqlite_odb: Database
) -> None:
    log, clock = ConfigurationLog(sqlite_odb), SetClock()
    publisher = Publisher(log, SecretBox(bytes(32)), clock)
    lead = lead_for(interval_seconds)
    activation = Activation(publisher, log, Members(sqlite_odb), clock, lead=lead)
    deployment = Deployments(sqlite_odb).add(
        file_name="shop.py",
        module="shop",
        form="py",
        sha256="0" * 64,
        source=b"",
        author="ann",
        cid="c1",
        at=clock.now(),
    )
    activation.activate(deployment, None, ANN)
    (change,) = log.history("deployment", "shop.py")
    item = publisher.get("deployment", "shop.py").value
    moment: datetime = item.switch_at  # type: ignore[attr-defined]
    assert moment - change.at == lead
    assert lead >= timedelta(seconds=interval_seconds / 2 + 0.08)
