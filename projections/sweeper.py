"""What time alone changes: consents and requests running out, pauses ending (DESIGN §6).

Every row keeps the moment of its next such change. Steps sweep up to their last event's recorded time; when no
events come, this does. Either way both watermarks move together and no column holds a processing time.
"""

from datetime import datetime

from projections.projection import Projection
from projections.stepping import CROWD, Source, sweep
from projections.watermarks import watermark


def sweep_to(source: Source, projection: Projection, to: datetime) -> bool:
    """Brings every row to `to`, crowds in parts; False where nothing was due or somebody else was faster."""
    moved = False
    while True:
        with source.connect() as connection:
            before = watermark(connection, projection.name)
            due = projection.crowd(connection, to, 0)
            part = projection.crowd(connection, to, CROWD) or to
        if due is None or before.swept_to is None or part <= before.swept_to:
            return moved
        if not sweep(source, projection, before, part):
            return moved
        moved = True
