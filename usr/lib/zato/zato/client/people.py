"""Whoever asks, sessions, and the first administrator."""

from __future__ import annotations

from zato.client.calls import API, Calls, Json
from zato.client.transport import segment


class PeopleCalls(Calls):
    """Whoever asks, sessions, and the first administrator."""

    def whoami(self) -> Json:
        """The principal that this client is, with its roles."""
        return self._json("GET", f"{API}/whoami")

    def open_session(self, client: str, *, code: str | None = None, **wanted: int) -> Json:
        """A session of the user whose name and password this client has, and its token, this once.

        `client` says what opens it, `code` is of whoever has a second factor; without it, Forbidden(totp-needed) says
        so. Wanted may be: seconds, idle_seconds.
        """
        proof = {} if code is None else {"code": code}
        return self._json("POST", f"{API}/sessions", {"client": client, **proof, **wanted})

    def change_own_password(self, old: str, new: str) -> Json:
        """Whose password it was; all their sessions have ended."""
        return self._json("POST", f"{API}/password", {"old": old, "new": new})

    def second_factor(self, name: str | None = None) -> Json:
        """Whether one has a second factor, or for an administrator whether somebody else has."""
        return self._json("GET", f"{API}/totp" if name is None else f"{API}/users/{segment(name)}/totp")

    def begin_second_factor(self, password: str) -> Json:
        """A secret for an application that makes one-time passwords, this once; it counts once it is confirmed."""
        return self._json("POST", f"{API}/totp", {"password": password})

    def confirm_second_factor(self, code: str) -> Json:
        """Recovery codes, this once: a code is demanded from now on where a session is opened."""
        return self._json("POST", f"{API}/totp/confirm", {"code": code})

    def disable_second_factor(self, password: str, code: str) -> Json:
        """One's password suffices again."""
        return self._json("POST", f"{API}/totp/disable", {"password": password, "code": code})

    def remove_second_factor(self, name: str) -> Json:
        """Somebody's password suffices again: an administrator's, for who has lost a device."""
        return self._json("DELETE", f"{API}/users/{segment(name)}/totp")

    def sessions(self, principal: str | None = None, *, everybodys: bool = False) -> Json:
        """One's own sessions, or for an administrator those of somebody else, or of all."""
        query = {"principal": principal, "everybodys": "true" if everybodys else None}
        return self._json("GET", f"{API}/sessions", query=query)

    def end_session(self, session_id: str = "current") -> Json:
        """The session that is over now."""
        return self._json("DELETE", f"{API}/sessions/{segment(session_id)}")

    def new_first_token(self, seconds: int) -> Json:
        """A one-time token with which somebody becomes an administrator within so many seconds."""
        return self._json("POST", f"{API}/first-token", {"seconds": seconds})

    def become_first_administrator(self, token: str, name: str, password: str) -> Json:
        """The new administrator's item. Nobody needs to be known for this: the token is the proof."""
        body = {"token": token, "name": name, "password": password}
        return self._json("POST", f"{API}/first-administrator", body)
