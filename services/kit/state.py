"""What the aggregates' states share."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class State(BaseModel):
    """A frozen state as it is stored; unknown fields are dropped, so that an older version can read a newer one."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")
