"""Files that must not be deployed, with what has to be said about each, for the loader, the check and the whole chain.

`WORKING` are files that are deployed before; two of them are what some of the broken ones are in conflict with.
"""

from __future__ import annotations

from support.deployments_to_refuse.archives import ARCHIVES
from support.deployments_to_refuse.importing import FAILING
from support.deployments_to_refuse.names import MISNAMED
from support.deployments_to_refuse.python import UNREADABLE
from support.deployments_to_refuse.source import HEAD, BrokenDeployment
from zato.deployment.loader import CodeSet

WORKING: dict[str, bytes] = {
    "nations.py": (
        HEAD + "NAMES = {'PL': 'Poland'}\n\n\nclass GetNation(Service):\n    def handle(self):\n"
        "        self.response.payload = {'version': 'good'}\n"
    ).encode(),
    "census.py": (
        "from nations import NAMES\n" + HEAD + "COUNT = len(NAMES)\n\n\nclass Count(Service):\n"
        "    def handle(self):\n        self.response.payload = {'count': COUNT}\n"
    ).encode(),
}


def working_code() -> CodeSet:
    """All of them, deployed one after the other."""
    made = CodeSet()
    for number, (file_name, source) in enumerate(WORKING.items(), 1):
        made = made.with_deployment(file_name, source, number)
    return made


BROKEN: tuple[BrokenDeployment, ...] = (*UNREADABLE, *FAILING, *MISNAMED, *ARCHIVES)
