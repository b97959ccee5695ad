"""From a file that was handed in to the version that all workers serve."""

from zato.server.deployment.cluster_rollback import ClusterRollback
from zato.server.deployment.deployer import Deployer
from zato.server.deployment.revision_stager import RevisionStager
from zato.server.deployment.stager import Stager
from zato.server.deployment.whole_staging import WholeStaging

__all__ = ["ClusterRollback", "Deployer", "RevisionStager", "Stager", "WholeStaging"]
