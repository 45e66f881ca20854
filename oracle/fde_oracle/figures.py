"""Find the numbers that a text states, however they are written. Pure.

A number is any group of digits that is not part of a name the platform itself gave out
(a base, a file, a run, a digest), of a date, or of a word that begins with a letter
("Qwen3", "bf16", "F1"). Shares count in words as well ("ninety-five percent"); other numbers in
words do not, since prose is full of them ("one message at a time").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# A pattern that begins with a digit is looked for much quicker than one that looks behind first.
DATE: Final = re.compile(r"\d(?<!\d\d)\d{3}-\d{2}-\d{2}(?!\d)")
# "8B" is a size, not a claim. A digit behind a letter belongs to a word; a sign counts only
# where a number can begin, so that both ends of "0.2-0.9" are seen.
SIZE: Final = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?[Bb]\b")
NUMBER: Final = re.compile(
    r"(?=[-.\d])"
    r"(?<![^\W\d_])(?<!\d)"
    r"(?:(?<![\w.)])-)?"
    r"(?:\d+(?:,\d{3})+(?!\d)|\d+)?(?:(?<=\d)\.|\.(?=\d)|(?<=\d))\d*"
    r"(?:e[-+]?\d+)?"
    r"(?:\s?%)?",
    re.IGNORECASE,
)
PERCENT: Final = re.compile(r"(?<=\d)\s*per\s?cent\b", re.IGNORECASE)
UNITS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
UNIT: Final = "|".join(sorted(UNITS, key=len, reverse=True))
SPELLED: Final = re.compile(
    rf"\b(?:(?P<hundred>(?:a|one)\s+hundred)"
    rf"|(?P<tens>{'|'.join(TENS)})(?:[-\s]*(?P<unit>{UNIT}))?|(?P<alone>{UNIT}))"
    r"\s*(?:per\s?cent\b|%)",
    re.IGNORECASE,
)
LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it was written, its value, its decimal places, and whether in percent."""

    written: str
    value: float
    digits: int
    percent: bool


def plain(text: str) -> str:
    """`text` with every digit, fraction and percent sign in its plain ASCII form."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text.replace("\u2212", "-"))
    seen = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return "".join(_digit(char) for char in seen).replace("\u066a", "%").replace("\u066b", ".")


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def _spelled(found: re.Match[str]) -> str:
    """A share in words as it would stand in digits."""
    if found["hundred"]:
        return "100%"
    tens, unit = (found["tens"] or "").lower(), (found["unit"] or found["alone"] or "").lower()
    value = 10 * (TENS.index(tens) + 2) if tens else 0
    return f"{value + (UNITS.index(unit) if unit else 0)}%"


def _with_shares_in_digits(text: str) -> str:
    # Nothing but these makes a number a share, so most texts need no pattern to be tried.
    if "%" not in text and "cent" not in text.lower():
        return text
    return PERCENT.sub("%", SPELLED.sub(_spelled, text))


def figures(text: str, names: Iterable[str]) -> list[Figure]:
    """The numbers in `text` apart from those in `names`, dates and sizes."""
    rest = _with_shares_in_digits(plain(text))
    for name in sorted(filter(None, names), key=len, reverse=True):
        # Most names stand in no text: looking for one is much quicker than a pattern is.
        if name in rest:
            rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " name ", rest)
    for pattern in (DATE, SIZE):
        rest = pattern.sub(" ", rest)
    return [_figure(found.group()) for found in NUMBER.finditer(rest) if found.group()]


def _figure(written: str) -> Figure:
    token = written.rstrip("% \t\n").replace(",", "").lower().removesuffix(".")
    mantissa, _, exponent = token.partition("e")
    power = int(exponent[:6] or 0) if exponent else 0
    return Figure(
        written=written.strip()[:LONGEST],
        value=float(token),
        digits=len(mantissa.partition(".")[2]) - power,
        percent=written.endswith("%"),
    )
