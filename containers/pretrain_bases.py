"""Pre-train the tiny bases that ship with the package. For developers; users never run it.

    python containers/pretrain_bases.py                   # all four, about 30 minutes
    python containers/pretrain_bases.py --only llama-tiny

Each base is a real architecture of `transformers`, trained from scratch as a plain
language model on messages labelled by the *generic* taxonomy, which the customer
shares on some intents only (`fde_env/tickets/taxonomy.py`). So a base knows the task in
part. Texts come from a part of the space of texts that no customer row can be in.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import os
import platform
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    LlamaConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

from fde_containers.predictor import LabelPredictor
from fde_env.bases import BASES
from fde_env.contract.run_spec import CellKey
from fde_env.tickets import prompts
from fde_env.tickets.cell import build_cell, pretraining_rows
from fde_env.tickets.domain import Domain
from fde_env.tickets.domains import domain_names, load_domain
from fde_env.tickets.taxonomy import generic_map

OUTPUT: Final = Path(__file__).parent / "fde_containers" / "bases"
DOMAINS: Final = domain_names()
CONFIGS: Final[dict[str, type[PreTrainedConfig]]] = {
    "qwen3": Qwen3Config,
    "gemma2": Gemma2Config,
    "llama": LlamaConfig,
}
EOS, PAD = "<eos>", "<pad>"
FAST_TOKENIZER: Final[Any] = PreTrainedTokenizerFast
AUTO_MODEL: Final[Any] = AutoModelForCausalLM
VOCABULARY: Final = 1024
BATCH: Final = 32
SPREAD: Final = 3
MAX_TOKENS: Final = 96
CERTIFIED_SEEDS: Final = (1,)


@dataclass(frozen=True)
class Recipe:
    """Shape and schedule of one base. `agrees`: intents named as a customer does, on average."""

    hidden: int
    inner: int
    heads: int
    key_value_heads: int
    agrees: int
    learning_rate: float = 3e-3
    steps: int = 2600
    layers: int = 4
    seed: int = 11


RECIPES: Final = {
    "qwen3-tiny-a": Recipe(hidden=112, inner=336, heads=4, key_value_heads=2, agrees=31),
    "gemma2-tiny": Recipe(hidden=128, inner=384, heads=4, key_value_heads=2, agrees=30),
    "llama-tiny": Recipe(hidden=144, inner=384, heads=4, key_value_heads=2, agrees=29),
    "qwen3-tiny-b": Recipe(
        hidden=192, inner=480, heads=6, key_value_heads=3, agrees=28, learning_rate=2e-3
    ),
}


def main() -> None:
    """Train what was asked for and write one folder a base."""
    parser = argparse.ArgumentParser(description="Pre-train the tiny bases.")
    parser.add_argument("--only", choices=sorted(RECIPES), action="append")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    tokenizer = train_tokenizer()
    for base in BASES:
        if arguments.only and base.id not in arguments.only:
            continue
        recipe = RECIPES[base.id]
        model = pretrain(base.id, build_model(base.family, recipe, tokenizer), tokenizer)
        folder = arguments.output / base.id
        model.to(torch.bfloat16).save_pretrained(folder)
        # Training batches left their row length and padding in it; a host reads the file bare.
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
        tokenizer.save_pretrained(folder)
        record = provenance(base.id, model, measure(folder, arguments.threads))
        (folder / "provenance.json").write_text(json.dumps(record, indent=2) + "\n")
        for file in folder.iterdir():
            # Weights are written for their owner only; a sandbox reads as another user.
            file.chmod(0o644)
        _say(f"{base.id}: {record['parameters']:,} parameters, {record['base_accuracy']}")


def texts(domain: Domain, agrees: int, seed: int) -> Iterator[str]:
    """Endless labelled messages under the generic taxonomy, as full text."""
    # No two domains are known equally well.
    spread = random.Random(f"agreement/{domain.name}/{seed}").randint(-SPREAD, SPREAD)
    generic = generic_map(domain, agrees + spread)
    for row in pretraining_rows(domain, seed):
        prompt = prompts.render(row.text, "", "message_only", "intent_line")
        yield prompt + prompts.completion(domain.intents[generic[row.intent]])


def train_tokenizer() -> Any:
    """Byte-level BPE shared by all bases: any text can be encoded, no BOS is added."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[EOS, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    corpus = (
        text for name in DOMAINS for text in islice(texts(load_domain(name), SPREAD, seed=0), 2000)
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return FAST_TOKENIZER(
        tokenizer_object=tokenizer,
        eos_token=EOS,
        pad_token=PAD,
        model_max_length=256,
        padding_side="right",
    )


