"""Which addresses a bulk deletion may take: those nobody could send to anyway (Y6)."""

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    Banned,
    Blacklisted,
    Bounced,
    Complained,
    ComplaintWithdrawn,
    OptedOut,
    Subscribed,
    Unblacklisted,
)
from ledger.rules.deletable import obstacle
from ledger.rules.timeline import Timeline, timeline
from tests.rules.streams import HOUR, SCOPE, SENDER, START, stream

FORM = Subscribed(channel="email", scope=SCOPE, purposes=("marketing",), method="form")
ASKED = FORM.model_copy(update={"double_opt_in": True})
ELSEWHERE = FORM.model_copy(update={"scope": f"{SENDER}/news"})
OUT = OptedOut(channel="email", scope=SCOPE, method="link")
OUT_ELSEWHERE = OUT.model_copy(update={"scope": ELSEWHERE.scope})
COMPLAINT = Complained(channel="email")


def line(*bodies: Event) -> Timeline:
    return timeline(stream(*bodies), at=START + 100 * HOUR)


@pytest.mark.parametrize(
    ("happened", "against"),
    [
        ((), "never_subscribed"),
        ((Banned(scope="acme"),), "never_subscribed"),
        ((FORM,), "subscribed"),
        ((FORM, OUT), None),
        ((OUT,), None),
        ((ASKED,), None),
        ((FORM, ELSEWHERE, OUT), "subscribed"),
        ((FORM, ELSEWHERE, OUT, OUT_ELSEWHERE), None),
        ((OUT, ASKED.model_copy(update={"scope": ELSEWHERE.scope})), None),
        ((FORM, COMPLAINT), None),
        ((FORM, COMPLAINT, ComplaintWithdrawn()), "subscribed"),
        ((FORM, Blacklisted()), None),
        ((FORM, Blacklisted(), Unblacklisted()), "subscribed"),
        ((Blacklisted(),), None),
    ],
)
def test_what_stands_against_deleting_an_email(happened: tuple[Event, ...], against: str | None) -> None:
    assert obstacle(line(*happened), "email") == against


def test_a_hard_bounce_alone_is_no_reason() -> None:
    bounced = Bounced(channel="email", hard=True)
    assert obstacle(line(FORM, bounced), "email") == "subscribed"


def test_an_address_on_the_platforms_list_is_of_no_use() -> None:
    assert obstacle(line(FORM), "email", platform=line(Blacklisted())) is None
    assert obstacle(line(FORM), "email", platform=line()) == "subscribed"


def test_a_phone_is_asked_about_on_every_channel_it_has() -> None:
    call = FORM.model_copy(update={"channel": "whatsapp"})
    assert obstacle(line(FORM.model_copy(update={"channel": "sms"})), "phone") == "subscribed"
    assert obstacle(line(call), "phone") == "subscribed"
    assert obstacle(line(call, Complained(channel="whatsapp")), "phone") is None
    assert obstacle(line(call, OptedOut(channel="sms", scope=SCOPE, method="link")), "phone") == "subscribed"
