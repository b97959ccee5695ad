from zato.server.switch import Switch


class Hands:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_a_later_value_takes_over_at_its_time_and_not_before() -> None:
    hands = Hands()
    switch = Switch("old", hands)
    switch.set("new", at=101.0)
    assert switch.current() == "old"
    hands.time = 100.999
    assert switch.current() == "old"
    hands.time = 101.0
    assert switch.current() == "new"


def test_a_value_whose_time_has_passed_is_current_at_once() -> None:
    switch = Switch("old", Hands())
    switch.set("new", at=99.0)
    assert switch.current() == "new"
