"""The file of values: two forms, texts only, and no value in any error."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.cli.values_file import values_in
from zato.core.errors import InvalidInput

GOOD = {
    '# c\n\nA=1\nexport B=\'x y\'\nC="l1\\nl2 \\"q\\" \\$"\nD=a=b#c\nE=': {
        "A": "1",
        "B": "x y",
        "C": 'l1\nl2 "q" $',
        "D": "a=b#c",
        "E": "",
    },
    'A: "1"\nB: x y\nC: |\n  l1\n  l2\n': {"A": "1", "B": "x y", "C": "l1\nl2\n"},
}


@pytest.mark.parametrize(("text", "values"), GOOD.items())
def test_both_forms_are_read(tmp_path: Path, text: str, values: dict[str, str]) -> None:
    path = tmp_path / "values"
    path.write_text(text)
    assert values_in(path) == values


@pytest.mark.parametrize(
    "text",
    [
        "A=hunter2\nA=hunter2",
        "A='hunter2",
        'A="hunter2',
        "A: 42",
        "A: 0123",
        "A: [hunter2]",
        "A: {b: hunter2}",
        "A: yes",
        "- hunter2",
        "hunter2",
        "A: hunter2: [",
        "A: &x hunter2\nB: *x",
        "1: hunter2",
        "",
    ],
)
def test_what_has_no_text_for_each_name_is_refused_without_a_value_being_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "values"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        values_in(path)
    assert caught.value.code == "invalid-values"
    assert "hunter2" not in caught.value.message + repr(caught.value.details)


def test_a_file_that_others_can_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "values"
    path.write_text("A=1")
    path.chmod(0o644)
    values_in(path)
    assert "can be read by others" in capsys.readouterr().err
    path.chmod(0o600)
    values_in(path)
    assert capsys.readouterr().err == ""
