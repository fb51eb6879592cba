"""What a person types, or a page ends with, in an address without being readable there.

The state of a page is in its address, and addresses end in logs and histories, where personal data must not be:
what was typed goes in sealed, under a key of its own and bound to the organization.
"""

import base64
import hmac
import secrets
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entrypoints.wiring import Service

_NONCE: Final = 12


def sealed(ledger: Service, organization: str, text: str) -> str:
    """The text as it may stand in an address."""
    nonce = secrets.token_bytes(_NONCE)
    shut = _cipher(ledger).encrypt(nonce, text.encode(), organization.encode())
    return base64.urlsafe_b64encode(nonce + shut).decode().rstrip("=")


def opened(ledger: Service, organization: str, token: str) -> str | None:
    """What was typed; None where this is nothing that `sealed` made for the organization."""
    try:
        shut = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _cipher(ledger).decrypt(shut[:_NONCE], shut[_NONCE:], organization.encode()).decode()
    except (ValueError, InvalidTag):
        return None


def _cipher(ledger: Service) -> AESGCM:
    return AESGCM(hmac.digest(ledger.settings.master_key.get_secret_value(), b"console search", sha256))
