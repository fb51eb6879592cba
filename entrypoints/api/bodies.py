"""Bodies that are files: laid aside before they are worked on, since few clients read while they send."""

import tempfile
from collections.abc import AsyncIterator, Callable
from typing import Annotated, BinaryIO, Final

from fastapi import Depends, Request

from entrypoints.api.auth import Caller, needs
from entrypoints.api.problems import Problem
from entrypoints.roles import Permission

CSV: Final = "text/csv"
MAX_FILE: Final = 256 * 1024 * 1024
_IN_MEMORY: Final = 1024 * 1024


def laid_aside(permission: Permission) -> Callable[..., AsyncIterator[BinaryIO]]:
    """A dependency that gives the body as a file at its begin, once the caller was let in."""

    async def file(request: Request, _: Annotated[Caller, Depends(needs(permission))]) -> AsyncIterator[BinaryIO]:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            async for part in request.stream():
                if body.tell() + len(part) > MAX_FILE:
                    detail = f"The file is larger than {MAX_FILE} bytes; send it in several parts."
                    raise Problem(413, "content-too-large", detail)
                body.write(part)
            body.seek(0)
            yield body  # type: ignore[misc]

    return file
