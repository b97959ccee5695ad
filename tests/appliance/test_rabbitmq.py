"""The commands by which RabbitMQ is prepared."""

from __future__ import annotations

import pytest

from zato.appliance import rabbitmq
from zato.core.errors import SetupError


def test_a_command_that_does_not_end_is_named_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq, "_COMMAND_SECONDS", 0.1)
    with pytest.raises(SetupError, match=r"sleep 5 did not end within 0\.1 s; .* then repeat this") as caught:
        rabbitmq.run_command(["sleep", "5"])
    assert caught.value.code == "rabbitmq-setup-failed"
