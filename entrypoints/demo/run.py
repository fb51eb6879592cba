"""Runs the demo: servers, the ledger's own processes on them, a day's traffic through it all, and HTTP."""

import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from consumers.broker import Outgoing, Producer, make_topics, spans
from consumers.sending import send
from entrypoints.demo.day import corrections, day
from entrypoints.demo.keeping import ENVIRONMENT, Kept, alone, settings, write_environment
from entrypoints.demo.login import let_in
from entrypoints.demo.messages import TOPICS
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.demo.processes import Processes, processes
from entrypoints.demo.setting_up import set_up
from entrypoints.demo.standing import Standing, contacts, standing
from entrypoints.demo.telling import Telling, telling
from entrypoints.embedded import EmbeddedBroker, EmbeddedPostgres, free_port
from entrypoints.organizations import issue_key, register
from entrypoints.wiring import Service, clock, migrated, opened
from ledger.events.contact import ContactsLinked
from ledger.events.identifier import OptedOut

DAY: Final = 22_000
"""Messages of a day."""
_GLANCE: Final = 0.2
_STUCK: Final = 60.0
"""Seconds without any progress after which the demo gives up waiting."""
_LOOKED_AT: Final = 3_000
"""Events at the log's end among which the support desk finds something to take back."""


def run_demo(*, once: bool = False, messages: int = DAY, data: Path = Path(".demo"), port: int = 0) -> int:
    """Runs a day of `messages` messages on what `data` keeps, and returns the exit code.

    `once`: ends then, with one JSON line on stdout; else stays up on `port` (0: any free one) until Ctrl-C.
    The code is 1 where something sent has not come through. Raises ChildFailed where a server does not run,
    DemoRuns where a demo runs on `data` already.
    """
    began = time.monotonic()
    data.mkdir(parents=True, exist_ok=True)
    with _interruptible(), alone(data), telling() as tell, _started(data, port or free_port(), tell) as demo:
        report, faults = demo.a_day(messages)
        for fault in faults:
            tell.line(f"wrong: {fault}")
        if once:
            report["seconds"] = round(time.monotonic() - began, 1)
            sys.stdout.write(orjson.dumps(report).decode() + "\n")
            return 1 if faults else 0
        demo.stay_up(report)
    return 1 if faults else 0


