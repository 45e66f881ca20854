"""Row models as `datasets` features and as words.

`python -m fde_env.export.schema > fde_env/export/schema.md`; a test writes it again and compares.
"""

from __future__ import annotations

import sys
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from fde_env.export.rows import ROW_OF, Layout, Seen
from fde_env.observation import Metrics

NAMES: Final = MappingProxyType[Any, str](
    {str: "string", int: "int64", float: "float64", bool: "bool"}
)


def features_of(model: type[BaseModel]) -> Any:
    """`datasets.Features` of a row model."""
    from datasets import Features

    return Features(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {name: _feature(field.annotation) for name, field in model.model_fields.items()}


def _feature(kind: Any) -> Any:
    from datasets import Json, List, Value

    kind = _bare(kind)
    if kind in NAMES:
        return Value(NAMES[kind])
    if get_origin(kind) is tuple:
        return List(_feature(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _fields(kind)
    return Json()


def _bare(kind: Any) -> Any:
    """`kind` without None: every column may be empty."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (item for item in get_args(kind) if item is not NoneType)
    return kind


def _type_name(kind: Any) -> str:
    bare = _bare(kind)
    if get_origin(bare) is tuple:
        return f"list of {_type_name(get_args(bare)[0])}"
    if get_origin(bare) is dict:
        return "JSON object"
    name = NAMES.get(bare) or bare.__name__
    return f"{name} or null" if bare is not kind else name


def table_of(model: type[BaseModel]) -> str:
    """The columns of a model as a Markdown table."""
    lines = ["| column | type | meaning |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        meaning = field.description or ""
        lines.append(f"| `{name}` | {_type_name(field.annotation)} | {meaning} |")
    return "\n".join(lines)


def section(layout: Layout) -> str:
    """Heading, first sentence and columns of a layout."""
    model = ROW_OF[layout]
    return f"## {(model.__doc__ or '').strip()}\n\n{table_of(model)}\n"


def page() -> str:
    """The whole of `schema.md`."""
    layouts = "\n".join(section(layout) for layout in ROW_OF)
    return f"""# What `fde export` writes

Written by `python -m fde_env.export.schema`; a test writes it again and compares.

Rows hold what an agent could see and do, and what it was paid. The ticket's truth, the oracle's
verdicts and the facts it graded stay in the trajectories. Only scored episodes are exported, and
held-back tickets only when they are asked for.

{layouts}
## Observations

### {(Seen.__doc__ or "").strip()}

{table_of(Seen)}

### Metrics

{table_of(Metrics)}

## Files

| `--format` | what is in the folder | read it with |
|---|---|---|
| datasets | Arrow shards | `datasets.load_from_disk(folder)` |
| parquet | `data.parquet` | `datasets.Dataset.from_parquet(file)`, pandas, polars |
| jsonl | `data.jsonl`, a row a line | anything |
| minari | `data/`, layout `episodes` | `minari.MinariDataset(folder / "data")` |

In Parquet and Arrow a JSON object is a string to readers other than `datasets`, and numbers in it
are kept to ten decimals; JSON Lines keep every digit. In Minari every leaf of an observation is
text, metrics as JSON; so is an action.

The layout `chat` is what TRL's `SFTTrainer` takes as it is: `messages` and `tools`.
"""


if __name__ == "__main__":
    sys.stdout.write(page())
