"""Episodes as conversations: told as a model in the seat is told, and fit to train on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_chat import make_chat_model

from fde_agents.prompt import system_prompt
from fde_agents.toolbox import toolbox
from fde_env.evaluate.trajectory import read_trajectory
from fde_env.export.chat import turns
from fde_env.export.choose import Choice, Chosen
from fde_env.export.episode import Episode, lived
from fde_env.export.write import export


def episode_of(folder: Path, agent: str, outcome: str) -> Episode:
    found = Chosen(folder, Choice.parse([agent], [outcome], None, held_back=False))
    # The longest one: an order that cannot be taken ends before anything happens.
    return max((lived(item) for item in found), key=lambda episode: len(episode.actions))


def test_a_conversation_is_prompt_opening_and_call_after_call(played: Path) -> None:
    episode = episode_of(played, "careful", "delivered")
    messages = turns(episode)
    assert messages[0] == {"role": "system", "content": system_prompt()}
    assert messages[1]["content"].startswith(episode.observations[0]["message"])
    roles = [message["role"] for message in messages[2:]]
    assert roles == (["assistant", "tool"] * len(episode.actions))[:-1]
    calls = [message["tool_calls"][0] for message in messages[2::2]]
    assert [call["function"]["name"] for call in calls] == [a["tool"] for a in episode.actions]
    answers = messages[3::2]
    assert [item["tool_call_id"] for item in answers] == [call["id"] for call in calls[:-1]]
    assert {card.name for card in toolbox()} >= {item["name"] for item in answers}


def test_what_is_no_tool_call_stays_words_and_is_answered_as_words(played: Path) -> None:
    messages = turns(episode_of(played, "bench_policies:Babbles", "agent_failure"))
    odd = [n for n, item in enumerate(messages) if "not_json" in str(item["content"])]
    assert odd
    for number in odd:
        assert messages[number]["role"] == "assistant"
        assert "tool_calls" not in messages[number]
        assert messages[number + 1]["role"] == "user"
        assert "Malformed action" in messages[number + 1]["content"]


@pytest.mark.parametrize(
    "native",
    [
        # Chat completions, Messages, Responses: two calls in the first answer, one in the second.
        [
            [{"role": "assistant", "content": "one", "tool_calls": [{}, {}]}],
            [{"role": "assistant", "content": "two", "tool_calls": [{}]}],
        ],
        [
            [{"type": "thinking", "thinking": "hidden"}, {"type": "text", "text": "one"}]
            + [{"type": "tool_use"}] * 2,
            [{"type": "text", "text": "two"}, {"type": "tool_use"}],
        ],
        [
            [{"type": "reasoning", "content": "hidden"}]
            + [{"type": "message", "content": [{"type": "output_text", "text": "one"}]}]
            + [{"type": "function_call"}] * 2,
            [{"type": "message", "content": [{"text": "two"}]}, {"type": "function_call"}],
        ],
    ],
)
def test_a_models_own_words_stand_beside_its_calls(
    played: Path, native: list[list[dict[str, Any]]]
) -> None:
    whole = episode_of(played, "careful", "delivered")
    said = tuple({"role": "assistant", "content": items} for items in native)
    told = Episode(**{**whole.__dict__, "transcript": ({"role": "user", "text": "x"}, *said)})
    words = [item["content"] for item in turns(told) if item["role"] == "assistant"]
    assert words[:4] == ["one", "", "two", ""]


def test_sft_trainer_takes_the_conversations_as_they_are(played: Path, tmp_path: Path) -> None:
    datasets, trl = pytest.importorskip("datasets"), pytest.importorskip("trl")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    delivered = Choice.parse(["careful"], ["delivered"], 1.0, held_back=False)
    export(played, tmp_path / "chat", "datasets", "chat", delivered)
    model = make_chat_model(tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(model)
    data = datasets.load_from_disk(tmp_path / "chat").select_columns(["messages", "tools"])
    trainer = trl.SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(model),
        processing_class=tokenizer,
        train_dataset=data,
        args=trl.SFTConfig(
            output_dir=str(tmp_path / "trained"),
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            max_steps=1,
            per_device_train_batch_size=1,
            # Enough for the first calls; the tiny tokenizer makes long texts very long.
            max_length=12_288,
        ),
    )
    text = tokenizer.decode(trainer.train_dataset[0]["input_ids"])
    assert '"name": "read_ticket"' in text
    assert "<tool_call>" in text
    assert trainer.train().training_loss > 0


def test_exported_calls_keep_the_arguments_of_the_trajectory(played: Path, tmp_path: Path) -> None:
    export(played, tmp_path / "chat", "jsonl", "chat", Choice(agents=("careful",)))
    for line in (tmp_path / "chat" / "data.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        old = read_trajectory(played / "episodes" / f"{row['episode_id']}.jsonl.gz")
        calls = [item["tool_calls"][0]["function"] for item in row["messages"][2::2]]
        sent = [{"tool": call["name"], "arguments": call["arguments"]} for call in calls]
        assert sent == [step["action"] for step in old.steps]
