"""What an episode's requests used up, and the budget that stops them."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.errors import BudgetSpent, UsageError

MILLION: Final = 1_000_000


class Tokens(Frozen):
    """Tokens of one request, as the provider counted them."""

    input: int = Field(ge=0, description="All input tokens, cached ones among them.")
    cached: int = Field(default=0, ge=0, description="Input tokens read from a prompt cache.")
    written: int = Field(default=0, ge=0, description="Input tokens written to a prompt cache.")
    output: int = Field(ge=0, description="Output tokens, hidden thinking among them.")


class Prices(Frozen):
    """US dollars per million tokens, as the user states them; nothing is assumed."""

    input: float = Field(ge=0, description="Input tokens that no cache held.")
    output: float = Field(ge=0, description="Output tokens.")
    cached: float | None = Field(default=None, ge=0, description="Cache reads; None: as input.")
    written: float | None = Field(default=None, ge=0, description="Cache writes; None: as input.")

    def dollars(self, tokens: Tokens) -> float:
        """What one request costs, US dollars."""
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.written is None else self.written
        plain = max(0, tokens.input - tokens.cached - tokens.written)
        due = plain * self.input + tokens.cached * cached + tokens.written * written
        return (due + tokens.output * self.output) / MILLION


class Usage(Frozen):
    """What one episode has used so far."""

    input_tokens: int = Field(default=0, description="All input tokens, cached ones among them.")
    cached_tokens: int = Field(default=0, description="Input tokens read from a prompt cache.")
    cache_write_tokens: int = Field(default=0, description="Input tokens written to a cache.")
    output_tokens: int = Field(default=0, description="Output tokens.")
    requests: int = Field(default=0, description="Requests that were answered.")
    retries: int = Field(default=0, description="Requests that failed and were sent again.")
    dollars: float | None = Field(default=None, description="US dollars; None without prices.")

    @property
    def tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens


class Budget(Frozen):
    """Ceilings of one episode; None is no ceiling."""

    tokens: int | None = Field(default=None, gt=0, description="Input and output tokens.")
    dollars: float | None = Field(default=None, gt=0, description="US dollars; needs prices.")


class Meter:
    """Adds up one episode's requests and says what the next one may still use.

    Raises:
        UsageError: a budget in dollars without prices.
    """

    def __init__(self, budget: Budget, prices: Prices | None) -> None:
        if budget.dollars is not None and prices is None:
            raise UsageError("a budget in dollars needs price_input and price_output")
        self._budget, self._prices = budget, prices
        self.usage = Usage(dollars=None if prices is None else 0.0)

    def allowance(self, input_tokens: int, wanted: int) -> int:
        """Output tokens that the next request may ask for, at most `wanted`.

        Args:
            input_tokens: estimate of what the request's input will count.
            wanted: output tokens that are asked for.

        Raises:
            BudgetSpent: the request's input alone would cross a ceiling.
        """
        left = wanted
        if self._budget.tokens is not None:
            left = min(left, self._budget.tokens - self.usage.tokens - input_tokens)
        if self._budget.dollars is not None and self._prices is not None:
            spent = (self.usage.dollars or 0.0) + input_tokens * self._prices.input / MILLION
            rest = self._budget.dollars - spent
            if self._prices.output:
                left = min(left, int(rest * MILLION / self._prices.output))
            elif rest <= 0:
                left = 0
        if left < 1:
            raise BudgetSpent(
                f"after {self.usage.tokens} tokens{self._money()} the episode's budget does not "
                "pay for another request; raise token_budget or dollar_budget"
            )
        return left

    def count(self, tokens: Tokens) -> None:
        """Add an answered request."""
        used = self.usage
        dollars = None
        if self._prices is not None:
            dollars = (used.dollars or 0.0) + self._prices.dollars(tokens)
        self.usage = Usage(
            input_tokens=used.input_tokens + tokens.input,
            cached_tokens=used.cached_tokens + tokens.cached,
            cache_write_tokens=used.cache_write_tokens + tokens.written,
            output_tokens=used.output_tokens + tokens.output,
            requests=used.requests + 1,
            retries=used.retries,
            dollars=dollars,
        )

    def count_retry(self) -> None:
        """Add a request that failed and is sent again."""
        self.usage = self.usage.model_copy(update={"retries": self.usage.retries + 1})

    def _money(self) -> str:
        dollars = self.usage.dollars
        return "" if dollars is None else f" and ${dollars:.4f}"
