"""Every question of the scenarios that a table can answer, asked of `channel_status` as time goes by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from consumers.intake import Message, take
from ledger.acts.act import Act
from ledger.acts.settings import Registration
from projections import channel_status
from projections.registry import PROJECTIONS
from projections.runner import Runner
from tests.projections.world import World, key
from tests.scenarios import FILE, Case, Question, cases


@dataclass(frozen=True)
class Moment:
    """A message that comes in, or a question that is asked, at a time."""

    at: datetime
    case: Case
    organization: str
    said: dict[str, Any] | None = None
    asked: Question | None = None


def moments() -> list[Moment]:
    """All of all cases, each case in an organization of its own, messages before questions of the same time."""
    found = []
    for number, case in enumerate(cases()):
        organization = f"org{number}"
        moved = case.moved_to(organization)
        found += [Moment(at, moved, organization, said=message) for at, message in moved.messages]
        found += [
            Moment(question.at, moved, organization, asked=question)
            for question in moved.questions
            if question.known_at is None and all(question.at >= at for at, _ in moved.messages)
        ]
    return sorted(found, key=lambda moment: (moment.at, moment.asked is not None))


@pytest.mark.skipif(not FILE.exists(), reason="shared/scenarios.json does not lie beside this checkout")
def test_channel_status_gives_the_answers(world: World) -> None:
    story = moments()
    runner = Runner([PROJECTIONS["channel_status"]], world.source)
    world.now = story[0].at - timedelta(days=1)
    for organization in sorted({moment.organization for moment in story}):
        world.record(Registration(organization), organization=organization)
    answered = 0
    for moment in story:
        world.now = moment.at
        if moment.said is not None:
            act = take(Message(orjson.dumps(moment.said), (), moment.at))
            assert isinstance(act, Act)
            world.recording.record([act])
        elif moment.asked is not None:
            while runner.step():
                pass
            runner.sweep(moment.at)
            answered += answers(world, moment, moment.asked)
    assert answered > 80


def answers(world: World, moment: Moment, question: Question) -> bool:
    """Whether there is a row for exactly what is asked; if so it gives the expected answer."""
    identifier = key(moment.case.kind, moment.case.value, moment.organization)
    with world.connect() as connection:
        rows = channel_status.of_identifier(connection, identifier)
    place = (question.channel, question.scope, question.purpose)
    for row in rows:
        if (row.channel, row.scope, row.purpose) == place:
            said = {name: getattr(row, name) for name in question.expect}
            assert said == question.expect, moment.case.name
            return True
    return False
