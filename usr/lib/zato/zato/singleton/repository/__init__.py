"""The git repository of a server's own configuration: what changed, who changed it, and edits by hand."""

from zato.singleton.repository.reconciler import RepositoryReconciler
from zato.singleton.repository.server import ServerRepository

__all__ = ["RepositoryReconciler", "ServerRepository"]
