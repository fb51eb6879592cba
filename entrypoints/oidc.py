"""The OpenID provider's part of signing in: the authorization code flow with PKCE, and what its ID token proves.

OpenID Connect Core 1.0 §3.1, Discovery 1.0 §4, RFC 7636, RFC 9207. Tokens never leave this file.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from entrypoints.provider import Provider

WELL_KNOWN: Final = "/.well-known/openid-configuration"
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that count. None of them can be made with what the ledger itself knows."""
UNVERIFIED: Final = "no verified e-mail address"
LEEWAY: Final = 60
"""Seconds by which the provider's clock may differ."""
_KEPT: Final = timedelta(minutes=10)
_SILENT: Final = timedelta(seconds=10)
_TIMEOUT: Final = 5.0
_BASIC: Final = "client_secret_basic"


class SignOnRefused(Exception):
    """The provider's answer proves nobody. `reason` is for the log: never personal, no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Metadata(BaseModel):
    """What is used of a provider's own description."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = (_BASIC,)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back: `state` goes by the address, `secret` stays in the browser's cookie."""

    state: str
    secret: str

    @property
    def digest(self) -> bytes:
        """What it is known by."""
        return hashlib.sha256(f"{self.state}.{self.secret}".encode()).digest()

    @property
    def nonce(self) -> str:
        """What the ID token must repeat."""
        return self._cut(b"nonce")

    @property
    def verifier(self) -> str:
        """What proves at the exchange of the code that we began the attempt (RFC 7636)."""
        return self._cut(b"verifier")

    def _cut(self, purpose: bytes) -> str:
        return _text(hmac.new(self.secret.encode(), purpose + self.state.encode(), hashlib.sha256).digest())


def attempt() -> Attempt:
    """A new one."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32))


class Discovery:
    """The provider's description of itself, kept for ten minutes; that it fails, for ten seconds."""

    def __init__(self, provider: Provider, now: Callable[[], datetime]) -> None:
        self.provider, self._now = provider, now
        self._held: tuple[datetime, Metadata | SignOnRefused] | None = None

    def metadata(self) -> Metadata:
        """As it is now or was a little ago. Raises SignOnRefused."""
        now = self._now()
        if self._held is None or now - self._held[0] > (_KEPT if isinstance(self._held[1], Metadata) else _SILENT):
            self._held = now, self._found()
        found = self._held[1]
        if isinstance(found, SignOnRefused):
            raise SignOnRefused(found.reason)
        return found

    def _found(self) -> Metadata | SignOnRefused:
        try:
            return discovered(self.provider)
        except SignOnRefused as refused:
            return refused


def discovered(provider: Provider) -> Metadata:
    """What the provider says of itself now. Raises SignOnRefused where it is silent or another one answers."""
    try:
        found = Metadata.model_validate(_asked(provider.issuer.rstrip("/") + WELL_KNOWN))
    except ValidationError:
        raise SignOnRefused("the discovery document lacks a field") from None
    if found.issuer != provider.issuer:
        raise SignOnRefused("the discovery document is another issuer's")
    return found


def address(provider: Provider, metadata: Metadata, begun: Attempt) -> str:
    """Where the person's browser goes to sign in."""
    asked = {
        "response_type": "code",
        "scope": "openid email",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": _text(hashlib.sha256(begun.verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{joint}{urlencode(asked)}"


def proven_email(provider: Provider, metadata: Metadata, begun: Attempt, code: str, now: datetime) -> str:
    """The verified e-mail address of whoever the provider gave this code for. Raises SignOnRefused."""
    tokens = _exchanged(provider, metadata, begun, code)
    said = _claims(provider, metadata, begun, str(tokens.get("id_token", "")), now)
    if "email" not in said and metadata.userinfo_endpoint:
        subject = said["sub"]
        said = _asked(metadata.userinfo_endpoint, {"Authorization": f"Bearer {tokens.get('access_token', '')}"})
        if said.get("sub") != subject:
            raise SignOnRefused("userinfo is about another subject")
    if said.get("email_verified") not in (True, "true") or not isinstance(said.get("email"), str):
        raise SignOnRefused(UNVERIFIED)
    return str(said["email"])


def _exchanged(provider: Provider, metadata: Metadata, begun: Attempt, code: str) -> Mapping[str, Any]:
    """The tokens for the code, by which the client proves itself as the provider asks it to."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect,
        "code_verifier": begun.verifier,
    }
    basic = None
    if _BASIC in metadata.token_endpoint_auth_methods_supported:  # RFC 6749 §2.3.1: each half encoded by itself
        basic = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    return _answered(lambda: httpx.post(metadata.token_endpoint, data=form, auth=basic, timeout=_TIMEOUT))


def _claims(provider: Provider, metadata: Metadata, begun: Attempt, token: str, now: datetime) -> Mapping[str, Any]:
    """What the ID token says, once it is found to be the provider's, for us, for this attempt, and fresh."""
    needed = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        nonce={"essential": True, "value": begun.nonce},
        azp={"value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    published = _asked(metadata.jwks_uri)
    try:
        keys = KeySet.import_key_set({"keys": [key for key in published["keys"] if key.get("use") != "enc"]})
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        needed.validate(claims)
    except JoseError as error:
        raise SignOnRefused(f"id token: {error.error} {getattr(error, 'claim', '') or ''}".strip()) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SignOnRefused("the id token or the keys do not read") from None
    if claims["aud"] not in (provider.client_id, [provider.client_id]):
        raise SignOnRefused("the id token is for others too")
    return claims


def _asked(url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return _answered(lambda: httpx.get(url, headers=headers, timeout=_TIMEOUT))


def _answered(ask: Callable[[], httpx.Response]) -> dict[str, Any]:
    """The JSON object that the provider answers with. Raises SignOnRefused."""
    try:
        answer = ask()
        said = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise SignOnRefused("the provider does not answer") from None
    if not isinstance(said, dict):
        raise SignOnRefused(f"the provider answered {answer.status_code} without a JSON object")
    return said


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
