"""Every code that the rules can give a verdict under is in the catalogue with words and source, and no other is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.rules import catalogue
from ledger.rules.catalogue import RULES, Rule

FOLDER = Path(catalogue.__file__).parent
ENDINGS = ("opt_out", "reassignment", "erased")
"""What `ended_by_` goes on with."""


def codes() -> Iterator[str]:
    """Codes as they are written in the rules: texts that are given to a verdict, or come out of a rule."""
    for path in FOLDER.glob("*.py"):
        if path.name in ("catalogue.py", "parameters.py"):  # the names of parameters have dots too
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                start = text_of(node.values[0])
                yield from (f"{start}{ending}" for ending in ENDINGS if start.endswith(".ended_by_"))
            elif isinstance(node, ast.Constant):
                yield from re.findall(r"\A[a-z_]+\.[a-z_]*[a-z]\Z", text_of(node))


def text_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_code_of_the_rules_is_in_the_catalogue_and_no_other() -> None:
    plain = {code for code in RULES if "." not in code}
    source = "".join(path.read_text() for path in FOLDER.glob("*.py") if path.name != "catalogue.py")
    assert {code for code in plain if f'"{code}"' not in source} == set()
    assert set(codes()) | plain == RULES.keys()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_said_in_sentences_and_has_a_source(rule: Rule) -> None:
    for said in (rule.says, rule.idle or rule.says):
        assert re.fullmatch(r"[A-Z].*\.", said)
        assert "  " not in said
    assert rule.source
    assert not re.search(r"\b[LSYPC]\d|beyond", rule.law)
