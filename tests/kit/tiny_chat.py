"""A chat model made on the spot: real architecture, tokenizer and template, a few kilobytes.

Its weights are random; or its layers add nothing and its head is wired, so that it answers every
prompt with one given text. Either way it is loaded and run as any model is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from fde_agents.prompt import system_prompt
from fde_agents.toolbox import toolbox

END: Final = "<|im_end|>"
TEMPLATE: Final = """\
{%- if tools %}<|im_start|>system
Tools:
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}<|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}
{%- for call in message.tool_calls or [] %}
<tool_call>{{ call.function | tojson }}</tool_call>
{%- endfor %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
# What old templates know: two roles that alternate, no system message, no tools.
BARE_TEMPLATE: Final = """\
{%- for message in messages %}
{%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
{{- raise_exception('roles must alternate user/assistant') }}
{%- endif %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def make_tokenizer(says: str, template: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2_000,
        special_tokens=["<|im_start|>", END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [system_prompt(), *(f"{card.description} {card.parameters}" for card in toolbox())]
    inner.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=END, pad_token=END)
    tokenizer.add_tokens([says])
    tokenizer.chat_template = template
    return tokenizer


def make_chat_model(folder: Path, says: str | None = None, template: str = TEMPLATE) -> Path:
    """Save a model into `folder`; it answers every prompt with `says`, or at random."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = make_tokenizer(says or "<|nothing|>", template)
    torch.manual_seed(0)
    model = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=64,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=32,
            max_position_embeddings=32_768,
            tie_word_embeddings=False,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    if says is not None:
        _wire(model, tokenizer, says)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _wire(model: Any, tokenizer: Any, says: str) -> None:
    """After a prompt's last token comes `says` as one token, and after that the end."""
    import torch

    layer = model.model.layers[0]
    (said,) = tokenizer.encode(says, add_special_tokens=False)
    last = tokenizer.apply_chat_template(
        [{"role": "user", "content": "x"}], add_generation_prompt=True, return_dict=False
    )[-1]
    with torch.no_grad():
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
        seen = model.model.embed_tokens.weight
        model.lm_head.weight[said] = 1_000 * seen[last]
        model.lm_head.weight[tokenizer.eos_token_id] = 1_000 * seen[said]
