"""Which packages a configuration declares."""

from __future__ import annotations

from dataclasses import dataclass

from zato.config.configuration import Configuration
from zato.config.kinds.packages import NAME, PACKAGES
from zato.core.requirements import requirements_in
from zato.host.packages import PackageSet


@dataclass(frozen=True, slots=True)
class Declared:
    """What every server is to have, since a revision."""

    revision: int
    packages: PackageSet


def declared(configuration: Configuration) -> Declared | None:
    """None where it declares no packages. What was not resolved yet is resolved by each server for itself."""
    item = configuration.get(PACKAGES.name, NAME)
    if item is None:
        return None
    value = PACKAGES.value_of(item)
    lines = value.resolved or tuple(each.text for each in requirements_in(value.requirements)[0])
    if not lines:
        return None
    return Declared(item.revision, PackageSet(lines, value.require_hashes, value.allow_source))