@dataclass(slots=True)
class _Demo:
    """A running ledger and what is known of it."""

    ledger: Service
    kept: Kept
    data: Path
    processes: Processes
    tell: Telling

    def a_day(self, messages: int) -> tuple[dict[str, Any], list[str]]:
        """Sends a day's traffic and what a support desk takes back of it; waits until all has come through."""
        before = self.ledger.reading.newest().position
        start = clock() - timedelta(days=1)
        sent = self._send(self._noting(day(self.kept.days, messages, start, known=self.kept.people)), messages)
        self.kept.write(self.data)
        self._wait()
        links, events = self._mistakes()
        taken_back = list(corrections(self.kept.days, clock(), links, events))
        sent += self._send(taken_back, len(taken_back))
        return self._report(sent, before, self._wait())

    def _noting(self, messages: Iterable[Outgoing]) -> Iterator[Outgoing]:
        """The messages, noting whom they met."""
        for message in messages:
            self.kept.people = max(self.kept.people, int(message.key or b"0") + 1)
            yield message

    def _send(self, messages: Iterable[Outgoing], total: int) -> int:
        addressed = (replace(message, topic=_today(self.kept, message.topic)) for message in messages)
        with closing(Producer(self.ledger.settings.brokers)) as producer:
            return send(producer, addressed, lambda count: self.tell.stage("sent", count, total))

    def _wait(self) -> Standing:
        """Until nothing lags, or nothing moves any more. Raises ChildFailed where a process has ended."""
        held = spans(self.ledger.settings.brokers, self.ledger.settings.topics)
        last, moved_at = None, time.monotonic()
        while True:
            self.processes.check()
            now = standing(self.ledger, held)
            self.tell.stage("taken", now.taken, now.sent)
            self.tell.stage("in the tables", now.projected, now.recorded)
            self.tell.stage("published", now.published, now.recorded)
            if now != last:
                last, moved_at = now, time.monotonic()
            if now.lag == 0 or time.monotonic() - moved_at > _STUCK:
                return now
            time.sleep(_GLANCE)

    def _mistakes(self) -> tuple[list[tuple[str, UUID]], list[tuple[str, UUID]]]:
        """Some links and some opt-outs of the last hour, as (organization, id)."""
        end = self.ledger.reading.newest().position
        recent = self.ledger.reading.follow(max(0, end - _LOOKED_AT), _LOOKED_AT)
        links = {
            (event.envelope.organization, event.body.link_id)
            for event in recent
            if isinstance(event.body, ContactsLinked)
        }
        opt_outs = [
            (event.envelope.organization, event.event_id)
            for event in recent
            if isinstance(event.body, OptedOut) and event.body.method == "link" and event.body.carried_from is None
        ]
        return sorted(links)[:10], opt_outs[:20]

    def _report(self, sent: int, before: int, end: Standing) -> tuple[dict[str, Any], list[str]]:
        """What the day came to, and what is wrong with it."""
        fates = self.processes.fates(sent)
        faults = []
        if end.lag:
            faults.append(f"{end.lag} messages or events have not come through")
        if sum(fates.results.values()) != sent:
            faults.append(f"{sent} messages were sent, but {sum(fates.results.values())} taken")
        report = {
            "published": sent,
            "recorded": end.recorded - before,
            "duplicates": fates.results.get("duplicate", 0),
            "rejected": dict(sorted(fates.reasons.items())),
            "contacts": contacts(self.ledger),
            "lag": end.lag,
        }
        return report, faults + self.processes.ask(self.kept.api_key)

    def stay_up(self, report: dict[str, Any]) -> None:
        """Says what can be asked, and stays until told to stop. Raises ChildFailed where a process ends."""
        for name, figure in report.items():
            self.tell.line(f"{name:>12}  {figure:,}" if isinstance(figure, int) else f"{name:>12}  {figure}")
        self.tell.line(self.processes.invitation(self.kept.api_key, self.kept.password))
        self.tell.line(f"On the command line: . {self.data / ENVIRONMENT}; contact-ledger clock -o acme")
        try:
            while True:
                self.processes.check()
                time.sleep(_GLANCE)
        except KeyboardInterrupt:
            self.tell.line(f"Stopping. What was recorded stays in {self.data}; the next run goes on from there.")


@contextmanager
def _started(data: Path, port: int, tell: Telling) -> Iterator[_Demo]:
    """Servers, schema, organizations and the ledger's processes; all of them gone at the end."""
    kept = Kept.read(data)
    kept.days += 1
    kept.write(data)
    topics = [_today(kept, topic) for topic in TOPICS]
    tell.line("Starting PostgreSQL and a Kafka-compatible broker …")
    with EmbeddedPostgres(data / "postgres") as database, EmbeddedBroker() as broker:
        environment = kept.environment(database.url, broker.bootstrap, topics, f"http://127.0.0.1:{port}")
        write_environment(data, environment)
        migrated(settings(environment))
        with opened(settings(environment)) as ledger:
            for organization in ORGANIZATIONS:
                is_new = register(ledger, organization.code, organization.display_name)
                if is_new and organization == ORGANIZATIONS[0]:
                    kept.api_key = issue_key(ledger, organization.code, "admin")
            if not kept.set_up:
                set_up(ledger)
                kept.set_up = True
            let_in(ledger, kept)
            kept.write(data)
            make_topics(broker.bootstrap, {topic: {} for topic in topics}, partitions=4)
            tell.line("Starting the ledger: consume, project, publish, serve …")
            with processes(environment, data, port) as children:
                yield _Demo(ledger, kept, data, children, tell)


def _today(kept: Kept, topic: str) -> str:
    """The topic's name today: the broker forgets its topics, and gives them no ids to tell them apart by."""
    return f"{topic}.{kept.days}"


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM and Ctrl-C interrupt alike, once: what follows is an orderly end that no second one disturbs."""
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
