"""A preview is the outcome: whatever is told before a link or an unlink is so after it (L8)."""

from collections.abc import Iterable
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.acts.act import Body
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ContactChange, Link, ProfileEdit, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange
from ledger.events.scope import covers
from ledger.events.vocabulary import CHANNELS_OF
from ledger.previewing import Preview, preview
from ledger.rules.identity import Person, holder, links, people
from ledger.rules.profile import FieldValue, profile
from ledger.rules.status import status
from tests.histories import LEARNT, ORGANIZATION, act_of
from tests.identity.test_rollup import ANN, ANN_PHONE, BEN, KEY, Ledger, key, signup
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
    reached = {(r.identifier_id, r.channel, r.scope) for r in seen.reaches}
    assert lost & reached == named & {(key(g), c, s) for g, c, s in linked}
    for one, channel, scope in lost - reached:
        assert any((one, channel, wider) in named for wider in SCOPES if covers(wider, scope))
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


@settings(max_examples=150, deadline=None)
@given(
    history=st.lists(bodies(), max_size=8),
    sides=st.lists(st.sampled_from(GIVENS), min_size=2, max_size=2),
    meanwhile=st.lists(bodies(), max_size=8),
    whole=st.booleans(),
)
def test_once_unlinked_all_is_as_if_they_had_never_been_linked(
    history: list[Body], sides: list[Given], meanwhile: list[Body], whole: bool
) -> None:
    linked, never = Ledger(), Ledger()
    for ledger in (linked, never):
        everyone(ledger)
        for body in history:
            ledger.does(body)
    pairs = told(linked, Link(sides[0], sides[1])).links
    assume(pairs)
    [(low, high)] = pairs
    linked.does(Link(sides[0], sides[1]))
    never.number += 1
    assume(not whole or len(links(linked.log.read([low])[low])) == 1)
    apart = [body for body in meanwhile if not isinstance(body, Link) and len(_named(body)) < 2]
    for ledger in (linked, never):
        for body in apart:
            ledger.does(body)
    [link_id] = [one for one, other in links(linked.log.read([low])[low]).items() if other == high]
    linked.does(Unlink(contact=low) if whole else Unlink(link_id))
    assert statuses(linked) == statuses(never)
    contacts = {contact for contact, events in never.log.streams.items() if events[0].name.startswith("contact.")}
    assert by_id(people(contacts, linked.log.read)) == by_id(people(contacts, never.log.read))
    for one in people(contacts, never.log.read):
        assert _shown(linked, one) == _shown(never, one)


def _named(body: Body) -> tuple[Given, ...]:
    return body.identifiers if isinstance(body, SignUp) else ()


def _shown(ledger: Ledger, one: Person) -> dict[str, FieldValue]:
    return profile(event for events in ledger.log.read(one.contacts).values() for event in events)


def test_what_an_unlink_took_back_is_carried_again_by_a_human_linking_again() -> None:
    ledger = Ledger()
    ledger.does(signup(ANN_PHONE))
    ledger.does(OptOut(KEY, "sms", ORGANIZATION, (), "manual"))
    for _ in range(2):
        ledger.does(Link(KEY, ANN_PHONE, "asked"))
        assert ledger.sendable(ANN_PHONE, "sms") == (False, ("unsubscribed",))
        ledger.does(Unlink(ledger.link_of(KEY), "wrong"))
        assert ledger.sendable(ANN_PHONE, "sms") == (True, ())


def test_an_opt_out_made_while_linked_leaves_with_the_customer_number_it_was_made_on() -> None:
    ledger = Ledger()
    ledger.does(signup(ANN_PHONE))
    ledger.sees(KEY)
    ledger.does(Link(KEY, ANN_PHONE, "asked"))
    ledger.does(OptOut(KEY, "sms", ORGANIZATION, (), "manual"))
    assert ledger.sendable(ANN_PHONE, "sms") == (False, ("unsubscribed",))
    ledger.does(Unlink(ledger.link_of(KEY), "wrong"))
    assert ledger.sendable(ANN_PHONE, "sms") == (True, ())


