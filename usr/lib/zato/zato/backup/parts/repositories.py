"""Each server's own configuration: its git repository with all of its history, and the files as they are."""

from __future__ import annotations

from pathlib import Path

from zato.backup.manifest import Manifest
from zato.backup.part import Place, Saved
from zato.host.edited_file import EditedFile
from zato.host.files import read_plain, write_atomically
from zato.host.git import GitRepository
from zato.host.identity import as_owner_of
from zato.host.layout import ServerLayout

_BUNDLE = "history.bundle"


class RepositoriesPart:
    """What a repository's configuration says has no part in it: hooks, and the like, do not come back."""

    name = "repositories"
    as_servers = True

    def save(self, place: Place, directory: Path) -> Saved:
        commits = 0
        for number in place.servers:
            paths = place.layout.server(number)
            target = directory / str(number)
            with as_owner_of(directory):
                target.mkdir(mode=0o700)
            repository = GitRepository(paths.config)
            if repository.head() is not None:
                repository.save(target / _BUNDLE)
                commits += repository.count()
            with as_owner_of(paths.config):
                for path in _files(paths):
                    content = EditedFile(path).read()
                    if content is not None:
                        write_atomically(target / path.name, content)
        return Saved({"servers": len(place.servers), "commits": commits})

    def load(self, place: Place, directory: Path, manifest: Manifest) -> list[str]:
        for number in place.servers:
            paths = place.layout.server(number)
            source = directory / str(number)
            if (source / _BUNDLE).exists():
                GitRepository(paths.config).load(source / _BUNDLE)
            with as_owner_of(paths.config):
                for path in _files(paths):
                    if (source / path.name).exists():
                        write_atomically(path, read_plain(source / path.name), mode=0o640)
            GitRepository(paths.config).take_up([path.name for path in _files(paths) if path.exists()])
        return []


def _files(paths: ServerLayout) -> tuple[Path, ...]:
    return paths.settings, paths.user_config


REPOSITORIES = RepositoriesPart()
