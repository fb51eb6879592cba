"""Messages over HTTP: the same CloudEvents, the same intake, the same recording as from Kafka."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import unquote
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from consumers.cloud_events import decoded
from consumers.intake import Message, take
from entrypoints.api.auth import Caller, Ledger, lacking, needs
from entrypoints.api.problems import Problem, field_error
from entrypoints.explaining import FLAGS
from entrypoints.roles import needed_for
from entrypoints.wiring import Service
from ledger.acts.act import Act, Rejection
from ledger.recording import Outcome

BATCH: Final = "application/cloudevents-batch+json"
STRUCTURED: Final = "application/cloudevents+json"
MAX_MESSAGES: Final = 1000
_STATUS: Final = {"bad_json": 400, "conflict": 409, "too_large": 413}

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["messages"])


class MessageResult(BaseModel):
    """What became of one message.

    `result`: recorded, duplicate (the same message was recorded before), unchanged (nothing new in it),
    conflict (recorded although its id was used before for something else), refused (`reason` and `detail`).
    `flags`: what could not be read or meant as sent, so that it was read in the most restrictive way (`scope`,
    `channel`, `purposes`, `method`, `until`, `time`, …); `detail` then says how. Mend such messages.
    """

    id: str | None
    source: str | None
    result: str
    event_ids: list[UUID] = []
    flags: list[str] = []
    reason: str | None = None
    detail: str | None = None


class MessagesAnswer(BaseModel):
    """One result a message, in the order sent."""

    results: list[MessageResult]


_EXAMPLE: Final = {
    "specversion": "1.0",
    "id": "4711",
    "source": "shop/web",
    "type": "contact.opt-out.v1",
    "time": "2026-11-24T09:30:00Z",
    "data": {
        "organization": "acme",
        "identifier": {"kind": "email", "value": "ann@example.com"},
        "channel": "email",
        "scope": "acme/shop",
        "method": "link",
    },
}
_DOCUMENTED: Final = {
    "required": True,
    "content": {
        STRUCTURED: {"schema": {"type": "object"}, "example": _EXAMPLE},
        BATCH: {"schema": {"type": "array", "items": {"type": "object"}}, "example": [_EXAMPLE]},
        "application/json": {"schema": {"type": "object"}, "example": _EXAMPLE["data"]},
    },
}


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/messages", openapi_extra={"requestBody": _DOCUMENTED})
def post_messages(
    request: Request,
    body: Annotated[bytes, Depends(_body)],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("messages"))],
) -> MessagesAnswer:
    """Records one CloudEvent or a batch. Sending again is harmless and answers with the same event ids.

    If any message is refused the answer is a problem that names its fields; the others are recorded all the
    same, and `results` says what became of each. Links, deletions, erasures and reversals need the permission
    that their own routes need, as do an override and what lifts a hold or a block of an address: where the key
    lacks it for one of them, all is refused with 403.
    """
    batch = request.headers.get("content-type", "").startswith(BATCH)
    messages = _messages(ledger, caller, body, _headers(request), batch=batch)
    taken = [_of(caller.organization, take(message)) for message in messages]
    _refuse_unless_permitted(caller, taken, batch=batch)
    acts = [one for one in taken if isinstance(one, Act)]
    outcomes = iter(_recorded(ledger, acts))
    results = [_refused(one) if isinstance(one, Rejection) else next(outcomes) for one in taken]
    refused = [(place, one) for place, one in enumerate(results) if one.result == "refused"]
    if refused:
        raise _problem(results, refused, batch=batch)
    return MessagesAnswer(results=results)


def _headers(request: Request) -> tuple[tuple[str, bytes], ...]:
    """The request's headers as Kafka's binding names them: `ce-id` is `ce_id`."""
    return tuple(
        ("ce_" + name.removeprefix("ce-") if name.startswith("ce-") else name, unquote(value).encode())
        for name, value in request.headers.items()
        if name.startswith("ce-") or name == "content-type"
    )


def _messages(
    ledger: Service, caller: Caller, body: bytes, headers: tuple[tuple[str, bytes], ...], *, batch: bool
) -> list[Message]:
    now, origin = ledger.now(), f"{caller.name}/{uuid4()}"
    if not batch:
        return [Message(body, headers, now, origin)]
    headers = (("content-type", STRUCTURED.encode()),)
    return [
        Message(orjson.dumps(event), headers, now, f"{origin}/{place}") for place, event in enumerate(_events(body))
    ]


def _events(body: bytes) -> list[Any]:
    try:
        events = decoded(body)
    except orjson.JSONDecodeError:
        raise Problem(
            400, "bad-request", "The body is not JSON in UTF-8.", [("body", "not JSON in UTF-8")]
        ) from None
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_MESSAGES:
        message = f"a batch is a JSON array of 1 to {MAX_MESSAGES} CloudEvents"
        raise Problem(422, "invalid-request", f"Mend the body: {message}.", [("body", message)])
    return events


def _refuse_unless_permitted(caller: Caller, taken: Sequence[Act | Rejection], *, batch: bool) -> None:
    """Raises Problem, naming each message whose act this key may not do."""
    acts = [(place, one.type, needed_for(one)) for place, one in enumerate(taken) if isinstance(one, Act)]
    errors = [
        (f"{place}.type" if batch else "type", f"{name}: {lacking(caller.key, needed)}")
        for place, name, needed in acts
        if not caller.may(needed)
    ]
    if errors:
        detail = "Nothing was recorded: this key may not send the messages named in `errors`."
        raise Problem(403, "forbidden", detail, errors)


def _of(organization: str, taken: Act | Rejection) -> Act | Rejection:
    """The act, unless it is another organization's than the path's."""
    if isinstance(taken, Rejection) or taken.organization == organization:
        return taken
    detail = "data.organization: must be the organization in the path"
    return Rejection(
        "other_organization", detail, taken.received_at, source=taken.source, message_id=taken.message_id
    )


def _recorded(ledger: Service, acts: Sequence[Act]) -> list[MessageResult]:
    return [_result(ledger, outcome) for outcome in ledger.recording.record(acts)] if acts else []


def _result(ledger: Service, outcome: Outcome) -> MessageResult:
    act, event_ids = outcome.act, list(outcome.event_ids)
    if outcome.result == "duplicate":
        event_ids = ledger.recording.recorded_before(act)
    return MessageResult(
        id=act.message_id,
        source=act.source,
        result=outcome.result,
        event_ids=event_ids,
        flags=list(outcome.flags),
        reason=outcome.reason,
        detail=outcome.detail or _said(outcome.flags),
    )


def _said(flags: Sequence[str]) -> str | None:
    return "; ".join(f"{flag}: {FLAGS.get(flag, flag)}" for flag in flags) or None


def _refused(rejection: Rejection) -> MessageResult:
    return MessageResult(
        id=rejection.message_id,
        source=rejection.source,
        result="refused",
        reason=rejection.reason,
        detail=rejection.detail,
    )


def _problem(
    results: Sequence[MessageResult], refused: Sequence[tuple[int, MessageResult]], *, batch: bool
) -> Problem:
    """The problem that names the fields of every refused message, and tells what became of all."""
    errors = [(place, *field_error(one.detail or "")) for place, one in refused]
    reasons = {one.reason for _, one in refused}
    reason = reasons.pop() if len(reasons) == 1 else "messages_refused"
    return Problem(
        _STATUS.get(reason or "", 422),
        (reason or "refused").replace("_", "-"),
        f"{len(refused)} of {len(results)} messages refused; mend the fields named in `errors` and send again."
        if batch
        else refused[0][1].detail or "",
        [(f"{place}.{field}" if batch else field, message) for place, field, message in errors],
        more={"results": [one.model_dump(mode="json") for one in results]},
    )
