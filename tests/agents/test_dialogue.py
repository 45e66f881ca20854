"""Shortening a dialogue: calls keep their results, the newest stays, thoughts go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fde_agents.dialogue import STUB, Answer, Call, Dialogue, Exchange, clip
from fde_agents.usage import Tokens

NONE = Tokens(input=0, output=0)


def exchange(number: int, size: int, calls: int = 1) -> Exchange:
    made = tuple(Call(f"c{number}_{n}", "read_file", {}) for n in range(calls))
    native: tuple[dict[str, object], ...] = (
        {"type": "thinking", "thinking": "...", "signature": "s"},
        {"type": "reasoning", "id": "rs", "encrypted_content": "..."},
        {"type": "function_call", "id": "fc", "call_id": f"c{number}", "arguments": "{}"},
    )
    answer = Answer(made, "", native, NONE, "stop")
    return Exchange(answer, (f"result {number} " + "x" * size,) * max(1, calls))


def dialogue(*sizes: int) -> Dialogue:
    found = Dialogue("The ticket.")
    for number, size in enumerate(sizes):
        found = found.then(exchange(number, size))
    return found


def test_what_fits_is_left_as_it_is() -> None:
    whole = dialogue(100, 100)
    assert whole.shortened(10_000) is whole


def test_old_results_go_first_and_the_newest_stay_whole() -> None:
    short = dialogue(*[5_000] * 12).shortened(60_000)
    texts = [item.results[0] for item in short.exchanges]
    assert len(texts) == 12
    assert texts[0] == STUB
    assert all(text.startswith("result") for text in texts[-6:])
    assert short.size() <= 60_000


def test_then_the_oldest_exchanges_go_and_the_first_message_says_so() -> None:
    short = dialogue(*[5_000] * 12).shortened(20_000)
    assert short.size() <= 20_000
    assert short.dropped == 12 - len(short.exchanges) > 0
    assert f"({short.dropped} earlier tool calls" in short.first_message
    assert short.exchanges[-1].results[0].startswith("result 11")


def test_at_last_the_longest_texts_lose_their_middle() -> None:
    short = Dialogue("O" * 50_000).then(exchange(1, 90_000)).shortened(10_000)
    assert short.size() <= 10_000
    assert short.opening.startswith("O")
    assert "left out to save room" in short.exchanges[0].results[0]
    assert short.exchanges[0].results[0].startswith("result 1 ")


def test_thoughts_are_not_sent_over_a_changed_past() -> None:
    short = dialogue(*[5_000] * 8).shortened(20_000)
    natives = [item for part in short.exchanges for item in part.answer.native]
    assert {item["type"] for item in natives} == {"function_call"}
    assert all("id" not in item and item["call_id"] for item in natives)


@given(
    st.lists(st.tuples(st.integers(0, 8_000), st.integers(0, 3)), max_size=20),
    st.integers(500, 40_000),
)
def test_a_call_and_its_result_stay_or_go_together(
    sizes: list[tuple[int, int]], limit: int
) -> None:
    whole = Dialogue("The ticket.")
    for number, (size, calls) in enumerate(sizes):
        whole = whole.then(exchange(number, size, calls))
    short = whole.shortened(limit)
    kept = len(short.exchanges)
    assert kept >= min(2, len(sizes))
    ids = [[call.id for call in item.answer.calls] for item in short.exchanges]
    assert (
        ids == [[call.id for call in item.answer.calls] for item in whole.exchanges][-kept:][:kept]
    )
    for item in short.exchanges:
        assert len(item.results) == max(1, len(item.answer.calls))
        assert all(item.results)
    assert short.shortened(max(limit, short.size())) is short


@given(st.text(max_size=500), st.integers(10, 400))
def test_a_clipped_text_keeps_its_ends(text: str, limit: int) -> None:
    short = clip(text, limit)
    assert short == text or (
        short.startswith(text[: limit // 2]) and short.endswith(text[len(text) - limit // 2 :])
    )
