"""One server's repository."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from zato.config.item import Item
from zato.config.kinds.server import SERVER
from zato.config.publisher import Author, Publisher
from zato.core.correlation import new_cid
from zato.core.errors import Conflict, InvalidInput, SetupError
from zato.core.visible import visible
from zato.host.edited_file import EditedFile, Seen
from zato.host.files import write_atomically
from zato.host.git import GitRepository
from zato.host.layout import ServerLayout
from zato.host.logs import get_logger
from zato.host.server_toml import changes, new_text, revised
from zato.host.settings import SERVER_SETTINGS, parse_toml
from zato.singleton.repository.edit import Text, Values, merged, readable

_MODE = 0o640
_OWN = "Zato"
_NEVER = Seen(0, 0, 0, 0, 0, 0)


@dataclass(slots=True)
class _Watched:
    """One of the repository's files: the state that was settled, and a later one that may still be incomplete."""

    file: EditedFile
    settled: bytes | None
    handled: Seen | None = _NEVER
    pending: Seen | None = None

    @property
    def name(self) -> str:
        return self.file.path.name


class ServerRepository:
    """Each change of the item `server-N` is a commit by who made it; each edit by hand becomes a change, or is refused.

    The file says which revision an edit started from, so what others changed since then stays as they left it.
    """

    def __init__(self, paths: ServerLayout, publisher: Publisher, administrator: str | None) -> None:
        """`administrator` is who edits files that belong to this process's user; that user itself where it is None."""
        self._paths = paths
        self._publisher = publisher
        self._administrator = administrator
        self._git = GitRepository(paths.config)
        self._settings = _Watched(EditedFile(paths.settings), None)
        self._user = _Watched(EditedFile(paths.user_config), None)
        self._kept: Text | None = None
        self._revision = 0
        self._item: Item | None = None
        self._log = get_logger("zato.singleton.repository")

    @property
    def name(self) -> str:
        """That of the server's item."""
        return f"server-{self._paths.number}"

    def follow(self, item: Item | None) -> None:
        """The item of the server, or None where it was deleted: then nothing is done about the repository."""
        self._item = item

    def step(self) -> None:
        """Looks once. Raises Unavailable where the ODB is away, SetupError in git's words, OSError."""
        if self._item is None:
            return
        if self._kept is None:
            self._kept = self._load(self._item)
        kept = self._catch_up(self._kept, self._item)
        self._look(self._settings, lambda content, seen: self._settings_edited(kept, content, seen))
        self._look(self._user, self._user_edited)

    def _load(self, item: Item) -> Text:
        """What was committed last; the repository may be new, or of an earlier release."""
        self._git.create(f"Configuration of server {self._paths.number} as created")
        self._git.tidy()
        self._user.settled = self._git.show("HEAD", self._user.name)
        self._apply(self._paths.applied_user_config.name, self._user.settled or b"")
        path = self._paths.settings
        for commit in self._git.log(1, revision="[0-9]+"):
            content = self._git.show(commit.id, path.name)
            if (kept := readable(path, content)) is not None and content is not None:
                self._revision = commit.revision or 0
                self._settings.settled = content
                self._apply(path.name, content)
                return kept
        content = self._git.show("HEAD", path.name)
        first = readable(path, content)
        if first is None:
            return self._keep(new_text({}), _settings_of(item), item.revision, "Under version control", _OWN)
        if first.values != _settings_of(item):
            return Text(first.text, {}, None)  # then it is taken for an edit, and what it says becomes the item's
        self._settings.settled = content
        return self._keep(first.text, first.values, item.revision, "Under version control", _OWN)

    def _catch_up(self, kept: Text, item: Item) -> Text:
        """Commits what was changed through the admin API, one commit for each change."""
        if item.revision == self._revision:
            return kept
        entries = self._publisher.history(SERVER.name, item.name)
        # Of a log that went back, as after a restore, only the last change is known
        unknown = [entry for entry in entries if entry.revision > self._revision] or [*entries[:1]]
        for entry in reversed(unknown):
            if entry.value is None:
                continue
            values = {key: entry.value[key] for key in SERVER_SETTINGS if entry.value.get(key) is not None}
            if values != kept.values:
                message = changes(kept.values, values)
                kept = self._keep(kept.text, values, entry.revision, message, entry.principal, entry.at)
        self._revision = item.revision
        return kept

    def _settings_edited(self, kept: Text, content: bytes | None, seen: Seen | None) -> bool:
        if content is None:
            self._log.warning("The file of settings was restored", server=self.name, path=str(self._paths.settings))
            return self._settle(self._settings, None, kept.text.encode())
        edited = Text.read(self._paths.settings, content)
        wanted = merged(self._base(edited, kept), edited.values, kept.values)
        user = self._editor(self._settings, content, seen)
        revision = self._revision
        if wanted != kept.values:
            assert self._item is not None
            try:
                self._item = self._publish(self._item, wanted, user)
            except Conflict as error:
                if error.code != "stale-revision":
                    raise
                return False  # somebody was faster: what they did is committed first
            revision = self._item.revision
        message = changes(kept.values, wanted)
        self._keep(edited.text, wanted, revision, message, user, expected=content)
        self._revision = revision
        self._log.info("Settings were edited", server=self.name, principal=user, change=message, revision=revision)
        return True

    def _base(self, edited: Text, kept: Text) -> Values:
        """The values that the edit started from; without a revision that is known, those there are."""
        if self._settings.settled is None:
            return {}  # of an earlier release: it changes what it has, and leaves the rest
        if edited.revision is None or edited.revision == kept.revision:
            return kept.values
        for commit in self._git.log(1, revision=str(edited.revision)):
            found = readable(self._paths.settings, self._git.show(commit.id, self._settings.name))
            if found is not None:
                return found.values
        return kept.values

    def _publish(self, item: Item, wanted: Values, user: str) -> Item:
        body = {**msgspec.to_builtins(item.value), **dict.fromkeys(SERVER_SETTINGS), **wanted}
        return self._publisher.update(SERVER.name, item.name, body, item.revision, by=Author(user, new_cid()))

    def _user_edited(self, content: bytes | None, seen: Seen | None) -> bool:
        parse_toml(self._paths.user_config, content or b"")
        user = self._editor(self._user, content, seen)
        self._git.commit({self._user.name: content}, f"{self._user.name} edited", author=user)
        self._apply(self._user.name, content or b"")
        self._user.settled = content
        self._git.take_up([self._user.name])
        self._log.info("What services read was edited", server=self.name, principal=user)
        return True

    def _keep(
        self,
        text: str,
        values: Values,
        revision: int,
        message: str,
        author: str,
        at: datetime | None = None,
        expected: bytes | None = None,
    ) -> Text:
        """Commits the text with these values, applies it, and puts it in the place of `expected`.

        Without that, in the place of the version before it. Where there is something else, that stays.
        """
        text = revised(text, values, revision)
        content = text.encode()
        self._git.commit({self._settings.name: content}, message, author=author, at=at, revision=revision)
        self._kept = Text(text, dict(values), revision)
        self._revision = revision
        self._apply(self._settings.name, content)
        self._settle(self._settings, self._settings.settled if expected is None else expected, content)
        return self._kept

    def _settle(self, watched: _Watched, expected: bytes | None, content: bytes) -> bool:
        """Where somebody has written something else in the meantime, that stays, for the next look."""
        if watched.file.replace(expected, content):
            watched.settled = content
            watched.handled = _handled(watched)
            self._git.take_up([watched.name])
        return True

    def _look(self, watched: _Watched, edited: Callable[[bytes | None, Seen | None], bool]) -> None:
        """Hands over what was written, once it has stayed the same for two looks."""
        if watched.settled is not None:
            watched.file.take_late(watched.settled)
        seen = watched.file.seen()
        if seen == watched.handled:
            return
        if seen != watched.pending:
            watched.pending = seen
            return
        error = watched.file.path.with_name(f"{watched.name}.error")
        try:
            content = _readable(watched.file)
            done = content == watched.settled or edited(content, seen)
        except (SetupError, InvalidInput) as refusal:
            if refusal.code == "git-failed":
                raise
            self._refuse(error, watched, refusal)
            watched.handled = seen
            return
        if done:
            error.unlink(missing_ok=True)
            watched.handled = _handled(watched)

    def _refuse(self, error: Path, watched: _Watched, refusal: SetupError | InvalidInput) -> None:
        reason = visible("\n".join((refusal.message, *refusal.details)))
        write_atomically(error, f"{reason}\nThe server goes on as before.\n".encode(), mode=_MODE)
        self._log.warning("An edit was refused", server=self.name, file=watched.name, reason=refusal.message)

    def _editor(self, watched: _Watched, content: bytes | None, seen: Seen | None) -> str:
        """Who has written it: who committed it, or whose file it is."""
        (last,) = self._git.log(1)
        by_hand = last.revision is None and last.author != _OWN
        if by_hand and self._git.show(last.id, watched.name) == content:
            return last.author
        if seen is None or (seen.owner == os.geteuid() and self._administrator is not None):
            return self._administrator or _OWN
        return seen.user

    def _apply(self, name: str, content: bytes) -> None:
        directory = self._paths.applied_settings.parent
        directory.mkdir(mode=0o750, exist_ok=True)
        target = directory / name
        if not target.exists() or target.read_bytes() != content:
            write_atomically(target, content, mode=_MODE)


def _readable(file: EditedFile) -> bytes | None:
    try:
        return file.read()
    except OSError as error:
        raise SetupError(
            f"{file.path} cannot be read by {pwd.getpwuid(os.geteuid()).pw_name}: {error.strerror}; "
            f"give it the owner and permissions of {file.path.parent}.",
            code="unreadable-settings",
        ) from error


def _handled(watched: _Watched) -> Seen | None:
    """The file's state, where its content is settled. The state is read first: an edit may come in between."""
    seen = watched.file.seen()
    try:
        return seen if watched.file.read() == watched.settled else _NEVER
    except OSError:
        return _NEVER


def _settings_of(item: Item) -> Values:
    return SERVER.value_of(item).settings()
