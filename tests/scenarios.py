"""The histories of `shared/scenarios.json`, where that file lies beside the checkout (DESIGN §4)."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

FILE = Path(os.environ.get("LEDGER_SCENARIOS", Path(__file__).parents[2] / "shared" / "scenarios.json"))


@dataclass(frozen=True)
class Question:
    channel: str
    scope: str
    purpose: str
    at: datetime
    known_at: datetime | None
    expect: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A history with its questions; `messages` are (learnt at, CloudEvent) in the order of learning."""

    name: str
    kind: str
    value: str
    messages: tuple[tuple[datetime, dict[str, Any]], ...]
    questions: tuple[Question, ...]

    def moved_to(self, organization: str) -> "Case":
        """The same case in an organization of its own."""
        messages = tuple((at, _rewritten(message, organization)) for at, message in self.messages)
        questions = tuple(
            Question(q.channel, _scope(q.scope, organization), q.purpose, q.at, q.known_at, q.expect)
            for q in self.questions
        )
        return Case(self.name, self.kind, self.value, messages, questions)


def cases() -> list[Case]:
    return [_case(raw) for raw in orjson.loads(FILE.read_bytes())["cases"]] if FILE.exists() else []


def _case(raw: dict[str, Any]) -> Case:
    messages = [(_moment(entry["known_at"]), entry["message"]) for entry in raw["messages"]]
    return Case(
        name=raw["name"],
        kind=raw["identifier"]["kind"],
        value=raw["identifier"]["value"],
        messages=tuple(sorted(messages, key=lambda pair: pair[0])),
        questions=tuple(
            Question(
                channel=ask["channel"],
                scope=ask["scope"],
                purpose=ask["purpose"],
                at=_moment(ask["at"]),
                known_at=_moment(ask["known_at"]) if ask["known_at"] else None,
                expect=ask["expect"],
            )
            for ask in raw["ask"]
        ),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _scope(scope: str, organization: str) -> str:
    head, slash, rest = scope.partition("/")
    return f"{organization}{slash}{rest}" if head == "acme" else scope


def _rewritten(value: Any, organization: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _rewritten(inner, organization, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_rewritten(inner, organization, key) for inner in value]
    if key == "organization":
        return organization
    if key in ("scope", "to") and isinstance(value, str):
        return _scope(value, organization)
    return value
