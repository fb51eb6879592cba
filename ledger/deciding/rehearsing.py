"""What an act would come to if it were made now: decided as `recording` decides it, and not recorded."""

from ledger.acts.act import Act
from ledger.deciding.decision import decide
from ledger.deciding.reading import Log, load, read_view
from ledger.deciding.view import Draft, NotLoaded
from ledger.ids import Ids


def rehearse(log: Log, ids: Ids, act: Act) -> Draft | None:
    """The draft of the act's events; None where the log has the act already. Raises MessageRefused."""
    view = read_view(log, ids, [act])
    while True:
        try:
            return decide(view, ids, act)
        except NotLoaded as missing:
            load(log, view, missing)
