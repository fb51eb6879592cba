"""Whatever happened before and whatever comes late: erasing makes nobody sendable, and forgets no opt-out."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act
from ledger.acts.consent import SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification
from ledger.acts.given import Given
from ledger.events.body import Event
from ledger.events.contact import IdentifierDetached
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, IdentifierReleased, Subscribed
from ledger.rules.belonging import own_events
from ledger.rules.erasure import reach
from ledger.rules.identity import person
from ledger.rules.status import Status, status
from tests.histories import LEARNT, ORGANIZATION, PHONE, act_of, histories, places
from tests.memory_log import IDS, MemoryLog
from tests.rules.streams import stream

ERASED = LEARNT + timedelta(hours=1)
STREAM = IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value)
EMAIL = Given("email", "ann@example.com", "ann@example.com")


def history(log: MemoryLog, acts: list[Act], *, at_number: int = 0) -> None:
    for number, act in enumerate(acts):
        log.record(act_of(act.body, at_number + number, act.occurred_at or LEARNT), LEARNT)


def judged(log: MemoryLog, place: tuple[str, str, str]) -> Status:
    channel, scope, purpose = place
    events = log.streams.get(STREAM, [])
    return status(events, channel=channel, scope=scope, purpose=purpose, at=ERASED + timedelta(days=1))


@settings(max_examples=200)
@given(histories(), histories(), st.lists(places, min_size=1, max_size=5))
def test_no_history_makes_an_erased_person_sendable(
    before: list[Act], late: list[Act], asked: list[tuple[str, str, str]]
) -> None:
    """`late` holds signups of the person's own that were stuck in lag, imports, lifts and reversals of holds."""
    log = MemoryLog()
    log.register(ORGANIZATION, LEARNT)
    log.record(act_of(Identification((PHONE,), "form"), 900, LEARNT), LEARNT)
    history(log, before)
    stood = [judged(log, place) for place in asked]
    assert log.record(act_of(ContactChange("erase", PHONE, "asked", "r-1"), 901, LEARNT), ERASED) == "recorded"
    erased = [judged(log, place) for place in asked]
    history(log, late, at_number=500)
    for was, now, later in zip(stood, erased, [judged(log, place) for place in asked], strict=True):
        assert set(was.reasons) <= {*now.reasons, "declined", "pending", "expired", "never", "bounced"}
        assert "erased" in now.reasons
        assert "erased" in later.reasons
        assert not later.sendable


def test_the_persons_own_later_signup_lifts_only_what_it_may() -> None:
    log = MemoryLog()
    log.register(ORGANIZATION, LEARNT)
    signup = SignUp((PHONE,), (Subscription("sms", ORGANIZATION, ("marketing",)),), "form")
    log.record(act_of(signup, 1, LEARNT), LEARNT)
    log.record(act_of(ContactChange("erase", PHONE, "asked", "r-1"), 2, LEARNT), ERASED)
    later = ERASED + timedelta(hours=1)
    assert log.record(act_of(signup, 3, LEARNT), later) == "erased"
    assert log.record(act_of(signup, 4, later, later), later) == "recorded"
    assert judged(log, ("sms", ORGANIZATION, "marketing")).sendable
    assert not judged(log, ("sms", ORGANIZATION, "cart")).sendable


def test_a_former_address_goes_too_and_one_that_moved_on_stays() -> None:
    """The contact had two more identifiers once: one nobody has held since, one that another contact holds now."""
    other = UUID(int=2)
    log = MemoryLog()
    log.register(ORGANIZATION, LEARNT)
    log.record(act_of(Identification((PHONE, EMAIL), "form"), 1, LEARNT), LEARNT)
    email = IDS.identifier(ORGANIZATION, EMAIL.kind, EMAIL.value)
    [contact] = {e.body.contact_id for e in log.streams[email] if isinstance(e.body, IdentifierClaimed)}
    log.streams[contact] += _after(log.streams[contact], IdentifierDetached(identifier_id=email, kind="email"))
    log.streams[email] += _after(log.streams[email], IdentifierReleased(contact_id=contact))
    reached = reach(person(contact, log.read), log.read)
    assert (set(reached.identifiers), reached.elsewhere) == ({STREAM, email}, ())
    log.streams[email] += _after(log.streams[email], IdentifierClaimed(contact_id=other, kind="email"))
    reached = reach(person(contact, log.read), log.read)
    assert (reached.identifiers, reached.elsewhere) == ((STREAM,), (email,))


def test_of_a_number_that_changed_hands_a_person_is_told_only_their_own() -> None:
    first, second = UUID(int=11), UUID(int=12)

    def claimed(contact: UUID) -> IdentifierClaimed:
        return IdentifierClaimed(contact_id=contact, kind="phone")

    subscribed = Subscribed(channel="sms", scope="acme", purposes=("marketing",), method="form")
    released = IdentifierReleased(contact_id=first)
    events = stream(claimed(first), subscribed, released, subscribed, claimed(second), subscribed)
    assert own_events(events, [first]) == events[:3]
    assert own_events(events, [second]) == events[4:]
    assert own_events(events, [first, second]) == [*events[:3], *events[4:]]
    assert own_events(events, [UUID(int=13)]) == []


def _after(events: list[Recorded], *bodies: Event) -> list[Recorded]:
    made = stream(*bodies)
    return [
        Recorded(events[0].stream_id, len(events) + n, 10_000 + n, one.envelope, one.body)
        for n, one in enumerate(made, 1)
    ]
