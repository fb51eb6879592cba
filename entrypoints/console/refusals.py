"""Forms that were not taken: shown again with what was typed, and the message at its field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from entrypoints.api.problems import problem_of


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was not taken: its name, what was typed, and what is wrong with which field."""

    form: str
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    status: int = 422


@dataclass(frozen=True, slots=True)
class Forms:
    """What the forms of a page hold: what was typed where it was refused, else what is so now."""

    refused: Refused | None = None

    def value(self, form: str, name: str, otherwise: object = None) -> str:
        """What the field of this form holds."""
        if self.refused is not None and self.refused.form == form:
            return self.refused.typed.get(name, "")
        return "" if otherwise is None else str(otherwise)

    def error(self, form: str, name: str) -> str | None:
        """What is wrong with the field."""
        return self.refused.errors.get(name) if self.refused is not None and self.refused.form == form else None

    def others(self, form: str, names: Collection[str]) -> list[str]:
        """Messages of the form that belong to none of these fields."""
        if self.refused is None or self.refused.form != form:
            return []
        return [text for name, text in self.refused.errors.items() if name not in names]


def refusal(name: str, form: Mapping[str, str], error: Exception) -> Refused:
    """The form of this name, as it is to be shown again."""
    problem = problem_of(error)
    return Refused(name, form, dict(problem.errors) or {"": problem.detail}, problem.status)
