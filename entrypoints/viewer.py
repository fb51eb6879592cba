"""Who looks at the console: a person, and what it may do in each of its organizations."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from entrypoints.roles import PERMISSIONS, Permission, Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who is logged in, with its role in each organization (L2: one of them is looked at)."""

    person: UUID
    name: str
    organizations: Mapping[str, Role]

    def may(self, organization: str, permission: Permission) -> bool:
        """Whether its role there allows this; nothing is allowed where it has none."""
        role = self.organizations.get(organization)
        return role is not None and permission in PERMISSIONS[role]
