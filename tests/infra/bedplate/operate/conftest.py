"""What the tests of bootstrap share: an account in moto."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws
from support.aws_account import Account, recorded

from bedplate.operate.bootstrap import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.operate.bootstrap_steps import Clients


@pytest.fixture(scope="module")
def connected() -> Iterator[Clients]:
    """Return connections that only moto answers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_CONFIG_FILE", "/dev/null")
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield connect("me-central-1")


@pytest.fixture
def account(connected: Clients) -> Iterator[Account]:
    """Return an account with nothing in it."""
    with mock_aws(), recorded(connected) as made:
        yield made


@pytest.fixture(scope="module")
def settled(connected: Clients) -> Iterator[Account]:
    """Return an account in which everything is made."""
    with mock_aws(), recorded(connected) as made:
        made.run()
        yield made
