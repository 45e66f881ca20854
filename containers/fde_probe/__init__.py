"""The detector for anybody's training run, apart from any environment: one import.

    from fde_probe import CleanProbeCallback, PoolJudge

    judge = PoolJudge(prompts, answers, max_steps=300, halt_on=("harm",))
    trainer.add_callback(CleanProbeCallback(judge, tokenizer, labels))
    trainer.train()
    print(judge.report())

The callback, which sees the model, and the judge, which knows what is right, live in packages
that do not know each other; this is where they meet.
"""

from fde_containers.clean_probe import CleanProbeCallback
from fde_env.stats.pool_judge import PoolJudge

__all__ = ["CleanProbeCallback", "PoolJudge"]
