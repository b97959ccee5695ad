"""The repository of a server, what keeps it, and those who change it: by the admin API and by hand."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec

from zato.config.item import Item
from zato.config.kinds import Server
from zato.config.publisher import Author, Publisher
from zato.core.errors import Conflict
from zato.host.git import GitRepository
from zato.host.layout import ServerLayout
from zato.host.settings import parse_toml
from zato.singleton.repository import ServerRepository

NAME = "server-1"


class Kept:
    """A repository with what keeps it, and the admin API beside it."""

    def __init__(self, paths: ServerLayout, publisher: Publisher, administrator: str | None = None) -> None:
        self.paths = paths
        self.publisher = publisher
        self.repository = ServerRepository(paths, publisher, administrator)
        self.git = GitRepository(paths.config)

    def item(self) -> Item:
        return self.publisher.get("server", NAME)

    def settings(self) -> dict[str, object]:
        """As the admin API has them."""
        value = self.item().value
        assert isinstance(value, Server)
        return value.settings()

    def applied(self) -> dict[str, object]:
        """As the server has them."""
        return parse_toml(self.paths.applied_settings, self.paths.applied_settings.read_bytes())

    def text(self) -> str:
        return self.paths.settings.read_text(encoding="utf-8")

    def api(self, who: str = "ann", **values: object) -> int:
        while True:
            item = self.item()
            body = {**msgspec.to_builtins(item.value), **values}
            try:
                return self.publisher.update("server", NAME, body, item.revision, by=Author(who, "c" * 32)).revision
            except Conflict:
                continue

    def by_hand(self, *, remove: str = "", owner: int = -1, **values: object) -> None:
        """An edit of the file as it is, moved there as editors do."""
        edit(self.paths.settings, remove=remove, owner=owner, **values)

    def run(self, steps: int = 3) -> None:
        for _ in range(steps):
            self.repository.follow(self.item())
            self.repository.step()

    def history(self) -> list[tuple[str, str]]:
        """Who, what; newest first."""
        return [(commit.author, commit.subject) for commit in self.git.log()]


def edit(path: Path, *, remove: str = "", owner: int = -1, **values: object) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line.split(" = ")[0] not in (remove, *values)]
    lines += [f"{key} = {value!r}" for key, value in values.items()]
    candidate = path.with_name("editor")
    candidate.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.chown(candidate, owner, -1)
    candidate.replace(path)


def clean(kept: Kept) -> bool:
    done = subprocess.run(["git", "-C", kept.paths.config, "status", "--short"], capture_output=True, check=True)
    return done.stdout == b""
