"""`make bench-rollup`: signups that share identifiers with other people's against ones that share none.

Both kinds are recorded in batches in turns, in organizations of their own on one PostgreSQL, so that whatever
else the machine does meets both alike. Then people are linked and unlinked, one act a batch, timed to the commit:
two of 25 contacts, who become one of 50, which is unlinked; and two of 50, the harder way to read "people of up to
50 contacts", who become one of 100. The contacts of each hang in a chain, so that the link is far from most.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from random import Random
from uuid import UUID

import orjson

from benchmarks.figures import conclude, percentile, say
from benchmarks.stand import START, stand
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.wiring import Service, opened
from ledger.acts.act import Act, Body
from ledger.acts.consent import SignUp, Subscription
from ledger.acts.contact import Identification, Link, Unlink
from ledger.acts.given import Given
from ledger.events.contact import ContactsLinked

SIGNUPS = 1_000_000
_BATCH = 5_000
_SHARED = 0.05
_PAIRS = 100
_CONTACTS = 50
"""Of the largest person that the goal is for."""


def main(signups: int = SIGNUPS) -> None:
    """Prints the figures, and the JSON line last."""
    with stand(kafka=False) as on, opened(on.settings) as ledger:
        sharing, apart = ORGANIZATIONS[0].code, ORGANIZATIONS[1].code
        spent = {sharing: 0.0, apart: 0.0}
        both = zip(_signups(sharing, signups, _SHARED), _signups(apart, signups, 0.0), strict=True)
        for number, pairs in enumerate(iter(lambda: list(islice(both, _BATCH)), []), 1):
            for side, organization in enumerate((sharing, apart)):
                spent[organization] += _recorded(ledger, [pair[side] for pair in pairs])
            if number % 20 == 0:
                say(f"  {number * _BATCH:,} signups of each kind recorded")
        say(f"with {_SHARED:.0%} shared: {signups / spent[sharing]:,.0f} signups/s")
        say(f"without: {signups / spent[apart]:,.0f} signups/s")
        linking, unlinking = _links(ledger, apart, _CONTACTS // 2)
        linking_each, unlinking_both = _links(ledger, apart, _CONTACTS)
    conclude(
        {
            "signups_per_s_shared": signups / spent[sharing],
            "vs_unshared": spent[apart] / spent[sharing],
            "link_p95_ms": percentile(linking, 95),
            "unlink_p95_ms": percentile(unlinking, 95),
            "link_p50_ms": percentile(linking, 50),
            "unlink_p50_ms": percentile(unlinking, 50),
            "link_of_two_of_50_p95_ms": percentile(linking_each, 95),
            "unlink_of_100_p95_ms": percentile(unlinking_both, 95),
        }
    )


def _signups(organization: str, number: int, shared: float) -> Iterator[Act]:
    """Each person an e-mail and a phone; a part of them brings the phone of somebody before."""
    chance = Random(7)
    for n in range(number):
        phone = chance.randrange(n) if n and chance.random() < shared else n
        identifiers = (_given("email", f"p{n}@example.com"), _given("phone", f"+1415{5_000_000 + phone:07d}"))
        wanted = (Subscription("email", f"{organization}/shop", ("marketing",)),)
        yield _act(organization, f"signup {n}", SignUp(identifiers, wanted, "form"))


def _links(ledger: Service, organization: str, contacts: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each link and unlink of two people of so many contacts each, one act a batch."""
    linking, unlinking = [], []
    for number in range(_PAIRS):
        left, right = (_person(ledger, organization, contacts, 2 * number + side) for side in (0, 1))
        name = f"{number} of {contacts}"
        link = _act(organization, f"link {name}", Link(left, right, "one person"))
        linking.append(1000 * _recorded(ledger, [link]))
        unlink = _act(organization, f"unlink {name}", Unlink(_link_of(ledger, link), "two people"))
        unlinking.append(1000 * _recorded(ledger, [unlink]))
    return linking, unlinking


def _person(ledger: Service, organization: str, contacts: int, number: int) -> Given:
    """A person of so many contacts, of one e-mail or phone each, linked in a chain; its first."""
    name = f"person {number} of {contacts}"
    givens = [
        _given("email", f"p{number}-{n}@{contacts}.example.com")
        if n % 2
        else _given("phone", f"+1{400 + contacts}5{number:03d}{n:03d}")
        for n in range(contacts)
    ]
    alone = [_act(organization, f"{name} {n}", Identification((one,), "form")) for n, one in enumerate(givens)]
    chain = [
        _act(organization, f"{name} {n} linked", Link(left, right, "one person"))
        for n, (left, right) in enumerate(pairwise(givens))
    ]
    _recorded(ledger, [*alone, *chain])
    return givens[0]


def _given(kind: str, value: str) -> Given:
    return Given(kind, value, value)


def _act(organization: str, message_id: str, body: Body) -> Act:
    content = orjson.dumps([organization, message_id])
    return Act(organization, "bench", message_id, type(body).__name__, START, content, body, occurred_at=START)


def _recorded(ledger: Service, acts: Sequence[Act]) -> float:
    """Seconds it took to record the batch. Raises RuntimeError where the ledger refused any of it."""
    begun = time.perf_counter()
    outcomes = ledger.recording.record(acts)
    spent = time.perf_counter() - begun
    if any(outcome.result != "recorded" for outcome in outcomes):
        raise RuntimeError(f"not recorded: {Counter(outcome.reason or outcome.result for outcome in outcomes)}")
    return spent


def _link_of(ledger: Service, link: Act) -> UUID:
    """The id of the link that the act made."""
    event_ids = ledger.recording.recorded_before(link)
    streams = set(ledger.reading.places(event_ids).values())
    (made,) = {
        event.body.link_id
        for events in ledger.reading.read(streams).values()
        for event in events
        if isinstance(event.body, ContactsLinked) and event.event_id in event_ids
    }
    return made


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
