"""What a principal may do with the admin API: decisions only."""

from __future__ import annotations

from collections.abc import Iterable

from zato.config.kinds import KINDS
from zato.core.errors import Forbidden, Unauthorized
from zato.core.principal import Principal, Right, Role

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.OPERATOR: frozenset({Right.READ, Right.READ_LOG, Right.OPERATE, Right.INVOKE}),
    Role.DEPLOYER: frozenset({Right.READ, Right.READ_LOG, Right.DEPLOY, Right.INVOKE}),
    Role.ADMIN: frozenset(Right),
}


def right_to_change(kind: str) -> Right:
    """The right that changing items of this kind takes; of a kind that is not known, an administrator's."""
    return KINDS[kind].right if kind in KINDS else Right.ADMINISTER


def may(principal: Principal, right: Right) -> bool:
    """Whether one of the principal's roles gives the right."""
    if right is Right.KNOW_ONESELF:
        return True
    return any(right in RIGHTS[role] for role in principal.roles)


def roles_with(right: Right) -> tuple[Role, ...]:
    """The roles that give the right, weakest first."""
    return tuple(role for role in Role if right in RIGHTS[role] or right is Right.KNOW_ONESELF)


def authorise(principals: Iterable[Principal], right: Right) -> Principal:
    """The first of a request's principals that has the right.

    Raises Unauthorized where there is no principal at all, Forbidden, which names the right and the roles that give it,
    where none of them has it.
    """
    first: Principal | None = None
    for principal in principals:
        if may(principal, right):
            return principal
        first = first or principal
    if first is None:
        raise Unauthorized
    roles = " or ".join(roles_with(right))
    raise Forbidden(f"{first.name} may not {right}; that takes the role {roles}, which an administrator can give.")
