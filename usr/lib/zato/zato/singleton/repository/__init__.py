"""The git repository of a server's own configuration: what changed, who changed it, and edits by hand."""

from zato.singleton.repository.keeper import RepositoryKeeper
from zato.singleton.repository.server import ServerRepository

__all__ = ["RepositoryKeeper", "ServerRepository"]
