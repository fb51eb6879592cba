"""What working out a forecast tells meanwhile: how far it is, and what it has found."""

from collections.abc import Callable, Mapping
from typing import Any

Told = Callable[[float], None]
"""Hears how much is done, from 0 to 1."""
Found = Callable[[Mapping[str, Any]], None]
"""Takes a change as it is found: ids, codes and words of settings."""
