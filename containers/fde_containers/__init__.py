"""What runs inside the sandbox: the trainer, the label predictor, the clean-probe exchange.

The package stands on its own. It never imports `fde_env`, and `fde_env` never imports it:
the host finds this folder, mounts it read-only and starts `python -m fde_containers.main`.
No label of a held-out or probe row ever comes in here; only texts come in, and only
predictions go out.
"""
