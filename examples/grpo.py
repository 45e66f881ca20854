"""Train a language model on deliveries with TRL's GRPO.

    python examples/grpo.py                       # smoke size: a minute or two on two cores

Smoke size makes a chat model on the spot: a two-layer Qwen3 with fresh weights, a tokenizer made
from the tools' own words, TRL's Qwen3 template. A model that small cannot spell JSON, so each call
of a scripted agent's delivery is one token of its vocabulary, and a short warm start teaches it
their order in part. What runs for real is all the rest: TRL's tool calls, the deliveries in
recorded runs, their returns as rewards, two optimiser steps. It shows that the loop works, not
that such a model can deliver.

A real model on GPUs, with vLLM writing the rollouts (every argument is one that TRL 1.16 has;
not run here, for want of a GPU with vLLM):

    pip install 'fde-env[train]' vllm
    accelerate launch --num_processes 8 examples/grpo.py --model Qwen/Qwen3-8B --steps 200

Whole groups stand together in one process, as `length_reward` wants it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from typing import Any

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDE-v0
from fde_agents.scripted import CarefulPolicy
from fde_agents.toolbox import toolbox
from fde_env.bridges.flat import flattened
from fde_env.bridges.grpo import DeliveryTools, ticket_rows
from fde_env.bridges.length_reward import length_reward

# One ticket of the suite; its runs are recorded.
TICKET = {"trap": "permute", "domain": "bank", "seed": 1, "data_seed": 1, "execution": "replay"}
GROUP = 8
END = "<|im_end|>"
# The smoke model sees this many tokens back a layer, and starts at this chance of a delivery.
WINDOW = 128
ENOUGH = 0.35


def settings(real: bool) -> dict[str, Any]:
    """Arguments of `GRPOConfig`."""
    common = {"num_generations": GROUP, "logging_steps": 1, "beta": 0.0, "report_to": "none"}
    if not real:
        return common | {
            "use_cpu": True,
            "bf16": False,
            "gradient_checkpointing": False,
            "per_device_train_batch_size": GROUP,
            "max_completion_length": 4096,
            "max_tool_calling_iterations": 15,
            "learning_rate": 5e-4,
            "save_strategy": "no",
            "disable_tqdm": True,
        }
    return common | {
        "num_generations": 8,
        "per_device_train_batch_size": 8,
        "gradient_accumulation_steps": 4,
        "max_completion_length": 32_768,
        "max_tool_calling_iterations": 120,
        "learning_rate": 1e-6,
        "bf16": True,
        "use_vllm": True,
        "vllm_mode": "colocate",
        "vllm_gpu_memory_utilization": 0.4,
        "vllm_max_model_length": 40_960,
        "chat_template_kwargs": {"enable_thinking": False},
    }


def train(model: Any, tokenizer: Any, rows: list[dict[str, Any]], args: dict[str, Any]) -> Any:
    """Train; every rollout's return is printed after its step."""
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    class Rewards(TrainerCallback):  # type: ignore[misc]  # transformers has no types
        seen: list[list[float]] = []  # noqa: RUF012  # one trainer, one list

        def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
            self.seen.append([item.get_reward() for item in trainer.environments])
            print(f"step {state.global_step}: rewards {self.seen[-1]}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        trainer = GRPOTrainer(
            model=model,
            processing_class=tokenizer,
            train_dataset=Dataset.from_list(rows),
            environment_factory=DeliveryTools,
            reward_funcs=[length_reward(args["num_generations"])],
            args=GRPOConfig(**{"output_dir": folder, **args}),
            callbacks=[Rewards()],
        )
        trainer.train()
    return Rewards.seen


# The model of the smoke size


def delivery() -> tuple[dict[str, Any], str, list[tuple[str, str]]]:
    """A training row, what opens its delivery, and ten right calls with their answers."""
    env, desk, policy = gym.make("FDE-v0", **TICKET), DeliveryTools(), CarefulPolicy()
    observation, info = env.reset(seed=0)
    (row,) = [row for row in ticket_rows() if row["ticket"] == info["ticket_id"]]
    opening, turns, over = desk.reset(**row), [], False
    while not over:
        action = policy.act(observation)
        observation, _, terminated, truncated, _ = env.step(action)
        over = terminated or truncated
        if action["tool"].startswith("submit_"):
            name, arguments = action["tool"], flattened(action["tool"], action["arguments"])
            call = json.dumps({"name": name, "arguments": arguments})
            answer = getattr(desk, name)(**arguments)
            turns.append((f"<tool_call>\n{call}\n</tool_call>", answer))
    return row, opening, turns


