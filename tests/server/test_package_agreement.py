"""Agreeing on packages takes its time: for one request at once, not for all threads."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from zato.config.kinds import Packages
from zato.config.writer import Author
from zato.core.errors import InvalidInput, Unavailable
from zato.host.packages import PackageSet, PackageSets
from zato.server.package_agreement import PackageAgreement


class SlowPip:
    """Refuses, once it is let go."""

    def __init__(self) -> None:
        self.entered, self.leave = threading.Event(), threading.Event()

    def resolved(self, asked: PackageSet) -> tuple[str, ...]:
        self.entered.set()
        assert self.leave.wait(20)
        raise InvalidInput("They do not fit.", code="packages-refused")


def test_a_second_one_is_told_to_come_back_and_one_after_the_first_is_not(tmp_path: Path) -> None:
    pip, codes = SlowPip(), list[str]()
    agreement = PackageAgreement(
        publisher=cast(Any, None),
        sets=PackageSets(tmp_path),
        pip=cast(Any, pip),
        checker=cast(Any, None),
        running=cast(Any, None),
    )

    def agree() -> None:
        with pytest.raises(InvalidInput) as refused:
            agreement.agree(Packages(requirements="a==1"), None, by=Author("jane", "0" * 32))
        codes.append(refused.value.code)

    first = threading.Thread(target=agree)
    first.start()
    assert pip.entered.wait(20)
    try:
        with pytest.raises(Unavailable) as busy:
            agreement.agree(Packages(requirements="b==1"), None, by=Author("joe", "0" * 32))
    finally:
        pip.leave.set()
        first.join()
    assert (busy.value.code, busy.value.retry_after_seconds) == ("packages-busy", 10)
    agree()
    assert codes == ["packages-refused"] * 2
