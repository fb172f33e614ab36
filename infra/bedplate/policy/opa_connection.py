"""The connection to an OPA server: every call ends in time, in an answer or in a clear error."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bedplate.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable

_PORTS: Final = {"http": 8181, "https": 443}
"""Port of each scheme, where the address names none."""
_INSTALL: Final = "The Python package opa-python-client is missing. Fix: pip install bedplate[opa]"
_LEAVE: Final = "or leave out --opa"
_UNAUTHORISED: Final = (401, 403)


class Endless(Exception):  # noqa: N818 - the caller says what it means
    """A call took longer than it may."""


class Refused(Exception):  # noqa: N818 - likewise
    """The server answered with an error of its own."""

    def __init__(self, status: int, message: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


class UnwellError(PolicyError):
    """The server did not do what an OPA server does."""

    def __init__(self, address: str, what: str) -> None:
        super().__init__(
            f"The OPA server {address} {what}; nothing counts as judged. "
            f"Fix: check that it is a running OPA server and try again, {_LEAVE}."
        )


class Connection:
    """One OPA server, through opa-python-client."""

    def __init__(self, address: str, token: str | None, seconds: float) -> None:
        self.address = address
        self.seconds = seconds
        try:
            from opa_client.opa import OpaClient  # noqa: PLC0415 - an extra
        except ImportError:
            raise PolicyError(f"{_INSTALL}, {_LEAVE}.") from None
        scheme, host, port = _parts(address)
        # Certificates are verified where the address asks for TLS; no call is ever repeated.
        self._client: Any = OpaClient(
            host=host, port=port, ssl=scheme == "https", token=token, retries=0, timeout=seconds
        )

    def data(self, path: str) -> Any:
        """Return a document."""
        return self._call(lambda: self._raw("get", f"data/{path}"))

    def query(self, path: str, document: Any) -> Any:
        """Return the answer of a rule; an error inside a builtin is an error, and no silence."""
        strict = {"strict-builtin-errors": "true"}
        return self._call(lambda: self._client.query_rule(document, path, query_params=strict))

    def put_policy(self, name: str, text: str) -> None:
        """Put a module."""
        put = self._client.update_policy_from_string
        self._call(lambda: put(text, name, rego_compat=False))

    def put_data(self, path: str, document: dict[str, Any]) -> None:
        """Put a document."""
        try:
            self._call(lambda: self._client.update_or_create_data(document, path))
        except Endless:
            raise self.silent() from None
        except Refused as refused:
            raise self.refusal(refused) from None

    def delete_policy(self, name: str) -> None:
        """Take a module away."""
        self._call(lambda: self._client.delete_policy(name))

    def delete_data(self, path: str) -> None:
        """Take a document away."""
        self._call(lambda: self._client.delete_data(path))

    def is_alive(self) -> bool:
        """Tell whether the server answers at all."""
        try:
            return bool(self._call(self._client.check_health))
        except (Endless, Refused, PolicyError):
            return False

    def close(self) -> None:
        """End the connection."""
        self._client.close_connection()

    def silent(self) -> PolicyError:
        """Return the error for a server that does not answer in time."""
        return UnwellError(self.address, f"did not answer within {self.seconds:g} s")

    def foreign(self, status: int) -> PolicyError:
        """Return the error for an answer that is none of OPA's."""
        return UnwellError(self.address, f"gave an answer that is none of OPA's (HTTP {status})")

    def refusal(self, refused: Refused) -> PolicyError:
        """Return the error for a server that answers, but not what it was asked."""
        if refused.status in _UNAUTHORISED:
            return PolicyError(
                f"The OPA server {self.address} lets nobody in without a valid token "
                f"(HTTP {refused.status}). Fix: put one into BEDPLATE_OPA_TOKEN, {_LEAVE}."
            )
        if not refused.message:
            return self.foreign(refused.status)
        return UnwellError(self.address, f"refused the policies ({refused.message})")

    def _raw(self, method: str, path: str) -> Any:
        response = self._client._session.request(  # noqa: SLF001 - its own call hides the status
            method, f"{self._client.root_url}/{path}", timeout=self.seconds
        )
        response.raise_for_status()
        return response.json()

    def _call(self, call: Callable[[], Any]) -> Any:
        """Return what a call returns; a server that sends a byte a second does not hold it up."""
        box: list[Any] = []

        def work() -> None:
            try:
                box.append((call(), None))
            except Exception as error:  # noqa: BLE001 - told apart where it is waited for
                box.append((None, error))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(self.seconds + 1.0)
        if not box:
            raise Endless
        value, error = box[0]
        if error is not None:
            raise self._told(error) from None
        return value

    def _told(self, error: Exception) -> Exception:
        """Return what a failed call means; the client raises errors of half a dozen kinds."""
        import requests  # noqa: PLC0415 - comes with the extra
        from opa_client import errors  # noqa: PLC0415

        timeouts = requests.exceptions.ConnectTimeout | requests.exceptions.ReadTimeout
        # Where a call might be repeated, the HTTP library wraps its time-out.
        if isinstance(error, timeouts) or "timed out" in str(error):
            return Endless()
        if isinstance(error, requests.exceptions.HTTPError):
            return _refused(error.response)
        if isinstance(error, requests.exceptions.JSONDecodeError):
            return self.foreign(200)
        if isinstance(error, requests.exceptions.RequestException):
            return UnwellError(self.address, f"can't be reached ({_reason(error)})")
        if isinstance(error, errors.RegoParseError):
            return Refused(400, str(error.message), list(error.errors))
        message = getattr(error, "message", None)
        return Refused(400, str(message), []) if message else self.foreign(200)


def _parts(address: str) -> tuple[str, str, int]:
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = -1
    plain = not (parts.username or parts.password or parts.query or parts.path.strip("/"))
    if parts.scheme not in _PORTS or not parts.hostname or port == -1 or not plain:
        raise PolicyError(
            "The address of the OPA server is not valid. "
            "Fix: write it as http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:8181."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return parts.scheme, host, port or _PORTS[parts.scheme]


def _refused(response: Any) -> Refused:
    """Return an answer of OPA's that is an error, with what it says of it."""
    try:
        body = response.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    errors = [error for error in body.get("errors") or [] if isinstance(error, dict)]
    return Refused(response.status_code, str(body.get("message") or ""), errors)


def _reason(error: Exception) -> str:
    """Return the innermost reason of an error of the HTTP library, in words."""
    text = str(error)
    for sign, words in (
        ("refused", "it refuses the connection"),
        ("NameResolution", "its name is not known"),
        ("certificate", "its certificate can't be verified"),
        ("unreachable", "there is no way to it"),
    ):
        if sign.lower() in text.lower():
            return words
    return "it broke off the connection"
