"""From channels, what services declare and security definitions to one OpenAPI 3.1 document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from zato.config.configuration import Configuration
from zato.connector.registry import http_channels
from zato.openapi.components import Components
from zato.openapi.operation import Described, operation

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def document(
    configuration: Configuration,
    services: Mapping[str, Described],
    *,
    title: str,
    version: str,
    server_urls: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The document of all active channels whose services are deployed. Pure; the same values give the same document.

    The names of its schemas and security schemes have a dot in them, so it can be merged with another document.
    """
    components = Components(configuration)
    paths: dict[str, dict[str, Any]] = {}
    names_of_shape: dict[str, tuple[str, tuple[str, ...]]] = {}
    for part, name, channel in http_channels(configuration):
        service = services.get(channel.service)
        if not channel.active or service is None:
            continue
        # Two channels may give different names to the parameters of the same path, which a document cannot
        own_names = tuple(_PARAMETER.findall(channel.path))
        shape = _PARAMETER.sub("{}", channel.path)
        path, shown_names = names_of_shape.setdefault(shape, (channel.path, own_names))
        names = dict(zip(own_names, shown_names, strict=True))
        for method in channel.methods:
            described = operation(name, part, channel, method, service, names, components)
            if described is not None:
                paths.setdefault(path, {})[method.lower()] = described
    result: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": dict(sorted(paths.items())),
        "components": components.as_dict(),
    }
    if server_urls:
        result["servers"] = [{"url": url} for url in server_urls]
    return result