def make_tokenizer(texts: list[str], calls: list[str]) -> Any:
    """Bytes and frequent pairs of the texts, the turns' marks, and each call as one token.

    The template is TRL's for Qwen3, but that it names the tools only: their schemas are 4,500
    tokens more, which two cores would have to read again at each turn.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast
    from trl.chat_template_utils import (
        add_response_schema,
        get_training_chat_template,
        qwen3_chat_template,
    )

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    alphabet, marks = pre_tokenizers.ByteLevel.alphabet(), ["<|im_start|>", END]
    trainer = trainers.BpeTrainer(
        vocab_size=2_000, special_tokens=marks, initial_alphabet=alphabet, show_progress=False
    )
    inner.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=END, pad_token=END)
    tokenizer.add_tokens(calls)
    tokenizer.chat_template = qwen3_chat_template
    # How calls are read is known by TRL for its own templates, so that comes first.
    tokenizer = add_response_schema(tokenizer)
    template = get_training_chat_template(tokenizer)
    tokenizer.chat_template = template.replace("tool | tojson", "tool.function.name")
    return tokenizer


def make_model(tokenizer: Any) -> Any:
    """A two-layer Qwen3 with fresh weights."""
    from transformers import Qwen3Config, Qwen3ForCausalLM, set_seed

    set_seed(0)
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=32,
            max_position_embeddings=16_384,
            use_sliding_window=True,
            sliding_window=WINDOW,
            max_window_layers=0,
            tie_word_embeddings=True,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def warm_start(model: Any, tokenizer: Any, prompt: str, turns: list[tuple[str, str]]) -> float:
    """Teach the order of the calls in part; returns the chance of the whole delivery."""
    import torch

    # The layers' windows reach no further back than this.
    ids, spoken = tokenizer(prompt)["input_ids"][-2 * WINDOW :], []
    for call, answer in turns:
        spoken += [len(ids), len(ids) + 1]
        told = f"{call}{END}\n<|im_start|>user\n<tool_response>\n{answer}\n</tool_response>{END}\n"
        ids += tokenizer(f"{told}<|im_start|>assistant\n")["input_ids"]
    row, places = torch.tensor([ids]), torch.tensor(spoken)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    chance = 0.0
    while chance < ENOUGH:
        hidden = model.model(row).last_hidden_state[0, places - 1]
        loss = torch.nn.functional.cross_entropy(model.lm_head(hidden), row[0, places])
        chance = float(torch.exp(-loss * len(places)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return chance


def smoke(steps: int) -> list[list[float]]:
    """The whole loop at a size for two cores; returns each step's returns."""
    import torch

    torch.set_num_threads(1)  # a model this small loses by more
    row, opening, turns = delivery()
    system, user = row["prompt"]
    cards, desk = toolbox(), DeliveryTools()
    texts = [system["content"], *(f"{card.description} {card.parameters}" for card in cards)]
    tokenizer = make_tokenizer([*texts, *(answer for _, answer in turns)], [c for c, _ in turns])
    prompt = tokenizer.apply_chat_template(
        [system, {**user, "content": opening}],
        tools=[getattr(desk, card.name) for card in cards],
        add_generation_prompt=True,
        tokenize=False,
    )
    model = make_model(tokenizer)
    chance = warm_start(model, tokenizer, prompt, turns)
    print(
        f"prompt: {len(tokenizer(prompt)['input_ids'])} tokens; chance of a delivery {chance:.2f}"
    )
    return train(model, tokenizer, [row] * 2, settings(real=False) | {"max_steps": steps})


def main(model: str | None = None, steps: int = 2) -> list[list[float]]:
    """Train a model, or one made on the spot; returns each step's returns."""
    if model is None:
        return smoke(steps)
    return train(model, None, ticket_rows(), settings(real=True) | {"max_steps": steps})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a model's name or folder; without one: smoke size")
    parser.add_argument("--steps", type=int, default=2)
    given = parser.parse_args()
    main(given.model, given.steps)
