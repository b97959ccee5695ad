"""What tests of deployments deploy, and what their workers make of it."""

from __future__ import annotations

from typing import Any

import pytest

from support.deployment_workers import DeploymentWorker
from zato.config.writer import Author
from zato.deployment.loader import CodeSet, DeploymentRefused, parse
from zato.odb.deployments import Deployment, DeploymentState

ANN = Author("ann", "c" * 32)
BOB = Author("bob", "d" * 32)
ACTIVE, REJECTED, SUPERSEDED = DeploymentState.ACTIVE, DeploymentState.REJECTED, DeploymentState.SUPERSEDED


def version(number: object, extra: str = "") -> bytes:
    return (
        f"from zato.server.service import Service\n{extra}\nclass Get(Service):\n"
        f"    def handle(self):\n        return {number!r}\n"
    ).encode()


def served(workers: list[DeploymentWorker], service: str = "shop.get") -> list[Any]:
    return [worker.serve(service) for worker in workers]


def deploy_pair(worker: DeploymentWorker, number: int) -> int:
    """Two files, one of which imports the other: `user.get` answers with the versions of both. Returns the revision."""
    worker.deployer.deploy("lib.py", version(number, f"V = {number}"), by=ANN)
    user = version(0, "from lib import V").replace(b"return 0", f"return f'{number} {{V}}'".encode())
    worker.deployer.deploy("user.py", user, by=ANN)
    return worker.log.revision()


def staged(worker: DeploymentWorker, file_name: str, source: bytes) -> Deployment:
    """A deployment whose check is over and whose requester is gone."""
    deployment = worker.deployments.add(
        file_name=file_name,
        module=file_name.removesuffix(".py"),
        form="py",
        sha256=parse(file_name, source, 0).sha256,
        source=source,
        author="ann",
        cid="c",
        at=worker.clock.now(),
    )
    worker.deployments.set_state(
        deployment.id, {DeploymentState.CHECKING}, DeploymentState.STAGED, services=("shop.get",)
    )
    return deployment


def refusal_of(source: bytes) -> Any:
    with pytest.raises(DeploymentRefused) as refused:
        CodeSet().with_deployment("shop.py", source, 1)
    return refused.value.refusal
