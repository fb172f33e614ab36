"""Entry of the policy pack: `pulumi preview --policy-pack DIR` runs this folder."""

from bedplate.policy.pulumi_pack.server import serve

if __name__ == "__main__":
    serve()
