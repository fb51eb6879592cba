"""A request is made once under its `Idempotency-Key`; another one under the same key is refused."""

from contextlib import suppress
from hashlib import sha256
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request

from entrypoints.acting import USED, Hand
from entrypoints.api.middleware import FILES
from entrypoints.api.problems import invalid
from entrypoints.batches.asking import asked_under
from ledger.errors import MessageRefused

Key = Annotated[
    str | None,
    Header(
        alias="idempotency-key",
        min_length=1,
        max_length=200,
        description="on changes of settings and contacts, and bulk actions: sent again with the same path and body "
        "it does nothing again, with another it is refused with 409. Messages have their own `id`",
        examples=["5c9d4c1e"],
    ),
]


async def _told_apart(request: Request) -> str:
    """What tells a request from others: method, address and body as JSON, in whatever order. Files have no keys."""
    if "idempotency-key" not in request.headers or FILES.fullmatch(request.url.path):
        return ""
    body = await request.body()
    with suppress(orjson.JSONDecodeError):
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    address = f"{request.method} {request.url.path}?{request.url.query}\n"
    return sha256(address.encode() + body).hexdigest()


ToldApart = Annotated[str, Depends(_told_apart)]


def own_name(key: str | None, id_: str | None) -> str | None:
    """The name that a request gives what it does in its body. Raises Problem where its key is another one."""
    if id_ is not None and key not in (None, id_):
        raise invalid(("id", "names the request already; send no Idempotency-Key beside it, or the same text"))
    return id_


def refuse_another(hand: Hand, request: Request) -> None:
    """Raises MessageRefused where the hand's key was used for another request than this one."""
    if hand.key is None or request.method == "GET":
        return
    asks = request.method == "POST" and request.url.path.endswith(f"/{hand.organization}/batches")
    if hand.used_otherwise() or (not asks and asked_under(hand)):
        raise MessageRefused("conflict", USED)
