"""Agreeing on packages takes its time: for one request at once, not for all threads."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from support.databases import initialised, new_sqlite
from zato.config.kinds import Packages
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox
from zato.config.writer import Author
from zato.core.clock import SystemClock
from zato.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from zato.deployment.loader import CodeSet
from zato.deployment.package_agreement import PackageAgreement
from zato.host.packages import PackageSet, PackageSets
from zato.odb.log import ConfigurationLog


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


class QuickPip:
    """Takes what is asked for as what was resolved."""

    def resolved(self, asked: PackageSet) -> tuple[str, ...]:
        return asked.lines

    def install(self, *_: object) -> None:
        """There is nothing to be had."""


class NoSets(PackageSets):
    """Installs nothing."""

    def install(self, *_: object, **__: object) -> None:
        pass


def test_who_has_seen_nothing_declared_does_not_replace_what_was_declared_since(tmp_path: Path) -> None:
    publisher = Publisher(
        ConfigurationLog(initialised(new_sqlite(tmp_path)).open()), SecretBox(b"k" * 32), SystemClock()
    )
    agreement = PackageAgreement(
        publisher=publisher,
        sets=NoSets(tmp_path),
        pip=cast(Any, QuickPip()),
        checker=cast(Any, None),
        running=CodeSet,
    )
    by = Author("jane", "0" * 32)
    first = agreement.agree(Packages(requirements="a==1"), 0, by=by)
    with pytest.raises(Conflict) as refused:
        agreement.agree(Packages(requirements="b==1"), 0, by=by)
    assert refused.value.code == "already-exists"
    second = agreement.agree(Packages(requirements="b==1"), first.revision, by=by)
    with pytest.raises(Conflict) as stale:
        agreement.agree(Packages(requirements="c==1"), first.revision, by=by)
    assert stale.value.code == "stale-revision"
    publisher.delete("packages", "packages", second.revision, by=by)
    with pytest.raises(NotFound):
        agreement.agree(Packages(requirements="c==1"), second.revision, by=by)
    assert agreement.agree(Packages(requirements="c==1"), None, by=by).revision > second.revision
