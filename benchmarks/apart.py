"""`make bench-apart`: what keeping organizations apart in the database costs “may I send?”.

The same questions about 1,000 people each, asked in turn by who is bound by no policy (`ledger_overseer`) and by a
reader within the organization, at a log of 100,000 contacts. Another number may be given:
`make bench-apart ARGS=10000`.
"""

import random
import sys
import time
from dataclasses import dataclass, field
from statistics import median

import psutil

from benchmarks.crowd import ORGANIZATION, SCOPE, email, fill_with
from benchmarks.figures import conclude, percentile, say
from benchmarks.stand import stand
from entrypoints.wiring import Service, opened
from ledger.acts.given import Given

CONTACTS = 100_000
_QUESTIONS = 100


@dataclass(slots=True)
class Cost:
    """Milliseconds a question: waited for, and of work, in this process and in the server's."""

    service: Service
    waits: list[float] = field(default_factory=list)
    worked: float = 0.0

    def ask(self, givens: list[Given]) -> list[bool]:
        """Asks, and adds what it cost."""
        with self.service.reading.connection() as connection:
            server = psutil.Process(connection.info.backend_pid)
        before, begun = _work(server), time.perf_counter()
        answers = self.service.answers.sendable(ORGANIZATION, "email", SCOPE, "marketing", givens)
        self.waits.append((time.perf_counter() - begun) * 1000)
        self.worked += (_work(server) - before) * 1000
        return [one.sendable for one in answers]


def _work(server: psutil.Process) -> float:
    there = server.cpu_times()
    return time.process_time() + there.user + there.system


def main(people: int = CONTACTS) -> None:
    """Prints the figures, and the JSON line last."""
    choice = random.Random(1)
    with stand(kafka=False) as on, opened(on.settings) as ledger:
        say(f"recording {people:,} contacts")
        fill_with(ledger, people)
        bare, bound = Cost(ledger), Cost(ledger.within(ORGANIZATION))
        for number in range(_QUESTIONS + 5):
            givens = [Given("email", email(n), "") for n in choice.sample(range(people), min(1_000, people))]
            if number == 5:  # what came before warmed both up
                bare, bound = Cost(bare.service), Cost(bound.service)
            first, second = (bare, bound) if number % 2 else (bound, bare)
            assert first.ask(givens) == second.ask(givens)
    figures = {}
    for name, cost in (("bare", bare), ("bound", bound)):
        figures[f"{name}_p50_ms"], figures[f"{name}_p95_ms"] = median(cost.waits), percentile(cost.waits, 95)
        figures[f"{name}_cpu_ms"] = cost.worked / _QUESTIONS
        waited = f"p50 {median(cost.waits):.1f} ms, p95 {percentile(cost.waits, 95):.1f} ms"
        say(f"{name}: {waited}, {cost.worked / _QUESTIONS:.1f} ms of work")
    conclude({**figures, "row_security_cpu_ratio": bound.worked / bare.worked})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
