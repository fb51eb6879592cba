"""The console's styles and scripts, each at an address of its content, so that browsers may keep them for ever.

`uplot.js` and `uplot.css` come by npm when the package is built (`make assets`); pages do without them.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePath
from typing import Final

from fastapi import APIRouter, Response

from entrypoints.api.problems import Problem

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
router = APIRouter(prefix="/console/static", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    media_type: str
    version: str


@cache
def _assets() -> dict[str, _Asset]:
    read = {file.name: file.read_bytes() for file in files("entrypoints.console").joinpath("static").iterdir()}
    return {
        name: _Asset(body, _TYPES[PurePath(name).suffix], sha256(body).hexdigest()[:12])
        for name, body in read.items()
    }


def address(name: str) -> str:
    """Where the file is served."""
    return f"/console/static/{_assets()[name].version}/{name}"


def there(name: str) -> bool:
    """Whether this installation has the file."""
    return name in _assets()


@router.get("/{version}/{name}")
def static(version: str, name: str) -> Response:
    """A file, to be kept by browsers for ever: another content has another address."""
    asset = _assets().get(name)
    if asset is None or asset.version != version:
        raise Problem(404, "not-found", "There is no such file.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(asset.body, 200, headers, asset.media_type)
