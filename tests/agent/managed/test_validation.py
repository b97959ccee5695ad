"""What programs say about their configuration has codes that scripts can rely on."""

from __future__ import annotations

import pytest

from zato.agent.managed import validation
from zato.core.errors import SetupError


def test_a_refusal_has_the_programs_words() -> None:
    with pytest.raises(SetupError, match="it refuses its configuration: no such thing") as caught:
        validation.validate("it", ["sh", "-c", "echo '[NOTICE] hello'; echo no such thing >&2; exit 1"])
    assert caught.value.code == "configuration-refused"
    assert caught.value.details == ("no such thing",)


def test_a_program_that_takes_too_long_has_not_refused_anything() -> None:
    with pytest.raises(SetupError, match="did not check its configuration within") as caught:
        validation.validate("it", ["sleep", "60"], seconds=0.1)
    assert caught.value.code == "configuration-not-checked"
