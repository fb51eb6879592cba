"""A policy's parameters as they are written down: read strictly, with every mistake named by its field."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Final
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
    """Parameters that cannot be taken; the message names each field and says what it takes."""


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
        raise PolicyInvalid("; ".join(_said(one) for one in error.errors())) from None
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


def _said(error: Mapping[str, Any]) -> str:
    """pydantic's words under the field's name, without what was sent."""
    field = ".".join(["parameters", *[str(part) for part in error["loc"]]])
    if error["type"] == "extra_forbidden":
        return f"{field}: no such parameter; there are {', '.join(Parameters.model_fields)}"
    return f"{field}: {str(error['msg']).removeprefix('Value error, ')}"
