"""The texts of the lists beside the contacts: part of the catalogue in `texts`."""

from collections.abc import Mapping
from typing import Final

TEXTS_OF_LISTS: Final[Mapping[str, str]] = {
    "apply": "Apply",
    "all": "All",
    # Compliance clock
    "nav.clock": "Compliance clock",
    "clock": "Compliance clock",
    "clock.lead": "Every opt-out from its receipt to the moment all systems had it, and when it was due: {days} "
    "business days by the calendar of {country}.",
    "clock.empty": "No opt-outs here.",
    "clock.empty.do": "As soon as somebody opts out, the clock of that opt-out is shown. Look at all of them, or "
    "at an earlier period.",
    "clock.counted": "Opt-outs looked at",
    "clock.counted.more": "The latest {number}",
    "clock.overdue": "Overdue",
    "clock.waiting": "Waiting",
    "clock.due_now": "Due if received now",
    "clock.speed": "From receipt to each stage",
    "clock.stage": "Stage",
    "clock.half": "Half within",
    "clock.most": "95% within",
    "clock.nearly": "99% within",
    "clock.slowest": "The slowest",
    "clock.show": "Show",
    "clock.show.all": "All opt-outs",
    "clock.show.overdue": "Overdue only",
    "clock.since": "Received from",
    "clock.received": "Received",
    "clock.method": "Method",
    "clock.place": "Place",
    "clock.due": "Due",
    "clock.state": "State",
    "clock.unknown": "done before the clock was kept",
    "state.overdue": "Overdue",
    "state.waiting": "Waiting",
    "state.done": "Honoured",
    "stage.recorded": "Recorded",
    "stage.enforced": "Enforced",
    "stage.published": "Published",
    "method.ban": "Ban",
    "span.seconds": "{number} s",
    "span.minutes": "{number} min",
    "span.hours": "{number} h",
    "span.days": "{number} days",
}
