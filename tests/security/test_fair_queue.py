"""Sources take turns, and whoever has most gives way."""

from __future__ import annotations

from zato.security.fair_queue import FairQueue


def filled(*items: str, most: int = 100) -> FairQueue[str]:
    queue: FairQueue[str] = FairQueue()
    for item in items:
        assert queue.put(item[0], item, most) is None
    return queue


def drained(queue: FairQueue[str]) -> list[str]:
    found = []
    while (one := queue.take()) is not None:
        found.append(one)
    return found


def test_each_source_has_its_turn() -> None:
    assert drained(filled("a1", "a2", "a3", "b1", "c1", "b2")) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_the_last_of_whoever_has_most_gives_way() -> None:
    queue = filled("a1", "a2", "a3", "b1")
    assert queue.put("c", "c1", 4) == "a3"
    assert queue.put("c", "c2", 4) == "c2"
    assert (len(queue), queue.waiting("a"), queue.waiting("c"), queue.waiting("d")) == (4, 2, 1, 0)
    assert drained(queue) == ["a1", "b1", "c1", "a2"]


def test_who_comes_last_gives_way_where_all_have_as_many() -> None:
    queue = filled("a1", "b1")
    assert queue.put("c", "c1", 2) == "c1"
    assert drained(queue) == ["a1", "b1"]


def test_what_is_wanted_is_taken_out_of_its_turn() -> None:
    queue = filled("a1", "a2", "b1", "b2")
    assert sorted(queue.take_all(lambda one: one.endswith("2"))) == ["a2", "b2"]
    assert drained(queue) == ["a1", "b1"]
    assert len(queue) == 0
