"""Third-party packages that services use: one item, for all servers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Group, Kind
from zato.core.principal import Right
from zato.core.requirements import requirements_in

NAME = "packages"


class Packages(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every server installs beside Zato's own packages, which it never replaces."""

    requirements: Annotated[
        str,
        Meta(max_length=100_000, description="Packages as in a requirements.txt: names with versions, hashes at will."),
    ] = ""
    resolved: Annotated[
        tuple[str, ...],
        Meta(max_length=2000, description="The exact versions of all of them, as `zato packages install` has found."),
    ] = ()
    require_hashes: Annotated[
        bool, Meta(description="Every package needs a hash, and what has another one is refused.")
    ] = False
    allow_source: Annotated[
        bool, Meta(description="Packages may be built from source, which runs their authors' code at once.")
    ] = False


def _validate(name: str, value: Packages) -> list[str]:
    errors: list[str] = []
    for field, text in (("requirements", value.requirements), ("resolved", "\n".join(value.resolved))):
        declared, line_errors = requirements_in(text)
        errors.extend(f"{field}: {one}" for one in line_errors)
        if value.require_hashes:
            errors.extend(f"{field}: {each.name} has no hash" for each in declared if not each.has_hashes)
    return errors


PACKAGES = Kind(
    name="packages",
    struct=Packages,
    title="Packages",
    plural="Packages",
    group=Group.SERVICES,
    summary="Third-party packages for services; `zato packages install` resolves them first.",
    example_name=NAME,
    only_name=NAME,
    right=Right.DEPLOY,
    example={"requirements": "phonenumbers>=8\n"},
    multiline_fields=("requirements",),
    validate=_validate,
)
