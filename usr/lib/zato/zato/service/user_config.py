"""self.user_config: the server's key-value settings, read-only, by item and by attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zato.host.settings import parse_toml


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


class UserConfigFile:
    """The first of these files that is there, read again when it was replaced."""

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._read: tuple[Path, int, int] | None = None
        self._values = UserConfig({})

    def changed(self) -> bool:
        """Whether `current` would be others than those that it said last."""
        return self._seen() != self._read

    def current(self) -> UserConfig:
        """The values. Raises SetupError where the file is not valid TOML."""
        seen = self._seen()
        if seen != self._read:
            self._values = UserConfig({} if seen is None else parse_toml(seen[0], seen[0].read_bytes()))
            self._read = seen
        return self._values

    def _seen(self) -> tuple[Path, int, int] | None:
        for path in self._paths:
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            return path, found.st_ino, found.st_mtime_ns
        return None
