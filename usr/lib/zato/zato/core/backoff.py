"""How long to wait before the next attempt at what may go well later. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Beyond it every pause is the longest anyhow, and powers must not grow without end
_GROWTHS_MAX = 30


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that grow by a factor, up to the longest."""

    first_seconds: float
    longest_seconds: float
    factor: float = 2.0

    def pause_after(self, failures: int) -> float:
        """Seconds, after so many failures in a row, from 1."""
        return min(self.longest_seconds, self.first_seconds * self.factor ** min(failures - 1, _GROWTHS_MAX))

    def spread_after(self, failures: int, chance: float) -> float:
        """The same, or down to half of it: `chance`, from 0 to 1, keeps processes from coming all at once."""
        return self.pause_after(failures) * (0.5 + chance / 2)
