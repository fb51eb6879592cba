"""A policy's parameters as they are written down: read strictly, with every mistake named by its field."""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Annotated, Any, Final, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ledger.events.vocabulary import CHANNELS, OPT_OUT_METHODS, OWN_DEVICE_METHODS
from ledger.rules.policy import Policy, QuietHours, Reach, SoftBounces

_NEVER_IN_BULK: Final = OWN_DEVICE_METHODS | {"complaint"}
_BUILT_IN: Final = Policy()

Count = Annotated[int, Field(strict=True, ge=1, le=1000)]
Months = Annotated[int, Field(strict=True, ge=1, le=1200)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["21:00"])]


class PolicyInvalid(ValueError):
    """Parameters that cannot be taken: `errors` names each field and says what it takes."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {takes}" for field, takes in errors))
        self.errors = errors


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WrittenHours(_Written):
    """A daily window; `start` after `end` crosses midnight."""

    start: Clock
    end: Clock
    time_zone: str = Field(examples=["America/New_York"])
    channels: frozenset[str] = frozenset(CHANNELS)

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ValueError("takes the name of a time zone, such as Europe/Vienna") from None
        return name

    @field_validator("channels")
    @classmethod
    def _channels(cls, given: frozenset[str]) -> frozenset[str]:
        return _among(given, frozenset(CHANNELS))


class Parameters(_Written):
    """All parameters; one that is left out has the built-in value."""

    jurisdiction: str | None = Field(None, max_length=40, description="whose law it is meant for")
    request_lifetime_days: Annotated[int, Field(strict=True, ge=1, le=365)] = _BUILT_IN.request_lifetime.days
    stop_reach: Reach = _BUILT_IN.stop_reach
    bounce_threshold: Count = _BUILT_IN.bounce_threshold
    soft_bounces: SoftBounces = _BUILT_IN.soft_bounces
    soft_bounce_threshold: Count = _BUILT_IN.soft_bounce_threshold
    bulk_never_lifts: frozenset[str] = _BUILT_IN.bulk_never_lifts
    own_device_only: frozenset[str] = _BUILT_IN.own_device_only
    transactional_stops: frozenset[str] = _BUILT_IN.transactional_stops
    express_months: Months | None = _BUILT_IN.express_months
    inquiry_months: Months | None = _BUILT_IN.inquiry_months
    purchase_months: Months | None = _BUILT_IN.purchase_months
    phone_months: Months | None = _BUILT_IN.phone_months
    quiet_hours: WrittenHours | None = None

    @field_validator("bulk_never_lifts", "own_device_only", "transactional_stops")
    @classmethod
    def _methods(cls, given: frozenset[str]) -> frozenset[str]:
        return _among(given, OPT_OUT_METHODS)

    @field_validator("bulk_never_lifts")
    @classmethod
    def _floor(cls, given: frozenset[str]) -> frozenset[str]:
        if not given >= _NEVER_IN_BULK:
            raise ValueError(f"may add to {', '.join(sorted(_NEVER_IN_BULK))} but leave none of them out")
        return given

    @field_validator("quiet_hours")
    @classmethod
    def _window(cls, given: WrittenHours | None) -> WrittenHours | None:
        if given is not None and given.start == given.end:
            raise ValueError("start and end differ; leave quiet_hours out where there are none")
        return given


def _among(given: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    if given - known:
        raise ValueError(f"takes {', '.join(sorted(known))}")
    return given


def policy_of(version: str, parameters: Mapping[str, Any]) -> Policy:
    """The policy that the parameters write down. Raises PolicyInvalid."""
    try:
        written = Parameters.model_validate(dict(parameters))
    except ValidationError as error:
        raise PolicyInvalid([_said(one) for one in error.errors()]) from None
    values = {name: getattr(written, name) for name in Parameters.model_fields}
    days, hours = values.pop("request_lifetime_days"), values.pop("quiet_hours")
    return Policy(version, request_lifetime=timedelta(days=days), quiet_hours=_hours(hours), **values)


def parameters_of(policy: Policy) -> dict[str, Any]:
    """The parameters as they are written down, every one, in the order of `Parameters`."""
    hours = policy.quiet_hours
    values: dict[str, Any] = {
        name: getattr(policy, name, None) for name in Parameters.model_fields if name != "quiet_hours"
    }
    values["request_lifetime_days"] = policy.request_lifetime.days
    values["quiet_hours"] = hours and {
        "start": f"{hours.start:%H:%M}",
        "end": f"{hours.end:%H:%M}",
        "time_zone": hours.time_zone,
        "channels": hours.channels,
    }
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, dict) else value


def _hours(written: WrittenHours | None) -> QuietHours | None:
    if written is None:
        return None
    start, end = time.fromisoformat(written.start), time.fromisoformat(written.end)
    return QuietHours(start, end, written.time_zone, written.channels)


_COUNT: Final = "takes a whole number from 1 to 1,000"
_MONTHS: Final = "takes a whole number of months from 1 to 1,200, or nothing where it does not end by itself"
_METHODS: Final = f"takes a list out of {', '.join(sorted(OPT_OUT_METHODS))}"
_CLOCK: Final = "takes a time of day such as 21:00"
_HOURS: Final = "takes start, end and time_zone, and perhaps channels; leave it out where there are no quiet hours"
_TAKES: Final[Mapping[str, str]] = {
    "jurisdiction": "takes a name of at most 40 characters",
    "request_lifetime_days": "takes a whole number of days from 1 to 365",
    "stop_reach": f"takes one of {', '.join(get_args(Reach))}",
    "bounce_threshold": _COUNT,
    "soft_bounces": f"takes one of {', '.join(get_args(SoftBounces))}",
    "soft_bounce_threshold": _COUNT,
    "bulk_never_lifts": _METHODS,
    "own_device_only": _METHODS,
    "transactional_stops": _METHODS,
    "express_months": _MONTHS,
    "inquiry_months": _MONTHS,
    "purchase_months": _MONTHS,
    "phone_months": _MONTHS,
    "quiet_hours": _HOURS,
    "quiet_hours.start": _CLOCK,
    "quiet_hours.end": _CLOCK,
    "quiet_hours.time_zone": "takes the name of a time zone, such as Europe/Vienna",
    "quiet_hours.channels": f"takes a list out of {', '.join(CHANNELS)}",
}
"""What a parameter takes, said of one that holds something else."""


def _said(error: Mapping[str, Any]) -> tuple[str, str]:
    """The field's name and what it takes, without what was sent."""
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "value_error":
        return f"parameters.{place}", str(error["msg"]).removeprefix("Value error, ")
    known = next((name for name in (place, place.rpartition(".")[0]) if name in _TAKES), "")
    if error["type"] == "extra_forbidden":
        none = f"no such parameter; there are {', '.join(Parameters.model_fields)}"
        return f"parameters.{place}", f"quiet_hours {_HOURS}" if known else none
    return f"parameters.{known or place}", _TAKES[known]