def build_model(family: str, recipe: Recipe, tokenizer: Any) -> Any:
    """A fresh model of the family, in float32, initialised from the recipe's seed."""
    head_dim = recipe.hidden // recipe.heads
    settings: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": recipe.hidden,
        "intermediate_size": recipe.inner,
        "num_hidden_layers": recipe.layers,
        "num_attention_heads": recipe.heads,
        "num_key_value_heads": recipe.key_value_heads,
        "head_dim": head_dim,
        "max_position_embeddings": 512,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    if family == "gemma2":
        # Without soft-capped attention the eager and the SDPA kernels agree.
        settings |= {
            "query_pre_attn_scalar": head_dim,
            "attn_logit_softcapping": None,
            "sliding_window": 256,
        }
    torch.manual_seed(recipe.seed)
    model = AUTO_MODEL.from_config(
        CONFIGS[family](**settings),
        attn_implementation="eager" if family == "gemma2" else "sdpa",
    )
    return model.float()


def pretrain(base_id: str, model: Any, tokenizer: Any) -> Any:
    """Full-text language modelling under OneCycle; the step count is part of the recipe."""
    recipe = RECIPES[base_id]
    streams = [texts(load_domain(name), recipe.agrees, recipe.seed) for name in DOMAINS]
    mixed = (text for together in zip(*streams, strict=True) for text in together)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.steps, pct_start=0.15
    )
    model.train()
    for step in range(1, recipe.steps + 1):
        loss = _loss(model, tokenizer, list(islice(mixed, BATCH)))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            _say(f"{base_id} step {step}/{recipe.steps} loss {loss.item():.3f}")
    return model.eval()


def _loss(model: Any, tokenizer: Any, batch: list[str]) -> Any:
    encoded = tokenizer(
        [text + str(tokenizer.eos_token) for text in batch],
        padding=True,
        truncation=True,
        max_length=MAX_TOKENS,
        return_tensors="pt",
    )
    labels = encoded["input_ids"].masked_fill(encoded["attention_mask"] == 0, -100)
    return model(
        input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"], labels=labels
    ).loss


def measure(folder: Path, threads: int) -> dict[str, float]:
    """Held-out accuracy of a written base, by domain and data seed, as it will be served."""
    torch.set_num_threads(threads)
    model = AUTO_MODEL.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = FAST_TOKENIZER.from_pretrained(folder)
    return {
        f"{name}/{data_seed}": round(_accuracy(model, tokenizer, name, data_seed), 4)
        for name in DOMAINS
        for data_seed in CERTIFIED_SEEDS
    }


def _accuracy(model: Any, tokenizer: Any, name: str, data_seed: int) -> float:
    cell = build_cell(CellKey(domain=name, data_seed=data_seed, size="full"))
    questions = [
        prompts.render(row.text, "", "message_only", "intent_line") for row in cell.held_out
    ]
    predictor = LabelPredictor(tokenizer, prompts.completions(cell.domain), questions[0])
    answers = predictor.predict(model, questions)
    right = sum(a == row.intent for a, row in zip(answers, cell.held_out, strict=True))
    return right / len(questions)


def training_code_digest() -> str:
    """SHA-256 of the source of what decides the weights, so that other edits need no new run."""
    decisive = (Recipe, texts, train_tokenizer, build_model, pretrain, _loss)
    source = "\n".join(inspect.getsource(part) for part in decisive)
    return hashlib.sha256(source.encode()).hexdigest()


def provenance(base_id: str, model: Any, accuracy: dict[str, float]) -> dict[str, Any]:
    """How the base came to be; every figure in it was measured by this run."""
    base = next(entry for entry in BASES if entry.id == base_id)
    return {
        "base": base.id,
        "stands_in_for": base.nominal,
        "family": base.family,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "recipe": asdict(RECIPES[base_id]),
        "domains": list(DOMAINS),
        "threads": torch.get_num_threads(),
        "base_accuracy": accuracy,
        "training_code_sha256": training_code_digest(),
        "script_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "transformers", "tokenizers")},
        },
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
