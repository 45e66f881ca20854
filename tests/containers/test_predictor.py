"""The predictor is exact: it equals a plain argmax over all labels, one at a time."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

import containers_kit as kit  # noqa: E402

from fde_containers.predictor import (  # noqa: E402
    UNDECIDED,
    LabelPredictor,
    best_by_full_scoring,
    full_scores,
)
from fde_containers.trie import build_trie, encode, label_tokens  # noqa: E402
from fde_containers.trie_search import search  # noqa: E402


def naive(model: Any, tokenizer: Any, prompts: list[str], labels: list[str]) -> list[int]:
    """One prompt and one label at a time, with no cache, no batch and no mask."""
    best = []
    for prompt in prompts:
        head = tokenizer(prompt)["input_ids"]
        scores = []
        for label in labels:
            tail = [*tokenizer(label)["input_ids"], tokenizer.eos_token_id]
            with torch.no_grad():
                logits = model(torch.tensor([head + tail])).logits[0].double().log_softmax(-1)
            places = range(len(head) - 1, len(head) + len(tail) - 1)
            scores.append(sum(float(logits[p, t]) for p, t in zip(places, tail, strict=True)))
        best.append(scores.index(max(scores)))
    return best


@pytest.mark.parametrize("family", kit.FAMILIES)
@pytest.mark.parametrize("scale", [1.0, 6.0], ids=["undecided", "decided"])
def test_equals_the_naive_argmax(family: str, scale: float, tokenizer: Any) -> None:
    model = kit.build_model(family, seed=5, scale=scale)
    draw = random.Random(11)
    prompts = [kit.message(draw, (1, 20)) for _ in range(6)]
    predictor = LabelPredictor(tokenizer, kit.LABELS, prompts[0])
    found = predictor.predict(model, prompts)
    assert predictor._searchable, "the fast way must be the one that is compared"
    assert found == naive(model, tokenizer, prompts, kit.LABELS)


@pytest.mark.parametrize("family", kit.FAMILIES)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_search_equals_full_scoring_on_any_label_set(
    family: str, tokenizer: Any, data: st.DataObject
) -> None:
    """Labels that share prefixes, repeat, or are prefixes of one another."""
    piece = st.sampled_from([" card", " debit", " pending", " fee", "s", " card fee"])
    labels = data.draw(
        st.lists(st.lists(piece, min_size=1, max_size=4).map("".join), min_size=1, max_size=12)
    )
    model = kit.build_model(
        family, data.draw(st.integers(0, 9)), data.draw(st.sampled_from([1.0, 4.0, 12.0]))
    )
    draw = random.Random(data.draw(st.integers(0, 999)))
    rows = encode(tokenizer, [kit.message(draw, (1, 12)) for _ in range(5)])
    targets = label_tokens(tokenizer, labels, "intent:")
    with torch.inference_mode():
        found, scores = search(model, rows, build_trie(targets))
        plain = full_scores(model, rows, targets)
    # Two targets within rounding of one another may come out either way.
    assert torch.allclose(plain.max(dim=1).values, scores, atol=1e-3, rtol=1e-4)
    chosen = plain.gather(1, found[:, None]).squeeze(1)
    assert torch.allclose(chosen, scores, atol=1e-3, rtol=1e-4)


def test_batches_do_not_change_predictions(tokenizer: Any, monkeypatch: Any) -> None:
    model = kit.build_model("qwen3", seed=2, scale=4.0)
    draw = random.Random(4)
    prompts = [kit.message(draw, (1, 20)) for _ in range(40)]
    predictor = LabelPredictor(tokenizer, kit.LABELS, prompts[0])
    together = predictor.predict(model, prompts)
    monkeypatch.setattr("fde_containers.predictor._CPU_ROWS", 7)
    assert predictor.predict(model, prompts) == together
    assert predictor.predict(model, prompts[::-1]) == together[::-1]


def test_a_model_that_search_cannot_follow_is_scored_the_plain_way(
    tokenizer: Any, monkeypatch: Any
) -> None:
    model = kit.build_model("gemma2", seed=1, scale=4.0)
    draw = random.Random(4)
    prompts = [kit.message(draw) for _ in range(6)]
    fast = LabelPredictor(tokenizer, kit.LABELS, prompts[0]).predict(model, prompts)
    monkeypatch.setattr("fde_containers.predictor.supports_search", lambda model: False)
    slow = LabelPredictor(tokenizer, kit.LABELS, prompts[0])
    assert slow.predict(model, prompts) == fast
    assert slow._searchable is False


def test_a_search_that_disagrees_is_not_trusted(tokenizer: Any, monkeypatch: Any) -> None:
    model = kit.build_model("qwen3", seed=1, scale=4.0)
    prompts = [kit.message(random.Random(8)) for _ in range(2)]
    right = LabelPredictor(tokenizer, kit.LABELS, prompts[0]).predict(model, prompts)

    def wrong(model: Any, rows: Any, trie: Any) -> Any:
        labels, scores = search(model, rows, trie)
        return labels, scores - 1.0

    monkeypatch.setattr("fde_containers.predictor.search", wrong)
    assert LabelPredictor(tokenizer, kit.LABELS, prompts[0]).predict(model, prompts) == right


def test_weights_that_are_not_numbers_decide_nothing(tokenizer: Any) -> None:
    model = kit.build_model("llama")
    with torch.no_grad():
        model.model.norm.weight.fill_(float("nan"))
    prompts = [kit.message(random.Random(1)) for _ in range(3)]
    predictor = LabelPredictor(tokenizer, kit.LABELS, prompts[0])
    assert predictor.predict(model, prompts) == [UNDECIDED] * 3
    rows = encode(tokenizer, prompts)
    assert best_by_full_scoring(model, rows, predictor._targets) == [UNDECIDED] * 3


def test_equal_labels_answer_with_the_first(tokenizer: Any) -> None:
    model = kit.build_model("qwen3")
    predictor = LabelPredictor(tokenizer, [" fee", " fee"], "intent:")
    assert predictor.predict(model, ["message: my fee\nintent:"]) == [0]


def test_no_prompts_no_predictions(tokenizer: Any) -> None:
    model = kit.build_model("qwen3")
    assert LabelPredictor(tokenizer, kit.LABELS, "").predict(model, []) == []
