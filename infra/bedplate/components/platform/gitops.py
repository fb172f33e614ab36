"""GitOps: Argo CD keeps the teams' namespaces as their repositories say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.edge import EdgeRoute, edge_route, pages_domain
from bedplate.components.platform.flow import Flow, Peer
from bedplate.components.platform.git_access import git_policies
from bedplate.components.platform.gitops_projects import (
    application_set,
    platform_project,
    team_project,
)
from bedplate.components.platform.secret_manifests import external_secret
from bedplate.components.team_groups import team_group
from bedplate.spec.namespaces import uses_gitops

if TYPE_CHECKING:
    import pulumi

_NAMESPACE = "argocd"
_LOGIN = "argocd-login"
_CREDENTIALS = "git-credentials"
_SMALL = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}}


class Gitops(PlatformComponent):
    """Argo CD, a project a team, and one application set over the teams' repositories."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install Argo CD; nothing where nobody needs it."""
        super().__init__(name, "gitops", args, opts)
        if uses_gitops(self.scope.spec):
            self._argo_cd()
            self._projects()
        self.register_outputs({})

    def _argo_cd(self) -> None:
        scope = self.scope
        for policy in git_policies(_NAMESPACE, scope.spec):
            self.manifest(policy)
        secrets = []
        if scope.spec.zero_trust.oidc is not None:
            remote = f"{scope.names.prefix}/oidc"
            login = external_secret(_LOGIN, _NAMESPACE, remote, {"client-secret": "client_secret"})
            # Argo CD reads only secrets that say they are its own.
            login["spec"]["target"]["template"] = _labelled({"app.kubernetes.io/part-of": "argocd"})
            secrets.append(self.manifest(login))
        if scope.spec.gitops is not None:
            secrets.append(self.manifest(self._credentials(scope.spec.gitops.repository)))
        internal = Flow(
            name="internal",
            to=_NAMESPACE,
            ports=(6379, 7000, 8080, 8081),
            sources=(Peer(_NAMESPACE), Peer("monitoring", "prometheus")),
        )
        self.allow(internal)
        kinds = ("applications", "applicationsets", "appprojects")
        self.release(
            "argo-cd", _NAMESPACE, self._values(), name="argocd", crds={"argoproj.io": kinds},
            after=secrets,
        )  # fmt: skip
        edge_route(
            self,
            EdgeRoute(
                name="releases",
                namespace=_NAMESPACE,
                service="argocd-server",
                port=80,
                pod_port=8080,
                selector={"app.kubernetes.io/name": "argocd-server"},
            ),
        )

    def _credentials(self, repository: str) -> dict[str, Any]:
        """Return the login of every repository on the same git server."""
        server = "/".join(repository.split("/")[:3])
        remote = f"{self.scope.names.prefix}/gitops"
        keys = {"username": "username", "password": "password"}
        manifest = external_secret(_CREDENTIALS, _NAMESPACE, remote, keys)
        manifest["spec"]["target"]["template"] = {
            **_labelled({"argocd.argoproj.io/secret-type": "repo-creds"}),
            "data": {
                "type": "git",
                "url": server,
                "username": "{{ .username }}",
                "password": "{{ .password }}",
            },
        }
        return manifest

    def _values(self) -> dict[str, Any]:
        spec = self.scope.spec
        two = {"replicas": 2, "pdb": {"enabled": True, "minAvailable": 1}, "resources": _SMALL}
        return {
            "global": {
                "domain": f"releases.{pages_domain(spec)}",
                "networkPolicy": {"create": True},
            },
            "dex": {"enabled": False},
            "notifications": {"enabled": False},
            "configs": {
                "cm": self._settings(),
                "params": {
                    # TLS ends at the gateway; inside, the mesh encrypts.
                    "server.insecure": "true",
                    "applicationsetcontroller.policy": "sync",
                },
                "rbac": {"policy.default": "", "policy.csv": self._rights(), "scopes": "[groups]"},
            },
            "controller": {
                "resources": {
                    "requests": {"cpu": "100m", "memory": "512Mi"},
                    "limits": {"memory": "2Gi"},
                },
                "metrics": {"enabled": True},
            },
            "server": {**two, "metrics": {"enabled": True}},
            "repoServer": two,
            "applicationSet": {"replicas": 2, "resources": _SMALL},
            "redis": {"resources": _SMALL},
        }

    def _settings(self) -> dict[str, Any]:
        spec = self.scope.spec
        settings = {
            "admin.enabled": False,
            "users.anonymous.enabled": "false",
            "application.resourceTrackingMethod": "annotation",
        }
        oidc = spec.zero_trust.oidc
        if oidc is None:
            return settings
        lines = [
            "name: login",
            f"issuer: {oidc.issuer_url}",
            f"clientID: {oidc.client_id}",
            f"clientSecret: ${_LOGIN}:client-secret",
            "requestedScopes: [openid, profile, email, groups]",
        ]
        return settings | {
            "url": f"https://releases.{pages_domain(spec)}",
            "oidc.config": "\n".join(lines) + "\n",
        }

    def _rights(self) -> str:
        """Return who may do what: a team sees and syncs its own applications, and no more."""
        lines = []
        for team in self.scope.spec.teams:
            role = f"role:{team}"
            lines += [
                f"p, {role}, applications, get, {team}/*, allow",
                f"p, {role}, applications, sync, {team}/*, allow",
                f"p, {role}, logs, get, {team}/*, allow",
                f"g, {team_group(team)}, {role}",
            ]
        return "\n".join(lines) + "\n"

    def _projects(self) -> None:
        spec = self.scope.spec
        self.manifest(platform_project(spec))
        for name, team in spec.teams.items():
            self.manifest(team_project(name, team, spec))
        if spec.gitops is not None and any(t.model_repositories for t in spec.teams.values()):
            self.manifest(application_set(spec))


def _labelled(labels: dict[str, str]) -> dict[str, Any]:
    return {"metadata": {"labels": labels}}
