"""The base of every component."""

from __future__ import annotations

import pulumi


class Component(pulumi.ComponentResource):
    """A component that says which part of the environment file it was made from."""

    def __init__(
        self, token: str, name: str, spec_path: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register under `token` (`bedplate:<layer>:<Class>`), tracing to `spec_path`."""
        super().__init__(token, name, {"specPath": spec_path}, opts)
        self.child = pulumi.ResourceOptions(parent=self)
        """Options of a child; the caller's `opts` are never passed on."""

    def stateful(self, *, protect: bool) -> pulumi.ResourceOptions:
        """Return the options of a child that holds data."""
        return pulumi.ResourceOptions(parent=self, protect=protect)

    def after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """Return the options of a child that waits for others without reading their outputs."""
        return pulumi.ResourceOptions(parent=self, depends_on=list(resources))
