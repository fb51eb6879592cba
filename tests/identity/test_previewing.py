"""A preview is the outcome: whatever is told before a link or an unlink is so after it (L8)."""

from collections.abc import Iterable
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts import Body, Given, HoldChange, Link, OptOut, ProfileEdit, SignUp, Subscription, Unlink
from ledger.events.vocabulary import CHANNELS_OF
from ledger.previewing import Preview, preview
from ledger.rules.identity import Person, links, people
from ledger.rules.profile import profile
from ledger.rules.status import status
from tests.histories import LEARNT, ORGANIZATION, act_of
from tests.identity.test_rollup import ANN, ANN_PHONE, BEN, KEY, Ledger, key
from tests.memory_log import IDS, MemoryLog

GIVENS = (ANN, ANN_PHONE, BEN, KEY, Given("phone", "+14155550101", ""), Given("external_id", "4712", "4712"))
SCOPES = (ORGANIZATION, f"{ORGANIZATION}/shop")


def told(ledger: Ledger, body: Link | Unlink) -> Preview:
    return preview(ledger.log, IDS, act_of(body, 10_000 + ledger.number, LEARNT), at=LEARNT)


def by_id(found: Iterable[Person]) -> dict[UUID, Person]:
    return {one.id: one for one in found}


def outcome(log: MemoryLog, seen: Preview) -> None:
    """The log, once the act is in it, says what the preview said."""
    contacts = [contact for known in seen.before for contact in known.person.contacts]
    now = people(contacts, log.read)
    assert by_id(known.person for known in seen.after) == by_id(now)
    for known in seen.after:
        edits = [event for stream in log.read(known.person.contacts).values() for event in stream]
        assert known.fields == profile(edits)
    for one in seen.reaches:
        events = log.read([one.identifier_id])[one.identifier_id]
        judged = status(events, channel=one.channel, scope=one.scope, purpose=one.purpose, at=LEARNT)
        assert (judged.consent.value, judged.reasons) == (one.consent, one.reasons)


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    one = draw(st.sampled_from(GIVENS))
    channel = draw(st.sampled_from(CHANNELS_OF[one.kind] or ("sms", "email")))
    scope = draw(st.sampled_from(SCOPES))
    match draw(st.sampled_from(("signup", "together", "opt_out", "ban", "unban", "profile", "link"))):
        case "signup":
            return SignUp((one,), (Subscription(channel, scope, ("marketing",)),), "form")
        case "together":
            return SignUp((one, draw(st.sampled_from(GIVENS))), (), "form")
        case "opt_out":
            return OptOut(one, draw(st.sampled_from((channel, "*"))), scope, (), "manual")
        case "ban":
            return HoldChange(one, "ban", scope)
        case "unban":
            return HoldChange(one, "unban", scope)
        case "profile":
            value = draw(st.sampled_from(("Ulm", "Bonn")))
            return ProfileEdit(one, set={draw(st.sampled_from(("city", "name"))): value}, append={"tags": value})
        case _:
            return Link(one, draw(st.sampled_from(GIVENS)), "asked")


def everyone(ledger: Ledger) -> None:
    for one in GIVENS:
        ledger.sees(one)


def statuses(ledger: Ledger) -> dict[tuple[Given, str, str], tuple[str, tuple[str, ...]]]:
    judged = {}
    for one in GIVENS:
        events = ledger.log.read([key(one)])[key(one)]
        for channel in CHANNELS_OF[one.kind]:
            for scope in SCOPES:
                found = status(events, channel=channel, scope=scope, purpose="marketing", at=LEARNT)
                judged[one, channel, scope] = found.consent.value, found.reasons
    return judged


@settings(max_examples=150, deadline=None)
@given(history=st.lists(bodies(), max_size=12), sides=st.lists(st.sampled_from(GIVENS), min_size=2, max_size=2))
def test_a_preview_of_a_link_and_of_its_unlink_is_what_then_happens(
    history: list[Body], sides: list[Given]
) -> None:
    ledger = Ledger()
    everyone(ledger)
    for body in history:
        ledger.does(body)
    before = statuses(ledger)
    link = Link(sides[0], sides[1], "asked")
    seen = told(ledger, link)
    ledger.does(link)
    outcome(ledger.log, seen)
    linked = statuses(ledger)
    lost = {(key(g), c, s) for (g, c, s), now in linked.items() if before[g, c, s][1] == () != now[1]}
    named = {(r.identifier_id, r.channel, r.scope) for r in seen.reaches if r.reasons and not r.reasons_before}
    assert lost == named & {(key(g), c, s) for g, c, s in linked}
    assert all(now[1] or not before[place][1] for place, now in linked.items())
    if seen.links:
        [(low, high)] = seen.links
        [link_id] = [one for one, other in links(ledger.log.read([low])[low]).items() if other == high]
        apart = Unlink(link_id)
        parting = told(ledger, apart)
        ledger.does(apart)
        outcome(ledger.log, parting)
        assert statuses(ledger) == before
        assert by_id(known.person for known in parting.after) == by_id(known.person for known in seen.before)
        assert {known.person.id: known.fields for known in parting.after} == {
            known.person.id: known.fields for known in seen.before
        }
