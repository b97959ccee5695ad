"""self.user_config: the server's key-value settings, read-only, by item and by attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class UserConfig(Mapping[str, Any]):
    """Nested tables become UserConfig, too: `self.user_config.billing.currency`, `self.user_config['billing']`."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        wrapped = {key: UserConfig(value) if isinstance(value, Mapping) else value for key, value in values.items()}
        object.__setattr__(self, "_values", wrapped)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"user_config has no {name!r}; add it to the server's user.toml.") from None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"user_config is read-only; set {name!r} in the server's user.toml.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"UserConfig({', '.join(self._values)})"  # not the values: there may be passwords among them
