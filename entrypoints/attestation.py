"""What somebody attests who enters a person's data by hand (Y2). A changed wording is a new version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

WORDINGS: Final[Mapping[str, str]] = {
    "2026-1": "I confirm that this information was obtained from its owner, who agreed to its being kept and to "
    "the messages chosen here.",
}
CURRENT: Final = "2026-1"


def origin(version: str) -> str:
    """How every event of the act names the wording that was attested; its actor and time say who and when."""
    return f"attestation:{version}"


def evidence(actor: str, at: datetime) -> dict[str, str]:
    """Who attested the current wording, and when, as evidence of what is recorded with it."""
    return {
        "attested_by": actor,
        "attested_at": at.isoformat(),
        "wording": CURRENT,
        "wording_text": WORDINGS[CURRENT],
    }
