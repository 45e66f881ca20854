"""Random tiny bases of three families, small jobs, and a host that answers in a thread."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

PRODUCTS = ("debit card", "credit card", "transfer", "top up", "cash", "direct debit", "loan")
PROBLEMS = ("declined", "not received", "pending", "charged twice", "fee", "reversed")
LABELS = [f" {product} {problem}" for product in PRODUCTS for problem in PROBLEMS]
_FILLERS = "hello please help me why was my the it still since yesterday what happened"
WORDS = [*_FILLERS.split(), *" ".join(PRODUCTS).split(), *" ".join(PROBLEMS).split()]
FAMILIES = ("qwen3", "gemma2", "llama")


def message(draw: random.Random, words: tuple[int, int] = (4, 14)) -> str:
    """A prompt of random words."""
    text = " ".join(draw.choice(WORDS) for _ in range(draw.randint(*words)))
    return f"message: {text}\nintent:"


def build_tokenizer() -> Any:
    """A byte-level BPE of 400 tokens, trained on the test's own texts."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    draw = random.Random(0)
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<pad>", "<eos>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [message(draw) + draw.choice(LABELS) for _ in range(400)]
    inner.train_from_iterator(texts, trainer)
    special = {"pad_token": "<pad>", "eos_token": "<eos>"}
    return PreTrainedTokenizerFast(tokenizer_object=inner, **special)


def build_model(family: str, seed: int = 0, scale: float = 1.0, window: int = 6) -> Any:
    """A random two-layer model; `scale` above 1 makes its predictions more decided."""
    import transformers

    shape: dict[str, Any] = {
        "vocab_size": 400,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "tie_word_embeddings": True,
        "max_position_embeddings": 512,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "bos_token_id": None,
    }
    if family == "gemma2":
        # A window shorter than the prompts, so that sliding layers really slide.
        config = transformers.Gemma2Config(**shape, sliding_window=window)
        config._attn_implementation = "eager"
        kind = transformers.Gemma2ForCausalLM
    elif family == "llama":
        config, kind = transformers.LlamaConfig(**shape), transformers.LlamaForCausalLM
    else:
        config, kind = transformers.Qwen3Config(**shape), transformers.Qwen3ForCausalLM
    torch.manual_seed(seed)
    model = kind(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.mul_(scale)
    return model


class JobFolder:
    """A job on disk, as the host lays it out."""

    def __init__(self, root: Path, **changes: Any) -> None:
        self.inbox, self.outbox = root / "in", root / "out"
        self.inbox.mkdir(parents=True)
        self.outbox.mkdir()
        draw = random.Random(7)
        rows = [
            {"prompt": message(draw), "completion": draw.choice(LABELS)}
            for _ in range(changes.pop("rows", 48))
        ]
        self.write_lines("train.jsonl", rows)
        self.prompts = [message(draw) for _ in range(20)]
        self.write_lines("held_out.jsonl", [{"prompt": text} for text in self.prompts])
        config: dict[str, Any] = {
            "learning_rate": 5e-3,
            "batch_size": 4,
            "accumulation": 1,
            "max_steps": 6,
            "warmup_steps": 2,
            "lora_rank": 4,
            "lora_alpha": 8,
            "lora_targets": ["q_proj", "v_proj", "down_proj"],
            "max_length": 96,
            "precision": "fp32",
            "seed": 3,
            "loss_on": "completion",
        }
        config.update(changes.pop("config", {}))
        self.job: dict[str, Any] = {
            "kind": "train",
            "labels": LABELS,
            "splits": {"held_out": "held_out.jsonl"},
            "train_rows": "train.jsonl",
            "final_splits": ["held_out"],
            "config": config,
            "probe": {"every_steps": 2},
            "threads": 1,
            "device": "cpu",
            "wait_seconds": 20,
            **changes,
        }
        self.save()

    def save(self) -> None:
        (self.inbox / "job.json").write_text(json.dumps(self.job))

    def write_lines(self, name: str, rows: list[dict[str, str]]) -> None:
        (self.inbox / name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def out(self, name: str) -> Any:
        return json.loads((self.outbox / name).read_text())

    def events(self, kind: str) -> list[dict[str, Any]]:
        lines = (self.outbox / "log.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]


Order = Callable[[int], dict[str, Any]]


@contextmanager
def host(job: JobFolder, order: Order | None = None) -> Iterator[list[dict[str, Any]]]:
    """Answers the probe exchange of a job from a thread; yields what it saw, check by check."""
    seen: list[dict[str, Any]] = []
    stop = threading.Event()

    def wait_for(name: str) -> Any:
        while not stop.is_set():
            if (job.outbox / name).exists():
                return job.out(name)
            time.sleep(0.001)
        return None

    def put(name: str, data: Any) -> None:
        (job.inbox / "draft").write_text(json.dumps(data))
        (job.inbox / "draft").rename(job.inbox / name)

    def serve() -> None:
        for check in range(1, 100):
            frozen = wait_for(f"frozen-{check:04d}.json")
            if frozen is None:
                return
            put(f"probe-{check:04d}.json", {"prompts": job.prompts[:8]})
            answer = wait_for(f"probe-{check:04d}.json")
            if answer is None:
                return
            go = {"command": "continue", "snapshot": False} if order is None else order(check)
            seen.append({**frozen, **answer})
            put(f"go-{check:04d}.json", go)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(5)
