"""What of the configuration and the code in the ODB leads to something that is not there."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox
from zato.config.writer import Author
from zato.core.clock import SystemClock
from zato.doctor.configuration import check
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import ConfigurationLog

SOURCE = b"""
from zato.server.service import Service

raise SystemExit('code is not executed')

class Lost(Service):
    name = 'doctor.lost'

    def handle(self):
        self.out.rest['Nowhere'].conn.get(self.cid)
"""
BY = Author("ann", "cid")


def test_channels_and_code_that_lead_nowhere_are_named(sqlite_odb: Database, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    added = Deployments(sqlite_odb).add(
        file_name="lost.py",
        module="lost",
        form="py",
        source=SOURCE,
        sha256=sha256(SOURCE).hexdigest(),
        author="ann",
        cid="cid",
        at=now,
    )
    publisher = Publisher(ConfigurationLog(sqlite_odb), SecretBox(b"k" * 32), SystemClock())
    version = {
        "deployment_id": added.id,
        "sha256": added.sha256,
        "module": "lost",
        "services": ["doctor.lost"],
        "switch_at": now.isoformat(),
    }
    publisher.create("deployment", "lost.py", version, by=BY)
    publisher.create("channel-rest", "fine", {"service": "doctor.lost", "path": "/fine"}, by=BY)
    publisher.create("channel-rest", "lost", {"service": "doctor.gone", "path": "/lost"}, by=BY)
    channel, code = check(Layout(tmp_path), ClusterSettings(odb=f"sqlite:///{sqlite_odb.file}"))
    assert "The channel-rest 'lost' leads to the service doctor.gone" in channel.problem
    assert "lost.py, line 10, uses the outgoing-rest 'Nowhere', which is not configured" in code.problem
    assert code.remedy == "zato service versions lost.py"
