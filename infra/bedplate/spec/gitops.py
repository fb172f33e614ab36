"""Section `gitops`: the repository that says what is released."""

from __future__ import annotations

from bedplate.spec.base import HttpsUrl, NonEmpty, Spec


class GitopsSpec(Spec):
    """Argo CD follows this repository."""

    repository: HttpsUrl
    """Repository that names released model versions per environment."""
    revision: NonEmpty = "main"
    """Branch or tag to follow."""
