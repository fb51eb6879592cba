"""The console's own files and, where `make assets` fetched them, the vendors': each at an address of its content.

Without the vendors' files every page works as well; with them the lists change without a whole new page.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Response

from entrypoints.api.problems import Problem

_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_FOLDERS: Final = ("static", "static/vendor")
router = APIRouter(prefix="/console/static", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    media_type: str
    version: str


@cache
def _assets() -> dict[str, _Asset]:
    found = {}
    for folder in _FOLDERS:
        place = files("entrypoints.console").joinpath(folder)
        for file in place.iterdir() if place.is_dir() else ():
            kind = _TYPES.get("." + file.name.rpartition(".")[2])
            if kind is not None:
                body = file.read_bytes()
                found[file.name] = _Asset(body, kind, sha256(body).hexdigest()[:12])
    return found


def address(name: str) -> str | None:
    """Where the file is served; None where it is not there."""
    asset = _assets().get(name)
    return f"/console/static/{asset.version}/{name}" if asset is not None else None


@router.get("/{version}/{name}")
def static(version: str, name: str) -> Response:
    """A file, to be kept by browsers for ever: another content has another address."""
    asset = _assets().get(name)
    if asset is None or asset.version != version:
        raise Problem(404, "not-found", "There is no such file.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(asset.body, 200, headers, asset.media_type)
