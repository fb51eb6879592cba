"""A disclosure as a page that stands alone: no script, nothing from elsewhere; for the screen and for paper."""

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from entrypoints.disclosing import Disclosure
from projections.sentences import CHANNELS

_STYLE: Final = files("entrypoints").joinpath("templates/disclosure.css").read_text()
_TEMPLATES: Final = Environment(
    loader=PackageLoader("entrypoints"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(one: Disclosure) -> str:
    """The whole document; everything in it is escaped."""
    return _TEMPLATES.get_template("disclosure.html").render(
        one=one, style=Markup(_STYLE), moment=_moment, words=_words, plain=_plain, channel=CHANNELS.__getitem__
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return "; ".join(f"{_words(str(name))}: {_plain(inner)}" for name, inner in value.items())
    return orjson.dumps(value).decode()
