"""A model on this machine: transformers, the model's own chat template, CPU or GPU.

The only file of the agents that imports transformers; PyTorch is left to it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from fde_agents.dialogue import Answer
from fde_agents.openai_chat import chat_messages, chat_tool, spoken_turn
from fde_agents.retry import AttemptFailed, Backoff, ContextFull
from fde_agents.seat import ModelPolicy, Request
from fde_agents.settings import Settings
from fde_agents.spoken import THINKING, calls_in
from fde_agents.usage import Tokens
from fde_env.errors import ProviderError, RequestRejected, UsageError

HOW_TO_CALL: Final = (
    "\nThe tools, as JSON schemas:\n{tools}\n\nCall one by answering with nothing but\n"
    '<tool_call>{{"name": tool, "arguments": {{...}}}}</tool_call>\n'
)
Message = dict[str, Any]


class LocalProvider:
    """Generates with a model of a local folder.

    Raises:
        UsageError: transformers or the folder is missing, or it holds no chat model.
    """

    secrets: tuple[str, ...] = ()

    def __init__(self, settings: Settings) -> None:
        if not Path(settings.model).is_dir():
            raise UsageError(f"no folder {settings.model!r}; local:FOLDER names a saved model")
        try:
            import transformers
        except ImportError:
            raise UsageError("local models need: pip install 'fde-env[train]'") from None
        # The library's own types change from release to release.
        library: Any = transformers
        self._settings, self._library = settings, library
        load: dict[str, Any] = {"local_files_only": True}
        try:
            self._tokenizer = library.AutoTokenizer.from_pretrained(settings.model, **load)
            load["dtype"] = "auto"
            model = library.AutoModelForCausalLM.from_pretrained(settings.model, **load)
        except (OSError, ValueError, KeyError) as error:
            raise UsageError(f"{settings.model} holds no usable model: {error}") from None
        if not self._tokenizer.chat_template:
            raise UsageError(f"the tokenizer in {settings.model} has no chat template")
        self._model = model.to(self._device()).eval()
        self.reseed(settings.seed)

    def left_out(self) -> tuple[str, ...]:
        """Nothing: no server is asked."""
        return ()

    def reseed(self, seed: int) -> None:
        """Start sampling at `seed`; the generator is the process's own."""
        self._library.set_seed(seed % 2**32)

    def ask(self, request: Request) -> Answer:
        """Generate one answer.

        Raises:
            AttemptFailed: the prompt is longer than the model takes, or generation failed.
        """
        prompt = self._tokenizer(
            self._prompt(request), return_tensors="pt", add_special_tokens=False
        )
        length = int(prompt["input_ids"].shape[1])
        most = getattr(self._model.config, "max_position_embeddings", None) or length + 1
        if length >= most:
            error = RequestRejected(f"{length} tokens of prompt; the model takes {most}")
            raise ContextFull(error, again=False)
        room = min(request.max_tokens, most - length)
        try:
            written = self._model.generate(
                **prompt.to(self._model.device), max_new_tokens=room, **self._sampling()
            )
        except (RuntimeError, ValueError) as error:
            failed = ProviderError(f"generation failed: {error}")
            raise AttemptFailed(failed, again=False) from None
        new = written[0][length:]
        text = self._tokenizer.decode(new, skip_special_tokens=True)
        return _answer(text, Tokens(input=length, output=len(new)), cut=len(new) >= room)

    def _device(self) -> str:
        if self._settings.device != "auto":
            return self._settings.device
        return "cuda" if self._library.utils.is_torch_cuda_available() else "cpu"

    def _sampling(self) -> dict[str, Any]:
        warmth = self._settings.temperature
        if warmth is None:
            return {}
        return {"do_sample": True, "temperature": warmth} if warmth else {"do_sample": False}

    def _prompt(self, request: Request) -> str:
        """The dialogue in the model's own template, in the first form that it takes.

        Some templates know no tools, no tool results or no system message: the tools then
        stand in the system message, results and system message in the user's.
        """
        tools = [chat_tool(card, strict=False) for card in request.tools]
        turns = [_open_arguments(turn) for turn in chat_messages(request.dialogue)]
        system = {"role": "system", "content": request.system}
        listed = HOW_TO_CALL.format(tools="\n".join(json.dumps(tool) for tool in tools))
        plain = [_as_text(turn) for turn in turns]
        whole = request.system + listed
        merged = {"role": "user", "content": f"{whole}\n{plain[0]['content']}"}
        forms: tuple[tuple[list[Message], list[Message] | None], ...] = (
            ([system, *turns], tools),
            ([{"role": "system", "content": whole}, *plain], None),
            ([merged, *plain[1:]], None),
        )
        for messages, offered in forms:
            text = self._rendered(messages, offered)
            # A template that ignores the tools or the system message does not say so.
            marks = (request.tools[-1].description, request.system[:60])
            if text is not None and all(mark in text for mark in marks):
                return text
        raise UsageError("the model's chat template takes no dialogue of user and assistant")

    def _rendered(self, messages: list[Message], tools: list[Message] | None) -> str | None:
        try:
            text: str = self._tokenizer.apply_chat_template(
                messages, tools=tools, add_generation_prompt=True, tokenize=False
            )
        except Exception:  # noqa: BLE001  # templates raise what they like
            return None
        return text


def _answer(text: str, tokens: Tokens, *, cut: bool) -> Answer:
    calls = calls_in(text)
    said = THINKING.sub("", text).strip()
    return Answer(
        calls=calls,
        text=said,
        native=(spoken_turn("" if calls else said, calls, {}),),
        tokens=tokens,
        stop="length" if cut else "stop",
    )


def _open_arguments(turn: Message) -> Message:
    """Templates write out arguments themselves, so they get objects, not JSON text."""
    if "tool_calls" not in turn:
        return turn
    calls = []
    for call in turn["tool_calls"]:
        function = call["function"]
        opened = {**function, "arguments": json.loads(function["arguments"])}
        calls.append({**call, "function": opened})
    return {**turn, "tool_calls": calls}


def _as_text(turn: Message) -> Message:
    """A turn in the two roles and the plain text that every template knows."""
    if turn["role"] == "tool":
        return {"role": "user", "content": f"Result of the call:\n{turn['content']}"}
    if "tool_calls" in turn:
        functions = [call["function"] for call in turn["tool_calls"]]
        calls = [{"name": f["name"], "arguments": f["arguments"]} for f in functions]
        text = "\n".join(f"<tool_call>{json.dumps(call)}</tool_call>" for call in calls)
        return {"role": "assistant", "content": text}
    return {"role": turn["role"], "content": turn["content"]}


def seat(settings: Settings, backoff: Backoff | None = None) -> ModelPolicy:
    """A policy that asks a model of a local folder."""
    return ModelPolicy(LocalProvider(settings), settings, backoff)
