"""Plain-language phrases in a reply: "please stop texting me" is a stop, of lower confidence than a keyword.

A clause is freed of politeness, articles and swearing, then looked up whole, then searched from every word on in
a tree of phrases. What negates, conditions or jokes away a phrase makes it doubtful, and a doubtful phrase is none:
the reply waits for a person (a false opt-out is mild, a missed one has ten business days; a false start would be a
lawsuit, so phrases are stops only).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from ledger.rules.wording import clauses

Tree = dict[str, Any]
"""Word → tree of what may follow; `""` holds the phrase that ends here."""
_END: Final = ""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases as they are searched for; `whole` are those that must be all of their clause."""

    whole: frozenset[str]
    within: Tree
    vetoes: Tree
    """Said anywhere, they make every phrase of the reply doubtful."""
    dropped: frozenset[str]
    dropped_pairs: Mapping[str, frozenset[str]]
    """First word → second words."""
    negations: frozenset[str]
    conditions: frozenset[str]
    links: frozenset[str]
    """Words over which a negation or condition reaches the phrase ("do not *want you to* stop")."""
    subjects: frozenset[str]
    """Right before a phrase that begins with a negation, they make it an observation ("*you* never text me")."""

    def find(self, said: str) -> str | None:
        """The first phrase that is meant in folded text; None where there is none, or only doubtful ones."""
        found: str | None = None
        for words in clauses(said):
            clause = self._reduced(words)
            for _ in _ends(self.vetoes, clause):
                return None
            found = found or self._of_clause(clause)
        return found

    def count(self) -> int:
        """How many phrases there are."""
        return len(self.whole) + _leaves(self.within)

    def _of_clause(self, clause: Sequence[str]) -> str | None:
        whole = " ".join(clause)
        if whole in self.whole:
            return whole
        for start, phrase in _ends(self.within, clause):
            if not self._doubtful(clause, start):
                return phrase
        return None

    def _doubtful(self, clause: Sequence[str], start: int) -> bool:
        if clause[start] in self.negations and start and clause[start - 1] in self.subjects:
            return True
        while start:
            start -= 1
            if clause[start] in self.negations or clause[start] in self.conditions:
                return True
            if clause[start] not in self.links:
                return False
        return False

    def _reduced(self, words: list[str]) -> list[str]:
        """The words that carry meaning, each once in a row."""
        if not self.dropped_pairs.keys().isdisjoint(words):
            words = self._unpaired(words)
        kept = [word for word in words if word not in self.dropped]
        if len(set(kept)) == len(kept):
            return kept
        return [word for place, word in enumerate(kept) if not place or word != kept[place - 1]]

    def _unpaired(self, words: list[str]) -> list[str]:
        kept: list[str] = []
        for word in words:
            if kept and word in self.dropped_pairs.get(kept[-1], ()):
                kept.pop()
            else:
                kept.append(word)
        return kept


def _ends(tree: Tree, words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where each phrase of the tree begins, and the phrase, in the order of the words."""
    for start, word in enumerate(words):
        branch = tree.get(word)
        place = start + 1
        while branch is not None:
            if _END in branch:
                yield start, branch[_END]
                break
            branch = branch.get(words[place]) if place < len(words) else None
            place += 1


def _leaves(branch: Tree) -> int:
    return sum(1 if word == _END else _leaves(inner) for word, inner in branch.items())


def tree(lines: Iterable[str]) -> Tree:
    """The tree of phrases written as lines of words, each word with its alternatives: `stop|quit texting me|us`."""
    root: Tree = {}
    for words in expanded(lines):
        branch = root
        for word in words:
            branch = branch.setdefault(word, {})
        branch[_END] = " ".join(words)
    return root


def expanded(lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every phrase that the lines stand for."""
    for line in lines:
        yield from product(*[word.split("|") for word in line.split()])