def test_an_identifier_attached_while_linked_stays_with_the_one_it_came_with() -> None:
    ledger = Ledger()
    ledger.sees(ANN)
    ledger.sees(KEY)
    ledger.does(Link(ANN, KEY, "asked"))
    ledger.sees(ANN_PHONE, KEY)
    ledger.does(ProfileEdit(ANN_PHONE, set={"city": "Ulm"}))
    ledger.does(Unlink(ledger.link_of(ANN), "wrong"))
    assert ledger.person(ANN_PHONE) == ledger.person(KEY) != ledger.person(ANN)
    own = ledger.person(KEY)
    assert own is not None
    assert profile(ledger.log.read([own])[own])["city"].value == "Ulm"


def test_a_contact_in_the_middle_stands_alone_and_parts_those_it_held_together() -> None:
    ledger = Ledger()
    for one in (ANN, BEN, KEY):
        ledger.sees(one)
    alone = [ledger.person(one) for one in (ANN, BEN, KEY)]
    ledger.does(Link(BEN, ANN, "asked"))
    middle = holder(ledger.log.read([key(ANN)])[key(ANN)])
    ledger.does(Link(KEY, BEN, "asked"))
    seen = told(ledger, Unlink(contact=middle))
    assert (len(seen.before), len(seen.after)) == (1, 3)
    ledger.does(Unlink(contact=middle))
    assert [ledger.person(one) for one in (ANN, BEN, KEY)] == alone


def test_a_preview_names_what_a_machine_would_not_have_done() -> None:
    ledger = Ledger()
    other = Given("external_id", "4712", "4712")
    ledger.sees(ANN, KEY)
    ledger.sees(BEN, other)
    assert [(one.cause, one.kind, one.count, one.limit) for one in told(ledger, Link(ANN, BEN)).conflicts] == [
        ("two_external_ids", "external_id", 2, 1)
    ]
    nobody = Given("email", "noreply@example.com", "noreply@example.com")
    ledger.sees(nobody)
    assert [(one.cause, one.kind) for one in told(ledger, Link(ANN, nobody)).conflicts] == [("blocked", "email")]
    ledger.sees(ANN_PHONE)
    ledger.does(Link(ANN, ANN_PHONE, "asked"))
    ledger.does(Unlink(ledger.link_of(ANN_PHONE), "wrong"))
    ledger.does(ContactChange("delete", ANN_PHONE))
    causes = {one.cause for one in told(ledger, Link(ANN, ANN_PHONE)).conflicts}
    assert causes == {"unlinked_before", "deleted"}


def test_a_preview_of_a_profile_names_who_wins_and_who_loses() -> None:
    ledger = Ledger()
    ledger.does(ProfileEdit(ANN, set={"city": "Ulm", "name": "Ann"}))
    ledger.does(ProfileEdit(BEN, set={"city": "Bonn"}))
    seen = told(ledger, Link(ANN, BEN))
    found = {
        one.field: (one.winner and one.winner.value, [lost.value for lost in one.losers]) for one in seen.fields
    }
    assert found == {"city": ("Bonn", ["Ulm"]), "name": ("Ann", [])}
    [city] = [one for one in seen.fields if one.field == "city"]
    assert city.winner is not None
    assert (city.winner.contact_id, city.losers[0].contact_id) == (ledger.person(BEN), ledger.person(ANN))


def test_a_preview_of_what_was_done_before_shows_people_whole() -> None:
    ledger = Ledger()
    for one in (ANN, KEY, BEN, ANN_PHONE):
        ledger.does(ProfileEdit(one, set={f"of_{one.kind}": one.value}))
    ledger.does(Link(ANN, KEY, "asked"))
    gone = ledger.link_of(ANN)
    ledger.does(Unlink(gone, "wrong"))
    ledger.does(Link(ANN, BEN, "asked"))
    ledger.does(Link(KEY, ANN_PHONE, "asked"))
    seen = told(ledger, Unlink(gone))
    assert (seen.links, seen.before) == ((), seen.after)
    assert seen.after
    outcome(ledger.log, seen)
    assert all(known.fields and len(known.person.contacts) == 2 for known in seen.after)
