"""The scenes of the consumers' tests, for processes to die in."""

from tests.consumers.conftest import oracle, outbound, scene

__all__ = ["oracle", "outbound", "scene"]
