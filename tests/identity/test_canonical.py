"""Canonical values: pinned by golden samples, idempotent, and the fast paths say what the slow ones say."""

import json
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from ledger.canonical import NotCanonical, canonical
from ledger.events.vocabulary import KINDS

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden" / "canonical.json").read_text())


def test_there_are_many_golden_samples_of_many_countries() -> None:
    phones = [sample["value"] for sample in SAMPLES if sample["kind"] == "phone" and "value" in sample]
    known = [sample["value"] for sample in SAMPLES if sample["kind"] == "phone" and sample.get("valid")]
    regions = {phonenumbers.region_code_for_number(phonenumbers.parse(value)) for value in known}
    assert len(phones) >= 100
    assert len(regions) >= 70
    assert sum(sample["kind"] == "email" for sample in SAMPLES) >= 90


@pytest.mark.parametrize("sample", SAMPLES, ids=[f"{n}-{sample['kind']}" for n, sample in enumerate(SAMPLES)])
def test_golden_sample(sample: dict[str, Any]) -> None:
    if "refused" in sample:
        with pytest.raises(NotCanonical) as refused:
            canonical(sample["kind"], sample["raw"])
        assert refused.value.reason == sample["refused"]
        return
    found = canonical(sample["kind"], sample["raw"])
    assert (found.value, found.valid) == (sample["value"], sample["valid"])
    assert found.raw == sample["raw"]


addresses = st.one_of(
    st.emails(),
    st.builds("{}@{}".format, st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=20)),
    st.builds("{}@{}.example".format, st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=12)),
)
digits = st.text("0123456789", min_size=5, max_size=17)
numbers = st.one_of(
    digits.map("+{}".format),
    st.builds("+{} (0){}".format, st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)), digits),
    st.builds("+{}00{}".format, st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)), digits),
)
values = st.one_of(
    addresses.map(lambda value: ("email", value)),
    numbers.map(lambda value: ("phone", value)),
    st.tuples(st.sampled_from(KINDS), st.text(max_size=40)),
)


@given(values)
@example(("email", "ΑΣ@ΑΣ.example"))
@example(("email", "İ@İ.example"))
@example(("phone", "+44000207946095"))
@example(("phone", "+54 0 11 15 2345 6789"))
def test_the_canonical_form_of_a_canonical_value_is_itself(identifier: tuple[str, str]) -> None:
    kind, raw = identifier
    try:
        once = canonical(kind, raw)
    except NotCanonical:
        return
    again = canonical(kind, once.value)
    assert (again.value, again.valid) == (once.value, once.valid)


@given(addresses)
def test_case_surroundings_and_composition_make_no_other_address(raw: str) -> None:
    try:
        found = canonical("email", raw)
    except NotCanonical:
        return
    assert canonical("email", f" {raw}\u200b\n").value == found.value
    assert found.value.rpartition("@")[2].isascii()


@given(st.from_regex(r"[a-z0-9._+-]{1,70}@([a-z0-9-]{1,30}\.){1,3}([a-z0-9]{1,6}|test|local|arpa)", fullmatch=True))
@example("a@b.c")
@example("a@xn--a.example")
@example("-a-@b-.example")
def test_plain_addresses_are_judged_as_the_validator_judges_them(raw: str) -> None:
    try:
        validate_email(raw, check_deliverability=False)
        expected = True
    except EmailNotValidError:
        expected = False
    found = canonical("email", raw)
    assert (found.value, found.valid) == (raw, expected)


def _national_numbers(code: int) -> set[str]:
    """Examples of every kind in every region of the code, and their like with other endings and prefixes."""
    found = set()
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
        assert metadata is not None
        for kind in (
            "fixed_line",
            "mobile",
            "toll_free",
            "premium_rate",
            "voip",
            "uan",
            "personal_number",
            "pager",
        ):
            number = getattr(metadata, kind) and getattr(metadata, kind).example_number
            if not number:
                continue
            for kept in range(1, len(number) + 1):
                for filling in "05928":
                    found.add(number[:kept] + filling * (len(number) - kept))
            prefix = metadata.national_prefix or "0"
            found |= {prefix + number, prefix * 2 + number, number + "1", number[:-1]}
    return found


@pytest.mark.parametrize("code", sorted(COUNTRY_CODE_TO_REGION_CODE))
def test_phone_numbers_are_read_as_the_library_reads_them(code: int) -> None:
    for national in sorted(_national_numbers(code)):
        raw = f"+{code}{national}"
        if not 8 <= len(raw) <= 18:
            continue
        expected, valid = _as_the_library(raw)
        again, _ = _as_the_library(expected)
        if again == expected and len(expected) > 7:
            found = canonical("phone", raw)
            assert (found.value, found.valid) == (expected, valid)


def test_no_calling_code_begins_with_a_zero() -> None:
    for raw in ("+0 12025550123", "+012025550123", "+00491711234567"):
        with pytest.raises(NotCanonical):
            canonical("phone", raw)


def _as_the_library(raw: str) -> tuple[str, bool]:
    parsed = phonenumbers.parse(raw)
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return written, phonenumbers.is_valid_number(parsed)


anything = st.text(st.characters(codec=None, categories=["Cs", "Cc", "Cf", "Zs", "L", "N", "P"]), max_size=30)


@given(st.sampled_from([*KINDS, "fax"]), anything)
def test_what_is_refused_is_not_repeated_and_what_is_taken_can_be_stored(kind: str, raw: str) -> None:
    try:
        value, said = canonical(kind, f"zq9{raw}").value, ""
    except NotCanonical as refused:
        value, said = "", str(refused)
    assert "zq9" not in said
    assert b"\0" not in value.encode()
