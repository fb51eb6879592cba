"""The form by which an organization writes down a policy of its own, parameter by parameter."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ledger.events.vocabulary import CHANNELS, OPT_OUT_METHODS
from ledger.rules.parameters import Parameters

NAMES: Final = tuple(Parameters.model_fields)
METHODS: Final = tuple(sorted(OPT_OUT_METHODS))
SETS: Final = ("bulk_never_lifts", "own_device_only", "transactional_stops")
"""Parameters that are sets of methods of opting out."""
NUMBERS: Final = (
    "request_lifetime_days",
    "bounce_threshold",
    "soft_bounce_threshold",
    "express_months",
    "inquiry_months",
    "purchase_months",
    "phone_months",
)
CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "stop_reach": ("sender", "merchant", "organization"),
    "soft_bounces": ("counted", "separate", "never"),
}
HOURS: Final = ("start", "end", "time_zone")


def typed(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form, as these parameters fill it in."""
    fields: dict[str, str] = {}
    for name, value in parameters.items():
        if name in SETS:
            fields |= {f"{name}.{method}": "on" for method in value}
        elif name == "quiet_hours":
            fields |= {f"{name}.{part}": value[part] for part in HOURS} if value else {}
            fields |= {f"{name}.{channel}": "on" for channel in value["channels"]} if value else {}
        else:
            fields[name] = "" if value is None else str(value)
    return fields


def written(form: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that a filled-in form writes down; what is no number stays text, to be refused by its name."""
    made: dict[str, Any] = {name: form[name] for name in CHOICES if name in form}
    for name in NUMBERS:
        text = form.get(name, "").strip()
        made[name] = int(text) if text.isdecimal() and len(text) < 9 else text or None
    for name in SETS:
        made[name] = [method for method in METHODS if f"{name}.{method}" in form]
    hours = {part: form.get(f"quiet_hours.{part}", "").strip() for part in HOURS}
    if any(hours.values()):
        made["quiet_hours"] = {**hours, "channels": [one for one in CHANNELS if f"quiet_hours.{one}" in form]}
    made["jurisdiction"] = form.get("jurisdiction", "").strip() or None
    return made
