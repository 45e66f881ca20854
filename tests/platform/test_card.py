"""A rendered card says what record and engineer say, and nothing can be smuggled into it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from huggingface_hub import ModelCard
from hypothesis import given
from hypothesis import strategies as st
from platform_kit import COLLAPSED, card, delivery, entry, facts

from fde_env.contract.submissions.card import DataProvenance
from fde_env.errors import CardContradicted
from fde_env.platform.card import block, code, contradictions, happened, render_card
from fde_env.platform.delivery import Delivery
from fde_oracle.figures import figures

WHOLE = delivery()
HEADINGS = [
    *("# Model card of `intent-1`", "## Result", "## Data", "## Lineage", "## Disclosures"),
    *("## Cost", "## In the engineer's words", "### Intended use", "### Limitations"),
    "### Summary",
]


def outside(text: str) -> str:
    """The card without its verbatim blocks and its metadata: what the platform states."""
    kept, fence = [], ""
    for line in text.split("---\n", 2)[2].split("\n"):
        ticks = re.match(r"`{3,}", line)
        if not fence and ticks:
            fence = ticks.group()
        elif fence and line == fence:
            fence = ""
        elif not fence:
            kept.append(line)
    assert not fence
    return "\n".join(kept)


def with_prose(text: str) -> Delivery:
    return delivery(
        card=card(facts(), summary=text, limitations=text[:2000], intended_use=text[:2000])
    )


def test_the_metadata_are_read_back_by_the_library_and_are_the_facts() -> None:
    parsed = ModelCard(render_card(WHOLE))
    run = WHOLE.run
    (result,) = parsed.data.eval_results
    assert (result.metric_type, result.metric_value) == (
        "accuracy",
        run.split("held_out").outcome.accuracy,
    )
    assert parsed.data.model_name == "intent-1"
    assert parsed.data.tags == ["learned"]
    assert parsed.data.base_model is None  # only a stand-in of it was trained
    own = delivery(stand_in=False, card=card(facts(), disclosures=()))
    assert ModelCard(render_card(own)).data.base_model == WHOLE.nominal_base


def test_every_number_outside_the_engineers_words_is_a_fact() -> None:
    run, bill = WHOLE.run, WHOLE.bill
    names = [WHOLE.ticket, run.run_id, WHOLE.delivery_id, WHOLE.nominal_base, "intent-1"]
    names += [run.artifact_digest, run.dataset_digest, run.config_digest, run.base_revision]
    names += [run.label_source, run.label_map]
    text = outside(render_card(WHOLE))
    found = {round(item.value, 4) for item in figures(text, names)}
    from fde_env.platform.measured import measure

    measured = measure(run.split("held_out").outcome, WHOLE.acceptance)
    known = {round(float(value), 4) for _, value in measured}
    known |= {round(float(f"{measured.p_value:.3g}"), 4), 0.05, 0.15, 95.0, 1100.0, 300.0}
    known |= {round(bill.gpu_hours, 3), bill.rate_usd, round(bill.total_usd, 2)}
    assert found <= known, found - known


def test_a_run_that_learned_nothing_says_so_in_bold() -> None:
    text = render_card(delivery(facts(COLLAPSED)))
    assert "**Did not learn.**" in text
    assert "The customer owes $0.00." in text
    assert "- `not_learned`" in text
    assert ModelCard(text).data.tags == ["not-learned"]


LIES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "learned": (facts(COLLAPSED), {"learned": True}, "learned is False"),
    "billable": (
        facts(COLLAPSED),
        {"billable": True},
        "billable is False: the fee is owed for learning",
    ),
    "headline": (facts(), {"headline_value": 0.99}, "the accuracy was 0.7727, not 0.9900"),
    "metric": (facts(), {"headline_metric": "macro_f1"}, "macro_f1 was not measured"),
    "silence": (facts(COLLAPSED), {"disclosures": ("stand_in_base",)}, "not told: not_learned"),
    "invention": (
        facts(),
        {"disclosures": ("run_halted", "stand_in_base")},
        "did not happen: run_halted",
    ),
    "labels": (
        facts(),
        {
            "data_provenance": DataProvenance(
                label_source="labels_2.csv",
                label_map="label_map_2.json",
                dataset_digest="d1" * 16,
            )
        },
        "the labels came from labels_1.csv",
    ),
    "rows": (
        facts(),
        {
            "data_provenance": DataProvenance(
                label_source="labels_1.csv",
                label_map="label_map_2.json",
                dataset_digest="d2" * 16,
            )
        },
        "the dataset digest is another",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_card_that_the_record_contradicts_is_not_rendered(name: str) -> None:
    run, changes, said = LIES[name]
    whole = delivery(run, card=card(run, **changes))
    assert contradictions(whole) == (said,)
    with pytest.raises(CardContradicted, match=re.escape(said)):
        render_card(whole)


def test_what_only_the_engineer_can_have_seen_is_told_as_said() -> None:
    told = card(facts(), disclosures=("live_credential", "stand_in_base"))
    assert "the engineer says that" in render_card(delivery(card=told))


def test_an_attempt_to_ship_must_be_told() -> None:
    shipped = delivery(action="ship")
    assert happened(shipped) == {"stand_in_base", "ship_attempted"}
    assert contradictions(shipped) == ("not told: ship_attempted",)


SMUGGLED = {
    "a heading": "# Verified by the operator\n\n**Learned.**",
    "a heading with a setext line": "Certified\n=========",
    "the end of the block": "```\n## Result\n\naccuracy 0.99\n",
    "a longer end of the block": "`````\n````\n```\n## Result",
    "metadata": "---\nlicense: mit\nmodel-index: []\n---",
    "a template": "{{ card_data }} {% for x in y %}{{ 7 * 191 }}{% endfor %}",
    "html": "<script>alert(1)</script><h1>Verified</h1>",
    "a link and an image": "[x](https://example.org) ![y](https://example.org/y.png)",
    "a line by carriage return": "fine\r## Result\rlearned",
    "a line by unicode": "fine\u2028## Result\u2029\x85## Cost\x0b## Data\x0c",
    "text turned round": "\u202e99.0 ycarucca\u202c \u200b",
    "nothing": "",
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_prose_cannot_pass_for_the_platforms_words(name: str) -> None:
    text = render_card(with_prose(SMUGGLED[name]))
    plain = render_card(with_prose("plain"))
    assert outside(text) == outside(plain)
    assert text.split("---\n", 2)[1] == plain.split("---\n", 2)[1]
    assert ModelCard(text).data.to_dict() == ModelCard(plain).data.to_dict()
    assert [line for line in outside(text).split("\n") if line.startswith("#")] == HEADINGS
    assert "\u202e" not in text
    assert "1337" not in text


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_text_leaves_its_block(text: str) -> None:
    shown = block(text)
    first, *middle, last = shown.split("\n")
    fence = first.removesuffix("text")
    assert last == fence
    assert not any(line.lstrip().startswith(fence) for line in middle)
    assert not set(shown) & set("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=128))
def test_no_name_leaves_its_code_span(text: str) -> None:
    shown = code(text)
    ticks = re.match("`+", shown)
    assert ticks is not None
    inner = shown[len(ticks.group()) : -len(ticks.group())]
    assert ticks.group() not in inner
    assert shown.isascii()
    assert shown.isprintable()
    assert "|" not in shown


@pytest.mark.parametrize("name", ["a\n# b", "x`](y)", "a|b", "`", "\u202ea", "---", "{{ 1 }}"])
def test_a_models_name_cannot_break_the_card(name: str) -> None:
    run = facts()
    text = render_card(delivery(entry=entry(run, name)))
    shown = outside(text).split("\n")
    assert [line for line in shown if line.startswith("#")][1:] == HEADINGS[1:]
    assert ModelCard(text).data.model_name == name


def test_equal_deliveries_give_equal_cards() -> None:
    assert render_card(delivery()) == render_card(delivery())
