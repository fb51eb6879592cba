"""One message of each type as its producer sends it, with every field of the contract (structured CloudEvents)."""

from pathlib import Path
from typing import Any

import orjson

_FOLDER = Path(__file__).parent / "golden" / "messages"

GOLDEN: dict[str, dict[str, Any]] = {
    path.name.removesuffix(".json"): orjson.loads(path.read_bytes()) for path in sorted(_FOLDER.glob("*.json"))
}
"""By type."""
