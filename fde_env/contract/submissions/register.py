"""Stage 7, register: enter the artifact into the model registry."""

from __future__ import annotations

from pydantic import Field

from fde_env.contract.base import Frozen


class RegisterSubmission(Frozen):
    """A registry entry; digests are the platform's, as the run record shows them."""

    name: str = Field(min_length=1, max_length=128, description="Name of the registered model.")
    artifact_digest: str = Field(description="Digest of the trained adapter.")
    dataset_digest: str = Field(description="Digest of the training rows.")
    config_digest: str = Field(description="Digest of the executed configuration.")
    base_revision: str = Field(description="Revision of the base model.")
    run_id: str = Field(description="Run that made the artifact.")
