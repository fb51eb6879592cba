"""A projector killed anywhere leaves its tables as if it had lived, and tells others of each change once."""

import pytest

from projections import opt_outs
from projections.rebuild import verify
from projections.registry import PROJECTIONS
from projections.watermarks import watermarks
from tests.consumers.outbound import Outbound
from tests.consumers.scene import history, record_directly
from tests.crash.running import struck
from tests.projections.world import source_on

POINTS = {"read": "45", "written": "16", "committed": "16"}
"""Each point with the time it is struck at: some steps into a run."""


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_projector_leaves_its_tables_as_if_it_had_lived(point: str, outbound: Outbound) -> None:
    record_directly(outbound.scene, history(24, people=24))  # each touched once: no later step mends a lost one
    strikes = 0
    while struck("drive_projector", outbound.url, point, POINTS[point], "SIGKILL"):
        strikes += 1
    assert strikes >= 2
    with source_on(outbound.url) as source:
        with source.connect() as connection:
            reached = {name: mark.position for name, mark in watermarks(connection).items()}
            told_twice = connection.execute(
                "SELECT count(*) - count(DISTINCT (identifier_id, channel, scope, purpose, position)) FROM outbox"
            ).fetchone()
            clocked = {one.position: one.enforced for one in opt_outs.latest(connection, 1_000)}
            told = connection.execute("SELECT count(*) FROM outbox").fetchone()
        assert set(reached.values()) == {outbound.store.newest().position}
        assert clocked
        assert all(clocked.values())
        assert told_twice == (0,)
        assert told is not None
        assert told[0] > 0
        for projection in PROJECTIONS.values():
            assert verify(source, projection).equal
