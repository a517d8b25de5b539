"""The base of every record that is read from a file: frozen, and strict about keys it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record; a key that it does not know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
