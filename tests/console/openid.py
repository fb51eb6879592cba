"""An OpenID provider for tests: it signs real tokens, takes each code once, and can be told to do wrong."""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from entrypoints.api.server import listening
from tests.api.serving import wait_until

CLIENT_ID, CLIENT_SECRET = "ledger", "s3cret: of/the+ledger"
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}) for _ in range(2))


@dataclass(slots=True)
class OpenId:
    """The provider: `person` is who signs in, `altered` changes an ID token before it is signed by `key`."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    altered: Callable[[dict[str, Any]], None] = lambda _: None
    key: RSAKey = field(default_factory=lambda: KEY)
    thin: bool = False
    """The e-mail address is told at the userinfo endpoint alone."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    """Every token it gave."""

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self.described)
        app.add_api_route("/authorize", self.authorize, response_model=None)
        app.add_api_route("/token", self.token, methods=["POST"], response_model=None)
        app.add_api_route("/keys", lambda: {"keys": [KEY.as_dict(private=False)]})
        app.add_api_route("/userinfo", self.userinfo)
        return app

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }

    def authorize(self, request: Request) -> Response:
        """Signs `person` in without asking."""
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = uuid4().hex
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    async def token(self, request: Request, authorization: Annotated[str, Header()] = "") -> Response:
        """Gives tokens for a code, once, to the client that can prove to have asked for it (RFC 7636)."""
        body = (await request.body()).decode()
        sent = dict(pair.split("=", 1) for pair in body.split("&"))
        proof = base64.b64encode(b"ledger:s3cret%3A%20of%2Fthe%2Bledger").decode()
        asked = self.codes.pop(sent.get("code", ""), None)
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or authorization != f"Basic {proof}"
            or asked["code_challenge"] != base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "subject-1",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            **({} if self.thin else self.person),
        }
        self.altered(claims)
        tokens = {
            "access_token": uuid4().hex,
            "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key),
        }
        self.tokens += tokens.values()
        return JSONResponse({**tokens, "token_type": "Bearer"})

    def userinfo(self, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        assert authorization.removeprefix("Bearer ") in self.tokens
        return {"sub": "subject-1", **self.person}


@contextmanager
def provider() -> Iterator[OpenId]:
    """Serves a provider on a free port of this machine."""
    running = OpenId()
    server = uvicorn.Server(uvicorn.Config(running.app(), log_config=None, access_log=False))
    with listening("127.0.0.1", 0) as bound:
        running.issuer = f"http://127.0.0.1:{bound.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield running
        finally:
            server.should_exit = True
            thread.join()
