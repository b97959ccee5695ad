"""What roles give, and to whom."""

from __future__ import annotations

import pytest

from zato.config.kinds import KINDS
from zato.core.errors import Forbidden, Unauthorized
from zato.core.principal import Authentication, Principal, Right, Role
from zato.security.authorisation import authorise, may, right_to_change, roles_with

GIVEN = {
    Role.VIEWER: {Right.READ},
    Role.OPERATOR: {Right.READ, Right.READ_LOG, Right.OPERATE, Right.INVOKE},
    Role.DEPLOYER: {Right.READ, Right.READ_LOG, Right.DEPLOY, Right.INVOKE},
    Role.ADMIN: {Right.READ, Right.READ_LOG, Right.OPERATE, Right.DEPLOY, Right.INVOKE, Right.ADMINISTER},
}


def _principal(*roles: Role, name: str = "someone") -> Principal:
    return Principal(name, Authentication.BASIC, frozenset(roles))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", [right for right in Right if right is not Right.KNOW_ONESELF])
def test_a_role_gives_exactly_its_rights(role: Role, right: Right) -> None:
    assert may(_principal(role), right) == (right in GIVEN[role])


def test_without_a_role_one_may_only_ask_who_one_is() -> None:
    assert [right for right in Right if may(_principal(), right)] == [Right.KNOW_ONESELF]


def test_operator_and_deployer_stand_side_by_side() -> None:
    assert may(_principal(Role.OPERATOR, Role.DEPLOYER), Right.DEPLOY)
    assert not may(_principal(Role.OPERATOR, Role.DEPLOYER), Right.ADMINISTER)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_decides_who_gets_in_is_the_administrators(kind: str) -> None:
    administered = kind.startswith("security-") or kind in {"server", "balancer"}
    assert (right_to_change(kind) is Right.ADMINISTER) == administered


def test_a_kind_nobody_has_decided_about_is_the_administrators() -> None:
    assert right_to_change("channel-of-tomorrow") is Right.ADMINISTER


def test_the_first_principal_with_the_right_is_the_one_who_acts() -> None:
    viewer, operator = _principal(Role.VIEWER, name="viewer"), _principal(Role.OPERATOR, name="operator")
    assert authorise((viewer, operator), Right.OPERATE) is operator
    assert authorise((viewer, operator), Right.READ) is viewer


def test_nobody_is_unauthorized_and_somebody_without_the_right_is_told_which_role_it_takes() -> None:
    with pytest.raises(Unauthorized):
        authorise((), Right.READ)
    with pytest.raises(Forbidden, match=r"viewer may not deploy.*deployer or admin"):
        authorise((_principal(Role.VIEWER, name="viewer"),), Right.DEPLOY)


def test_the_roles_of_a_right_are_named_weakest_first() -> None:
    assert roles_with(Right.READ) == (Role.VIEWER, Role.OPERATOR, Role.DEPLOYER, Role.ADMIN)
    assert roles_with(Right.ADMINISTER) == (Role.ADMIN,)
