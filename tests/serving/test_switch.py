from zato.serving.switch import LATEST_SECONDS, Switch


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


def test_a_reader_that_was_held_up_does_not_undo_a_later_value() -> None:
    class HoldingUp(Hands):
        """Sets a value while a reader is between finding the earlier one and returning it."""

        armed = False

        def __call__(self) -> float:
            if self.armed:
                self.armed = False
                switch.set("newest")
            return self.time

    hands = HoldingUp()
    switch = Switch("old", hands)
    switch.set("new", at=101.0)
    hands.time, hands.armed = 102.0, True
    switch.current()
    assert switch.current() == "newest"


def test_a_clock_that_is_put_back_delays_no_value_for_long() -> None:
    hands, steady = Hands(), Hands()
    switch = Switch("old", hands, steady)
    switch.set("new", at=101.0)
    hands.time = 50.0
    assert switch.current() == "old"
    steady.time = 100.0 + LATEST_SECONDS
    assert switch.current() == "new"
    switch.set("newest")
    assert switch.current() == "newest", "without waiting for the clock"
