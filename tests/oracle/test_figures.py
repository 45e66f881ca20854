"""Numbers are found however they are written, and names are left alone."""

from __future__ import annotations

import pytest
from delivery_kit import scene, with_changes
from hypothesis import given
from hypothesis import strategies as st
from mutants import right_record
from strategies import PROSE

from fde_oracle.figures import figures
from fde_oracle.grade import judge

NAMES = ("Qwen/Qwen3-8B", "Qwen3-8B", "meta-llama/Llama-3.3-70B-Instruct", "labels_1.csv")


def found(text: str) -> list[tuple[float, int, bool]]:
    return [(item.value, item.digits, item.percent) for item in figures(text, NAMES)]


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("99%", (99, 0, True)),
        ("(99%)", (99, 0, True)),
        ("99%-accurate", (99, 0, True)),
        ("83 %", (83, 0, True)),
        ("83.25%.", (83.25, 2, True)),
        ("0.83", (0.83, 2, False)),
        (".8", (0.8, 1, False)),
        ("-.25", (-0.25, 2, False)),
        ("1,100 rows", (1100, 0, False)),
        ("1,100rows", (1100, 0, False)),
        ("99percent", (99, 0, True)),
        ("99 per cent", (99, 0, True)),
        ("ninety-nine percent", (99, 0, True)),
        ("Ninety  nine per cent", (99, 0, True)),
        ("ninety %", (90, 0, True)),
        ("seventeen percent", (17, 0, True)),
        ("one hundred percent", (100, 0, True)),
        ("accuracy=0.99,", (0.99, 2, False)),
        ("accuracy-0.99", (0.99, 2, False)),
        ("0.99x", (0.99, 2, False)),
        ("1e-9", (1e-9, 9, False)),
        ("9.9E-1", (0.99, 2, False)),
        ("1e2%", (100, -2, True)),
        ("٩٩٪", (99, 0, True)),
        ("９９％", (99, 0, True)),  # noqa: RUF001  # full-width digits are the point
        ("9\u200b9%", (99, 0, True)),
        ("10²", (102, 0, False)),
        ("\u221212%", (-12, 0, True)),
    ],
)
def test_a_number_in_disguise(text: str, figure: tuple[float, int, bool]) -> None:
    assert found(text) == [figure]
    assert found(f"It was {text} on the day.") == [figure]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.95-0.99", [0.95, 0.99]),
        ("0,99", [0, 99]),
        ("½ of it", [1, 2]),
        ("3 of 4, 5.", [3, 4, 5]),
        ("1.2.3", [1.2, 3]),
    ],
)
def test_several_numbers(text: str, values: list[float]) -> None:
    assert [value for value, _, _ in found(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        *NAMES,
        "the Qwen3-8B base",
        "an 8B model, or 0.7b",
        "bf16, F1, H200, LoRA",
        "on 2026-11-22.",
        "no number at all",
        "...",
        "e5",
    ],
)
def test_names_sizes_and_dates_are_no_claims(text: str) -> None:
    assert found(text) == []


def test_a_name_hides_nothing_that_only_contains_it() -> None:
    assert found("labels_1.csv99%")
    assert found("Qwen3-8B-99%")


@given(st.one_of(st.text(), PROSE))
def test_any_text_can_be_read(text: str) -> None:
    assert all(item.written for item in figures(text, NAMES))


@given(st.integers(0, 10**6), st.sampled_from(["{}", "{}%", "{:,}", " {} ", "n={}", "({})"]))
def test_no_integer_is_overlooked(value: int, form: str) -> None:
    assert [seen for seen, _, _ in found(form.format(value))] == [value]


@pytest.mark.parametrize("name", ["permute, learned", "permute, not learned"])
@pytest.mark.parametrize(
    "lie",
    [
        *("99%", "99 %", "٩٩٪", "100%", "1e2%", "0.99", ".99", ".9", "9.9e-1", "1e-9", "1e400"),
        *("123,456 rows", "accuracy-0.99", "0.99x", "98.76percent", "0.71111111", "½", "4/5"),
    ],
)
def test_a_false_figure_fails_the_card_wherever_it_stands(name: str, lie: str) -> None:
    played = scene(name)
    record = right_record(played, "card")
    for field in ("summary", "limitations", "intended_use"):
        new = with_changes(record.submission, {field: f"The base is Qwen3-8B. It was {lie}."})
        found_ = judge(played.truth, record.model_copy(update={"submission": new}))
        assert not found_.passed
        assert "no facts" in found_.reason
