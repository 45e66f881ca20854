"""The random agent: a valid submission with random values, so that it gets somewhere."""

from __future__ import annotations

import random
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from fde_agents.base import Observation
from fde_env.contract.submissions import SUBMISSION_OF

GUESSES = (
    *("text", "code_1", "message_id", "labels_1.csv", "labels_2.csv"),
    *("label_map_1.json", "label_map_2.json"),
)


class RandomPolicy:
    """Fills each field with a random value of its type.

    Intake is drawn from what its fields could hold, so that it compiles now and then.
    """

    name = "random"

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def act(self, observation: Observation) -> dict[str, Any]:
        """A random submission for the present stage."""
        stage = observation["stage"]
        values = self._fill(SUBMISSION_OF[stage])
        if stage == "train":
            paused = observation["metrics"]["alarm"] is not None
            values["command"] = self._random.choice(("continue", "halt")) if paused else "start"
        return {"tool": f"submit_{stage}", "arguments": values}

    def _fill(self, model: type[BaseModel]) -> dict[str, Any]:
        return {name: self._value(field.annotation) for name, field in model.model_fields.items()}

    def _value(self, kind: Any) -> Any:  # noqa: PLR0911  # one return for each kind of field
        draw = self._random
        if get_origin(kind) is Literal:
            return draw.choice(get_args(kind))
        if get_origin(kind) is tuple:
            item = get_args(kind)[0]
            is_model = isinstance(item, type) and issubclass(item, BaseModel)
            return [] if is_model else [self._value(item) for _ in range(draw.randrange(3))]
        if kind is bool:
            return draw.random() < 0.5
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self._fill(kind)
        if kind is int:
            return draw.choice((1, 2, 4, 8, 16, 64, 300))
        if kind is float:
            return draw.choice((0.001, 0.01, 0.05, 0.15, 0.5))
        return draw.choice(GUESSES)
