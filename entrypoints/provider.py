"""An OpenID provider at which people may sign in, and what this ledger is to it."""

from dataclasses import dataclass, field
from typing import Final

SIGN_ON: Final = "/console/login/openid"
RETURN: Final = f"{SIGN_ON}/back"
"""The path of ours that it sends people back to: together with the console's address it is registered there."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`name` is what people call it; `redirect` RETURN at the console's address."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect: str
