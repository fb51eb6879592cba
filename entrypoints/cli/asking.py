"""Questions about one identifier: status, explain, history. They read the ledger and change nothing."""

from typing import TYPE_CHECKING

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, rows, shown, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from entrypoints.explaining import Step
    from entrypoints.shapes import EpochSeen, EventSeen, StatusAnswer


def status(
    organization: options.Organization,
    channel: options.Channel,
    identifier: options.IdentifierId = None,
    kind: options.Kind = None,
    value: options.Value = None,
    scope: options.Scope = None,
    purpose: options.Purpose = "marketing",
    at: options.At = None,
    known_at: options.KnownAt = None,
    json: options.Json = False,
) -> None:
    """May I send, and how do consent, deliverability and hold stand?

    Example: echo ann@example.com | contact-ledger status -o acme --channel email --kind email --value -
    """
    from entrypoints.shapes import whole_status
    from entrypoints.wiring import opened

    asked = options.asked(identifier, kind, value)
    with opened(within=organization) as ledger:
        place = options.place(organization, channel, scope, purpose, asked)
        key, _ = ledger.answers.holder(organization, asked)
        judged = ledger.answers.sendable(organization, *place, [asked], at=at, known_at=known_at)[0]
    answer = whole_status(key, judged)
    if json:
        as_json(answer)
    else:
        _print_status(answer)


def explain(
    organization: options.Organization,
    channel: options.Channel,
    identifier: options.IdentifierId = None,
    kind: options.Kind = None,
    value: options.Value = None,
    scope: options.Scope = None,
    purpose: options.Purpose = "marketing",
    at: options.At = None,
    known_at: options.KnownAt = None,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """Why may I (not) send: the answer in a sentence, and every event with its verdict, rule and source.

    Example: contact-ledger explain -o acme --channel sms --scope acme/shop --identifier 0b6c…
    """
    from entrypoints.explaining import explained
    from entrypoints.wiring import opened

    asked = options.asked(identifier, kind, value)
    with opened(within=organization) as ledger:
        place = options.place(organization, channel, scope, purpose, asked)
        key, _ = ledger.answers.holder(organization, asked)
        found = ledger.answers.explain(organization, asked, *place, at=at, known_at=known_at, opened=unmasked)
    answer = explained(key, found, values=unmasked)
    if json:
        as_json(answer)
        return
    text(answer.answer)
    if answer.today is not None:
        text(f"By all that is known now: {answer.today}")
    _print_status(answer.status)
    _print_steps(answer.steps)


def history(
    organization: options.Organization,
    identifier: options.IdentifierId = None,
    kind: options.Kind = None,
    value: options.Value = None,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """Every event of one identifier, in log order, and who held it from when to when.

    Example: contact-ledger history -o acme --identifier 0b6c… --json
    """
    from entrypoints.shapes import epochs_seen, event_seen
    from entrypoints.wiring import opened

    asked = options.asked(identifier, kind, value)
    with opened(within=organization) as ledger:
        events = ledger.answers.history(organization, asked, opened=unmasked)
    seen = [event_seen(event, values=unmasked) for event in events]
    epochs = epochs_seen(events)
    if json:
        as_json({"events": seen, "epochs": epochs})
        return
    rows(
        "History",
        ["position", "effective", "recorded", "event, by whom"],
        [(str(one.position), one.effective_at, one.recorded_at, _word(one) + "\n" + _whose(one)) for one in seen],
        empty="The ledger has no event of this identifier.",
    )
    if len(epochs) > 1:
        _print_epochs(epochs)


def _print_epochs(epochs: "list[EpochSeen]") -> None:
    rows(
        "Holders: a recycled number has a new one",
        ["", "from, until", "contact"],
        [
            (one.number, f"{shown(one.opened_at)}\n{shown(one.closed_at)}", contact)
            for one in epochs
            for contact in map(str, one.contacts or ("",))
        ],
        empty="",
    )


def _print_status(answer: "StatusAnswer") -> None:
    facts(
        "May be sent" if answer.sendable else "May not be sent",
        [
            ("identifier", answer.identifier_id),
            ("asked", f"{answer.channel}, {answer.scope}, {answer.purpose}"),
            ("at", answer.at),
            ("because", answer.reasons or None),
            ("decided by", answer.deciding_event),
            ("consent", _since(answer.consent, answer.consent_since, answer.consent_method)),
            ("first subscribed", answer.first_subscribed_at),
            ("last subscribed", answer.latest_subscribed_at),
            ("deliverability", _since(answer.deliverability, answer.deliverability_since)),
            ("soft bounces", answer.soft_bounces or None),
            ("hold", _since(answer.hold, answer.hold_since)),
            ("held until", answer.hold_until),
            ("erased", answer.erased or None),
            ("may change at", answer.changes_at),
            ("quiet until", answer.quiet_until),
            ("policy", answer.policy),
            ("shaped by", answer.policies or None),
        ],
    )


def _print_steps(steps: "list[Step]") -> None:
    rows(
        "Every event, in the order it took effect",
        ["", "took effect", "what was said, and what became of it"],
        [(step.number, step.event.effective_at, "\n".join(_told(step))) for step in steps],
        empty="The ledger has no event of this identifier.",
    )


def _told(step: "Step") -> "Iterator[str]":
    yield step.said
    yield f"{step.became} {step.because}"
    policy = f", policy {step.policy}" if step.policy else ""
    law = f" ({step.law})" if step.law else ""
    yield f"rule {step.rule}{law}{policy}"
    yield f"from {step.who}; {step.when}"
    yield f"event {step.event.event_id}"
    for flag in step.flags:
        yield f"note: {flag}"


def _since(word: str, since: "datetime | None", method: str | None = None) -> str:
    said = f"{word} since {shown(since)}" if since else str(word)
    return f"{said} by {method}" if method else said


def _word(event: "EventSeen") -> str:
    """`subscribed` of `identifier.subscribed.v1`."""
    return event.type.split(".")[1]


def _whose(event: "EventSeen") -> str:
    return f"{event.actor} by {event.source}" if event.actor else event.source
