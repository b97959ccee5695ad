"""The repository of a server's configuration: who changed what, and what happened while nobody looked."""

from __future__ import annotations

from pathlib import Path

from support.databases import initialised, new_sqlite
from support.server_repository import NAME, Kept, clean
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox
from zato.core.clock import SystemClock
from zato.host.git import GitRepository
from zato.host.layout import ServerLayout
from zato.host.server_toml import revision_of
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog


def test_a_new_server_is_under_version_control_and_goes_by_its_file(kept: Kept) -> None:
    assert kept.history() == [
        ("Zato", "Under version control"),
        ("Zato", "Configuration of server 1 as created"),
    ]
    assert kept.applied() == kept.settings() == {"workers": 2}
    assert revision_of(kept.text()) == kept.item().revision
    assert clean(kept)


def test_each_change_through_the_admin_api_is_a_commit_of_who_made_it(kept: Kept) -> None:
    kept.api("ann", workers=3)
    kept.api("bob", log_level="debug")
    kept.api("eve", workers=None)
    kept.run()
    assert kept.history()[:3] == [("eve", "no workers"), ("bob", 'log_level = "debug"'), ("ann", "workers = 3")]
    assert kept.applied() == {"log_level": "debug"}
    assert revision_of(kept.text()) == kept.item().revision
    assert clean(kept)


def test_what_is_no_setting_makes_no_commit(kept: Kept) -> None:
    before = kept.history()
    kept.api(active=False)
    kept.run()
    assert kept.history() == before


def test_what_happened_while_nobody_looked_is_made_up_for(kept: Kept, paths: ServerLayout) -> None:
    kept.api("ann", drain_seconds=1.5)
    kept.by_hand(threads_max=9)
    paths.applied_settings.unlink()
    again = Kept(paths, kept.publisher)
    again.run()
    assert again.settings() == again.applied() == {"workers": 2, "drain_seconds": 1.5, "threads_max": 9}
    assert [who for who, _ in again.history()][1] == "ann"


def test_settings_of_an_earlier_release_become_the_items(paths: ServerLayout, publisher: Publisher) -> None:
    paths.settings.write_text("workers = 3\nthreads_max = 8\n")
    GitRepository(paths.config).create("As created")
    publisher.create("server", NAME, {"drain_seconds": 4}, by=Author("quickstart", "c" * 32))
    kept = Kept(paths, publisher)
    kept.run()
    assert kept.settings() == kept.applied() == {"workers": 3, "threads_max": 8, "drain_seconds": 4.0}


def test_a_log_that_went_back_is_followed(kept: Kept, paths: ServerLayout, tmp_path: Path) -> None:
    for workers in (3, 4, 5):
        kept.api(workers=workers)
    kept.run()
    (tmp_path / "restored").mkdir()
    database = Database(initialised(new_sqlite(tmp_path / "restored")).url)
    restored = Publisher(ConfigurationLog(database), SecretBox(bytes(32)), SystemClock())
    restored.create("server", NAME, {"workers": 2}, by=Author("quickstart", "c" * 32))
    again = Kept(paths, restored)
    again.run()
    assert again.applied() == {"workers": 2}
    again.by_hand(workers=7)
    again.run()
    assert again.settings() == again.applied() == {"workers": 7}
    database.dispose()


def test_what_services_read_is_kept_too(kept: Kept) -> None:
    kept.paths.user_config.write_text("[billing]\ncurrency = 'EUR'\n")
    kept.run()
    assert kept.paths.applied_user_config.read_text() == kept.paths.user_config.read_text()
    assert kept.history()[0][1] == "user.toml edited"
    kept.paths.user_config.write_text("[billing\n")
    kept.run()
    assert kept.paths.applied_user_config.read_text() == "[billing]\ncurrency = 'EUR'\n"
    assert "not valid TOML" in kept.paths.user_config.with_name("user.toml.error").read_text()
    kept.paths.user_config.unlink()
    kept.run()
    assert kept.paths.applied_user_config.read_text() == ""
    assert not kept.paths.user_config.with_name("user.toml.error").exists()
