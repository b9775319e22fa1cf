"""Random claims can be read, and about half of those that the second method settles are true."""

from __future__ import annotations

from hypothesis import given, settings

from certificates.statements import read_statement
from tests.claims_second_method import opinion
from tests.random_claims import claims


@given(claims())
@settings(max_examples=500)
def test_every_random_claim_can_be_read(text: str) -> None:
    assert read_statement(text.encode()).identifier == "random"


def test_about_half_are_true() -> None:
    found: list[str] = []

    @given(claims())
    @settings(max_examples=100)
    def count(text: str) -> None:
        found.append(opinion(text, tries=50))

    count()
    true, false = found.count("certified"), found.count("refuted")
    assert true + false >= len(found) / 2
    assert 1 / 3 <= true / (true + false) <= 2 / 3
