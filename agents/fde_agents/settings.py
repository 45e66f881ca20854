"""How a seat is set up, from a name such as `openai:qwen3?base_url=http://127.0.0.1:8000/v1`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from fde_agents.usage import Budget, Prices
from fde_env.contract.base import Frozen
from fde_env.errors import UsageError


class Settings(Frozen):
    """All that can be chosen for a model in the seat. No key is ever among it."""

    model: str = Field(min_length=1, description="The provider's model name, or a folder.")
    base_url: str | None = Field(default=None, description="Another server of the same protocol.")
    key_env: str | None = Field(
        default=None, description="Environment variable that holds the key; for own servers."
    )
    api: Literal["responses", "chat"] | None = Field(
        default=None, description="OpenAI only; None: chat with a base_url, else responses."
    )
    stream: bool = Field(default=False, description="Receive answers in pieces.")
    effort: str | None = Field(default=None, description="The provider's word for effort.")
    temperature: float | None = Field(default=None, ge=0, description="None: the provider's own.")
    seed: int = Field(default=0, ge=0, description="Of sampling, local models only.")
    device: str = Field(default="auto", description="Local models: auto, cpu, cuda, cuda:1.")
    max_tokens: int = Field(default=16_000, ge=1, description="Output tokens of one answer.")
    context_tokens: int = Field(
        default=120_000, ge=2_000, description="Prompt and answer together, at most."
    )
    timeout_s: float = Field(default=300.0, gt=0, description="Seconds until a request fails.")
    tries: int = Field(default=6, ge=1, le=20, description="Tries of one request, in all.")
    idle_limit: int = Field(
        default=5, ge=1, description="Answers in a row without a usable call that end the episode."
    )
    token_budget: int | None = Field(default=4_000_000, gt=0, description="Tokens an episode.")
    dollar_budget: float | None = Field(default=None, gt=0, description="Dollars an episode.")
    price_input: float | None = Field(default=None, ge=0, description="Dollars/million tokens.")
    price_output: float | None = Field(default=None, ge=0, description="Dollars/million tokens.")
    price_cached: float | None = Field(default=None, ge=0, description="Dollars/million tokens.")
    price_written: float | None = Field(default=None, ge=0, description="Dollars/million tokens.")

    @field_validator("base_url")
    @classmethod
    def _without_secret(cls, url: str | None) -> str | None:
        """An address is written into records, so it may hold no password."""
        if url is not None and "@" in urlsplit(url).netloc:
            raise ValueError("leave user and password out of base_url; name a key_env")
        return url

    @model_validator(mode="after")
    def _priced_both_ways(self) -> Settings:
        if (self.price_input is None) != (self.price_output is None):
            raise ValueError("price_input and price_output are given together")
        if self.dollar_budget is not None and self.price_input is None:
            raise ValueError("a dollar_budget needs price_input and price_output")
        return self

    @property
    def prices(self) -> Prices | None:
        """Prices, where the user gave them."""
        if self.price_input is None or self.price_output is None:
            return None
        return Prices(
            input=self.price_input,
            output=self.price_output,
            cached=self.price_cached,
            written=self.price_written,
        )

    @property
    def budget(self) -> Budget:
        """Ceilings of one episode."""
        return Budget(tokens=self.token_budget, dollars=self.dollar_budget)


def parse_settings(text: str) -> Settings:
    """Settings from `MODEL?name=value&name=value`.

    Raises:
        UsageError: an option is unknown, given twice, or has no such value.
    """
    model, _, query = text.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if len(options) < len(pairs) or "model" in options:
        raise UsageError(f"{text!r}: each option is given once, the model before the '?'")
    try:
        return Settings.model_validate({"model": model, **options})
    except ValidationError as error:
        raise UsageError(f"agent {text!r}: {_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = ", ".join(field for field in Settings.model_fields if field != "model")
            lines.append(f"unknown option {name!r}; options: {known}")
        else:
            lines.append(f"{name}: {problem['msg']}" if name else problem["msg"])
    return "; ".join(dict.fromkeys(lines))
