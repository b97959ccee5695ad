"""What the commands for the whole configuration ask for, and the sentences that they make of the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.told_api import ToldApi
from zato.cli.config_whole import diff_command, export_command, history_command, import_command, rollback_command
from zato.core.errors import Forbidden, InvalidInput, NotFound

CHANGE = {
    "revision": 7,
    "at": "2026-11-24T12:00:00Z",
    "principal": "ann",
    "action": "update",
    "kind": "service",
    "name": "crm",
    "value": {"active": False},
}


@pytest.fixture
def api() -> ToldApi:
    return ToldApi()


def test_history_of_one_item_leaves_out_which_one(api: ToldApi) -> None:
    api.answers["GET /history"] = {"changes": [CHANGE], "next": None}
    one = api.run(history_command, "service", "crm").stdout.splitlines()
    assert [line.split() for line in one] == [
        ["REVISION", "WHEN", "WHO", "ACTION", "VALUE"],
        ["7", "2026-11-24", "12:00:00", "UTC", "ann", "update", "active=False"],
    ]
    all_ = api.run(history_command, "service", "--by", "ann").stdout.splitlines()
    assert all_[0].split() == ["REVISION", "WHEN", "WHO", "ACTION", "KIND", "NAME", "VALUE"]
    assert all_[1].split()[5:] == ["update", "service", "crm", "active=False"]
    assert "principal=ann" in api.asked[-1][0]


def test_where_there_may_be_more_it_says_how_to_see_it(api: ToldApi) -> None:
    api.answers["GET /history"] = {"changes": [CHANGE], "next": 7}
    assert api.run(history_command).stdout.endswith("There may be more before these: --before 7\n")


def test_that_nothing_differs_is_said(api: ToldApi) -> None:
    api.answers["GET /diff"] = {"items": []}
    assert api.run(diff_command, "3", "5").stdout == "Nothing differs.\n"
    assert api.asked == [("GET /diff?from=3&to=5", None)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("4", "service"), "Give a kind and a name"),
        (("4", "--revision", "3"), "--revision is for one item"),
    ],
)
def test_a_roll_back_that_is_half_of_one_item_is_refused_before_anything_is_asked(
    api: ToldApi, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        api.run(rollback_command, *words)
    assert api.asked == []


@pytest.mark.parametrize(
    ("known", "words", "started_from", "sentence"),
    [
        ({"revision": 6}, (), 6, "service 'crm' is what it was at revision 4, as revision 9; it was at revision 6\n"),
        (NotFound("None.", code="no-such-item"), (), 0, "service 'crm' is what it was at revision 4, as revision 9\n"),
        (None, ("--revision", "5"), 5, "service 'crm' is what it was at revision 4, as revision 9; it was at"),
    ],
)
def test_one_item_is_rolled_back_from_what_it_is_at_now_unless_that_is_given(
    api: ToldApi, known: Any, words: tuple[str, ...], started_from: int, sentence: str
) -> None:
    if known is not None:
        api.answers["GET /items/service/crm"] = known
    api.answers["POST /items/service/crm/rollback"] = {"revision": 9}
    assert api.run(rollback_command, "4", "service", "crm", *words).stdout.startswith(sentence)
    body = api.asked[-1][1]
    assert (body["revision"], body["started_from"]) == (4, started_from)


def test_what_keeps_an_item_from_being_looked_at_is_not_taken_for_its_absence(api: ToldApi) -> None:
    api.answers["GET /items/service/crm"] = Forbidden("No.")
    with pytest.raises(Forbidden):
        api.run(rollback_command, "4", "service", "crm")
    api.answers["GET /items/service/crm"] = NotFound("There is no kind service.", code="no-such-kind")
    with pytest.raises(NotFound):
        api.run(rollback_command, "4", "service", "crm")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({"revision": 9}, "Everything is what it was at revision 4\n"),
        ({"revision": 9, "kept": []}, "Everything is what it was at revision 4\n"),
        (
            {"revision": 9, "kept": [{"kind": "security-basic", "name": "ann"}]},
            "Everything is what it was at revision 4, but for what lets in, which stays as it is now: "
            "security-basic 'ann'\n",
        ),
    ],
)
def test_rolling_everything_back_says_what_stays(api: ToldApi, found: dict[str, Any], sentence: str) -> None:
    api.answers["POST /rollback"] = found
    assert api.run(rollback_command, "4").stdout == sentence


def test_a_preview_is_asked_for_as_one_and_tells_what_would_be(api: ToldApi) -> None:
    api.answers["POST /rollback"] = {"items": [], "kept": []}
    assert api.run(rollback_command, "4", "--dry-run").stdout == "Nothing would change.\n"
    assert "dry_run=true" in api.asked[-1][0]


def test_an_export_is_printed_as_it_came_and_parsed_for_json(api: ToldApi) -> None:
    text = "# By ann\nrevision: 7\nitems: {}\n"
    api.answers["GET /export"] = text
    assert api.run(export_command).stdout == text
    assert api.run(export_command, as_json=True).stdout == '{\n  "revision": 7,\n  "items": {}\n}\n'
    api.run(export_command, "--placeholders")
    assert api.asked[-1][0] == "GET /export?placeholders=true"


def imported(**found: Any) -> dict[str, Any]:
    return {"created": [], "updated": [], "deleted": [], "unchanged": 3, "revision": 9, **found}


def test_an_import_tells_what_it_has_changed_and_which_values_had_no_place(api: ToldApi, tmp_path: Path) -> None:
    document, values = tmp_path / "zato.yaml", tmp_path / "values"
    document.write_text("items: {}\n")
    values.touch(0o600)
    values.write_text("HOST=h\nPORT=1\n")
    key = {"kind": "service", "name": "crm"}
    api.answers["POST /import"] = imported(updated=[key], deleted=[{**key, "name": "b"}], unused_values=["PORT"])
    done = api.run(import_command, str(document), "--replace", "--values", str(values))
    assert done.stdout == "updated service 'crm'\ndeleted service 'b'\n3 unchanged, revision 9\n"
    assert done.stderr == "The file has no place for these values: PORT\n"
    what, given = api.asked[-1]
    assert what == "POST /import?mode=replace"
    assert given == {"document": "items: {}\n", "values": {"HOST": "h", "PORT": "1"}}


def test_an_import_without_values_sends_the_file_as_it_is(api: ToldApi, tmp_path: Path) -> None:
    document = tmp_path / "zato.yaml"
    document.write_text("items: {}\n")
    api.answers["POST /import"] = imported()
    assert api.run(import_command, str(document)).stdout == "3 unchanged, revision 9\n"
    assert api.asked == [("POST /import?mode=merge", "items: {}\n")]


def test_a_file_that_is_no_text_is_refused_with_its_place_before_anything_is_asked(
    api: ToldApi, tmp_path: Path
) -> None:
    document = tmp_path / "zato.yaml"
    document.write_bytes(b"ab\xff")
    with pytest.raises(InvalidInput, match="not valid UTF-8 at byte 2"):
        api.run(import_command, str(document))
    assert api.asked == []
