"""How values are said on pages: moments in the viewer's zone, ages, channels, methods."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from entrypoints.console.texts import TEXTS, say

_MINUTE: Final = 60
_TEN: Final = 10
_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", _MINUTE))
_YOUNG: Final = timedelta(days=60)


def age(at: datetime, now: datetime) -> str:
    """`3 minutes ago` (L11); `just now` below one minute and for what is ahead of the clock."""
    seconds = int((now - at).total_seconds())
    for unit, length in _UNITS:
        if seconds >= length:
            number = seconds // length
            return say(f"age.{unit}" if number == 1 else f"age.{unit}s", number=f"{number:,}")
    return say("age.now")


def ago(at: datetime | None, now: datetime, zone: ZoneInfo) -> Markup:
    """A moment by its age, or by its day where that is long ago; hovering shows it in full."""
    if at is None:
        return _nothing()
    return _time(at, age(at, now) if now - at < _YOUNG else f"{at.astimezone(zone):%d %b %Y}", zone)


def moment(at: datetime | None, zone: ZoneInfo) -> Markup:
    """A moment to the minute in the viewer's zone; hovering shows it in UTC."""
    return _nothing() if at is None else _time(at, f"{at.astimezone(zone):%d %b %Y, %H:%M}", zone)


def second(at: datetime, zone: ZoneInfo) -> Markup:
    """A moment to the second in the viewer's zone; hovering shows it in UTC."""
    return _time(at, f"{at.astimezone(zone):%d %b %Y, %H:%M:%S}", zone)


def day(at: datetime | None, zone: ZoneInfo) -> Markup:
    """The day of a moment in the viewer's zone; hovering shows it in full."""
    return _nothing() if at is None else _time(at, f"{at.astimezone(zone):%d %b %Y}", zone)


def word(code: str | None, kind: str) -> str:
    """The catalogue's word for a code of this kind (`channel`, `method`, …); the code where it has none, which for
    a method is a word of the producer's own.
    """
    own = (code or "").replace("_", " ")
    return TEXTS.get(f"{kind}.{code}", own.capitalize() if kind == "method" else own)


def named(code: str, kind: str | None = None) -> tuple[str, str]:
    """A code with its word of the catalogue, as choices have it; of no kind it is its own word."""
    return code, word(code, kind) if kind else code


def span(seconds: float) -> str:
    """A length of time to two figures: `0.4 s`, `12 min`, `3.5 h`, `11 days`."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", _MINUTE)):
        if seconds >= length * 2:
            return say(f"span.{unit}", number=f"{seconds / length:.2g}")
    return say("span.seconds", number=f"{max(seconds, 0):.2g}" if seconds < 99 else f"{seconds:.0f}")


def whole(number: int) -> str:
    return f"{number:,}"


def rate(number: float) -> str:
    """So many a second: whole from ten on, to two figures below."""
    return whole(round(number)) if number >= _TEN else f"{number:.2g}"


def coded(text: str) -> Markup:
    """A sentence in which what stands between backticks is code, to be typed as it is."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def filled(pattern: Markup, **values: object) -> Markup:
    """A piece of a page that is the same but for these values, which stand in it as `{name}`, the last of them as
    free text: said once and filled in for every row.
    """
    for name, value in values.items():
        pattern = pattern.replace(f"{{{name}}}", str(value))
    return pattern


def _time(at: datetime, text: str, zone: ZoneInfo) -> Markup:
    """To the second; `isoformat` is several times quicker than `strftime`."""
    utc = at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")
    hover = f"{utc} UTC"
    if zone.key != "UTC":
        hover = f"{at.astimezone(zone).replace(tzinfo=None).isoformat(' ', 'seconds')} {zone.key}, {hover}"
    return Markup(f'<time datetime="{utc.replace(" ", "T")}Z" title="{escape(hover)}">{escape(text)}</time>')


def _nothing() -> Markup:
    return Markup('<span class="none">–</span>')


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "ago": ago,
    "moment": moment,
    "second": second,
    "day": day,
    "word": word,
    "named": named,
    "span": span,
    "whole": whole,
    "rate": rate,
    "coded": coded,
    "filled": filled,
    "parsed": datetime.fromisoformat,
}
