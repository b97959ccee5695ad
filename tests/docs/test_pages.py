"""The pages do what they say: their files are written, their commands run, and what these print is what is shown."""

from __future__ import annotations

import pytest

from support.cluster import RunningCluster
from support.documents.planning import whole_plan
from support.documents.playing import Clone
from support.documents.reading import Step, steps
from support.documents.stages import ALONE, TOGETHER, Stage
from support.waiting import until

BACKUP = TOGETHER[-1]


def to_do(stage: Stage) -> list[Step]:
    """What of the page is to be done here."""
    return [step for step in steps(stage.page) if step in whole_plan().here or not step.is_command]


def name(stage: Stage) -> str:
    return stage.page.replace("/", "-")


@pytest.mark.parametrize("stage", ALONE, ids=name)
def test_a_page_is_as_it_says(clone: Clone, stage: Stage) -> None:
    different = clone.play(stage, to_do(stage))
    assert not different, "\n\n".join(different)


@pytest.mark.parametrize("stage", TOGETHER[:-1], ids=name)
def test_a_page_for_several_servers_is_as_it_says(together: Clone, stage: Stage) -> None:
    different = together.play(stage, to_do(stage))
    assert not different, "\n\n".join(different)


def test_a_cluster_comes_back_from_a_backup_that_was_made_while_it_ran(together: Clone) -> None:
    """docs/backup.md, the second half of it in the restored cluster."""
    saved = together.cluster
    all_steps = to_do(BACKUP)
    (after,) = (number for number, step in enumerate(all_steps) if step.name == "zato status")
    different = together.play(BACKUP, all_steps[:after])
    saved.stop()
    restored = RunningCluster(together.directory / "restored")
    restored.lb_port = saved.lb_port
    try:
        restored.start()
        key = {"X-API-Key": "a-long-secret-of-the-backup"}
        until(lambda: restored.request("GET", "/kept", headers=key).data == b'{"kept":true}')
        assert restored.request("GET", "/kept").status == 401
        # Workers of the cluster that the backup is of are a problem until they are forgotten
        until(lambda: [each["code"] for each in restored.unwell()] == ["held"])
        different += together.play(Stage(BACKUP.page, values=BACKUP.values), all_steps[after:], home="restored")
        together.do("zato --home restored cluster release")  # as the page goes on to how it is held at any other time
        until(lambda: "held" not in [each["code"] for each in restored.unwell()])
    finally:
        restored.stop()
    assert not different, "\n\n".join(different)
