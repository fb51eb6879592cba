"""`make bench-latency`: from a STOP's publication until `sendable` says no, at 500 messages a second.

Once with every process running, once with every projector stopped: the answer is read from the log, so it must
make no difference. The reference is the same question asked again and again with nothing to wait for.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import orjson

from benchmarks.figures import conclude, percentile, say
from benchmarks.stand import Stand, running, stand
from consumers.broker import Outgoing, Producer
from entrypoints.demo.messages import TOPICS
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.wiring import Service, opened
from ledger.acts.given import Given

PER_SECOND = 500
SECONDS = 30
_EVERY = 25
"""One message in so many is a STOP that is waited for."""
_PATIENCE = 30.0
_GLANCE = 0.01
ORGANIZATION = ORGANIZATIONS[0].code
SENDER = ORGANIZATIONS[0].senders[0]
_ASKED = (ORGANIZATION, "sms", SENDER, "marketing")


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds."""

    p50: float
    p99: float


def main(seconds: int = SECONDS) -> None:
    """Prints the figures, and the JSON line last."""
    with stand(kafka=True) as on, opened(on.settings) as ledger:
        with running(on, "consume", "project", "publish"):
            together = _stops(on, ledger, seconds, "all")
        say(f"every process running:   p50 {together.p50:,.0f} ms, p99 {together.p99:,.0f} ms")
        with running(on, "consume"):
            alone = _stops(on, ledger, seconds, "alone")
        say(f"every projector stopped: p50 {alone.p50:,.0f} ms, p99 {alone.p99:,.0f} ms")
        asking = _asking(ledger)
        say(f"one question by itself:  p50 {asking.p50:,.1f} ms, p99 {asking.p99:,.1f} ms")
        say(f"p99 is {max(together.p99, alone.p99) / asking.p99:,.0f} times that of the question alone")
    conclude({"p50_ms": max(together.p50, alone.p50), "p99_ms": max(together.p99, alone.p99)})


def _stops(on: Stand, ledger: Service, seconds: int, name: str) -> Figures:
    """Publishes at the pace and waits for each STOP; a first one warms everything up and is not counted."""
    with closing(Producer(on.bootstrap)) as producer, _Watch(ledger) as watch:
        producer.publish(_tick(f"{name}-warm", 0))
        watch.expect(_phone(f"{name}-warm", 0))
        watch.until_all_came(f"{name}, the first", on)
        begun = time.perf_counter()
        for tick, messages in enumerate(_ticks(seconds, name)):
            time.sleep(max(0.0, begun + tick * _EVERY / PER_SECOND - time.perf_counter()))
            watch.expect(_phone(name, tick))
            producer.publish(messages)
        pace = PER_SECOND * seconds / (time.perf_counter() - begun)
        watch.until_all_came(name, on)
    say(f"published {pace:,.0f} messages/s")
    return _figures(watch.waits[1:])


class _Watch:
    """Asks about every phone whose STOP is still to come, again and again, in one question each time."""

    def __init__(self, ledger: Service) -> None:
        self.waits: list[float] = []
        self._ledger = ledger
        self._expected: dict[Given, float] = {}
        self._asked = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def expect(self, phone: Given) -> None:
        """From now on: its STOP is being published."""
        self._expected[phone] = time.perf_counter()

    def until_all_came(self, stage: str, on: Stand) -> None:
        """Returns when the ledger says no to every one of them; else ends the run and says where each was left."""
        deadline = time.perf_counter() + _PATIENCE
        while self._expected:
            if time.perf_counter() > deadline:
                self._say_what_is_left(on)
                left = len(self._expected)
                raise SystemExit(f"{stage}: {left} STOPs did not come through in {_PATIENCE:.0f} seconds")
            time.sleep(_GLANCE)

    def _say_what_is_left(self, on: Stand) -> None:
        """Whether the watch still looks, what the ledger has of each phone, and how far Kafka's partitions are."""
        say(f"watching: {self._thread.is_alive()}; asked {self._asked:,} times")
        for phone, published in list(self._expected.items()):
            ago = time.perf_counter() - published
            say(f"expected since {ago:.0f} s: {self._ledger.answers.sendable(*_ASKED, [phone])[0].reasons}")
        for command in (["positions", "lag"], ["rejections", "list"], ["doctor"]):
            environment = {**os.environ, **on.environment}
            subprocess.run([sys.executable, "-m", "entrypoints", *command], env=environment, stdout=sys.stderr)

    def _watch(self) -> None:
        while not self._done.is_set():
            if phones := list(self._expected):
                answers = self._ledger.answers.sendable(*_ASKED, phones)
                self._asked += 1
                came = time.perf_counter()
                for phone, answer in zip(phones, answers, strict=True):
                    if "unsubscribed" in answer.reasons:
                        self.waits.append((came - self._expected.pop(phone)) * 1000)
            time.sleep(_GLANCE)


def _ticks(seconds: int, name: str) -> Iterator[list[Outgoing]]:
    return (_tick(name, tick) for tick in range(seconds * PER_SECOND // _EVERY))


def _tick(name: str, tick: int) -> list[Outgoing]:
    """Signups of others around one signup that is followed by its STOP."""
    now = datetime.now(UTC).isoformat()
    phone = _phone(name, tick).value
    emails = [f"{name}{tick}.{n}@example.com" for n in range(_EVERY - 2)]
    others = [_signup(f"{name}-{email}", now, {"kind": "email", "value": email}) for email in emails]
    stop = {"organization": ORGANIZATION, "from": phone, "to": SENDER, "text": "STOP"}
    return [
        _signup(f"{name}-{tick}", now, {"kind": "phone", "value": phone}),
        *others,
        _message(f"{name}-{tick}-stop", "sms.inbound.v1", now, stop),
    ]


def _phone(name: str, tick: int) -> Given:
    number = f"+1415{_digits(name):03d}{tick:04d}"
    return Given("phone", number, number)


def _digits(name: str) -> int:
    """A three-digit number of a name, the same in every run."""
    return 200 + sum(name.encode()) % 700


def _signup(number: str, now: str, identifier: dict[str, str]) -> Outgoing:
    channel = "sms" if identifier["kind"] == "phone" else "email"
    data = {
        "organization": ORGANIZATION,
        "identifiers": [identifier],
        "subscriptions": [{"channel": channel, "scope": SENDER, "purposes": ["marketing"]}],
        "method": "form",
    }
    return _message(number, "contact.signup.v1", now, data)


def _message(number: str, type_: str, now: str, data: dict[str, Any]) -> Outgoing:
    event = {"specversion": "1.0", "id": number, "source": "bench", "type": type_, "time": now, "data": data}
    return Outgoing(TOPICS[0], number.encode(), orjson.dumps(event))


def _asking(ledger: Service) -> Figures:
    waits = []
    for tick in range(300):
        begun = time.perf_counter()
        ledger.answers.sendable(*_ASKED, [_phone("all", tick)])
        waits.append((time.perf_counter() - begun) * 1000)
    return _figures(waits)


def _figures(waits: list[float]) -> Figures:
    return Figures(percentile(waits, 50), percentile(waits, 99))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
