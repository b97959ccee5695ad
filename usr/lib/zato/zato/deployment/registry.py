"""What the server knows about a service."""

from __future__ import annotations

from dataclasses import dataclass

from zato.service.base import Service
from zato.service.io import IOModel


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service that can be invoked. `module` is the logical name ("shop.orders").

    `input` and `output` are None where the service declares none.
    """

    name: str
    implementation: type[Service]
    module: str
    file_name: str
    deployment_id: int
    input: IOModel | None
    output: IOModel | None
