"""Where the templates of other programs' configuration are, in a checkout and when installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zato.core.errors import SetupError


def template_directory(program: str) -> Path:
    """Directory of the templates for `program` ("haproxy", "lighttpd").

    The repository's own comes first, so that a checkout never renders what another installation left behind.
    Raises SetupError that names the places searched.
    """
    checkout = Path(__file__).resolve().parents[5]
    places = (
        checkout / program,
        Path(sys.prefix) / "share" / "zato" / program,
        Path("/usr/share/zato") / program,
    )
    for place in places:
        if any(place.glob("*.j2")):
            return place
    searched = ", ".join(str(place) for place in places)
    raise SetupError(
        f"The configuration templates for {program} are missing (searched: {searched}); reinstall Zato.",
        code="missing-templates",
    )


def read_file(program: str, name: str) -> bytes:
    """A file of `program` that is the same for everybody."""
    return (template_directory(program) / name).read_bytes()


def render_template(program: str, name: str, **values: Any) -> str:
    """The text of template `name` of `program`. A value that the template names and nobody gave is an error."""
    environment = Environment(
        loader=FileSystemLoader(template_directory(program)),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - not HTML; the values are checked by the views before they come here
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(**values)
