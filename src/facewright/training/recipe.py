"""A recipe: everything that decides what a training run does. What all tasks share; each task adds its own.

`training.detection`, `training.attributes` ... define the rest: the network, the data's further keys, the
style of a stage, the weights of the loss.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from facewright.training.system import System


class Part(BaseModel):
    """A table of a recipe; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Data(Part):
    """DATA strings (`format:path`, or a set's name such as `helen/train`) and how often each is drawn."""

    train: dict[str, Annotated[float, Field(gt=0)]] = Field(min_length=1)
    validation: list[str] = Field(min_length=1)
    validation_limit: int = Field(
        100, ge=1, description="examples of each validation set looked at while training"
    )
    max_side: int = Field(640, ge=32, description="pictures are kept in the cache at this long side")
    workers: int = Field(1, ge=0, description="processes that make examples; 0: the training process does")


class Stage(Part):
    """A stretch of the curriculum: so many rounds of examples in one style."""

    rounds: int = Field(ge=1)
    batch: int = Field(16, ge=1, description="examples a step, of all processes together")
    accumulate: int = Field(
        1, ge=1, description="parts that a batch is worked through in, where memory is short of the whole"
    )
    frozen: list[str] = Field(
        [], description="beginnings of names of modules whose weights and statistics stand still"
    )
    int8: bool = Field(
        False, description="convolutions round as in the file that facewright quantise makes; looks do not"
    )

    def part(self, processes: int) -> int:
        """Examples that each of so many processes works on at once. Raises ValueError where not all can have
        as many."""
        size, left = divmod(self.batch, processes * self.accumulate)
        if left:
            among = f"{processes} processes" if processes > 1 else ""
            parts = f"{self.accumulate} parts" if self.accumulate > 1 else ""
            raise ValueError(
                f"batch: {self.batch} examples cannot be divided equally among "
                f"{' of '.join(filter(None, (among, parts)))}"
            )
        return size

    @model_validator(mode="after")
    def _divides(self) -> Self:
        self.part(1)
        return self

    def shortened(self, processes: int, examples: int) -> Self:
        """The same for one round, with at most so many examples at once."""
        most = examples * processes * self.accumulate
        return self.model_copy(update={"rounds": 1, "batch": min(self.batch, most)})


class Optimiser(Part):
    """How the weights move; `training.schedules` says what each schedule makes of `rate`."""

    kind: Literal["adamw", "adam", "sgd"] = "adamw"
    schedule: Literal["cosine", "constant", "steps", "triangular", "triangular2", "exp_range"] = "cosine"
    rate: float = Field(3e-3, gt=0, description="the highest")
    last: float = Field(0.01, ge=0, le=1, description="cosine: share of the rate that is left at the end")
    warmup: int = Field(300, ge=0, description="steps of a linear rise to the rate, whatever follows")
    drops: list[Annotated[float, Field(gt=0, lt=1)]] = Field(
        [], description="steps: shares of the run after which the rate is a tenth of what it was"
    )
    lowest: float = Field(1e-4, ge=0, description="cyclical: the rate at the foot of a triangle")
    cycle: int = Field(500, ge=1, description="cyclical: steps from the foot to the top")
    gamma: float = Field(0.9999, gt=0, le=1, description="exp_range: factor of the height, a step")
    momentum: float = Field(0.9, ge=0, lt=1, description="sgd")
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(10.0, gt=0, description="largest norm of the gradient")

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if self.schedule == "steps" and not self.drops:
            raise ValueError("the schedule steps wants drops; without any the rate is constant")
        if self.schedule in ("triangular", "triangular2", "exp_range") and self.lowest > self.rate:
            raise ValueError(f"lowest must be at most the rate, {self.rate:g}, for {self.schedule}")
        return self


class Averaging(Part):
    decay: float = Field(
        0.998, ge=0, lt=1, description="of the moving average of the weights, a step; 0: no average"
    )


class Evaluation(Part):
    every: int = Field(10, ge=1, description="rounds between two looks at the validation sets")
    patience: int | None = Field(
        None, ge=1, description="looks without a better one before training stops early"
    )
    size: int = Field(640, ge=32, description="validation pictures are shown at this long side at most")


class Recipe(Part):
    """One trainable system. Each task narrows the types of the tables and says what its System is."""

    few: ClassVar[int] = 4
    """examples that a shortened recipe works on at once"""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    about: str = ""
    reached: str = Field("", description="what a run measured, and on what; docs/RESULTS.md tells the rest")
    task: str
    seed: int = Field(0, ge=0, lt=2**32)
    steps: int = Field(
        250, ge=1, description="optimiser steps a round; a checkpoint is written after each round"
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="auto: bfloat16 where a GPU has it, else float32"
    )
    network: Part
    data: Data
    stages: Sequence[Stage] = Field(min_length=1)
    loss: Part
    optimiser: Optimiser = Optimiser()
    averaging: Averaging = Averaging()
    evaluation: Evaluation = Evaluation()

    @abstractmethod
    def system(self) -> "System[Self]":
        """What trains by this recipe."""

    def self_contained(self) -> Self:
        """The same without what a training takes beside its sets, such as a teacher, which need not be there
        any more when a finished run is looked at."""
        return self

    @property
    def rounds(self) -> int:
        return sum(stage.rounds for stage in self.stages)

    def stage_of(self, round_: int) -> tuple[int, int]:
        """(index of the stage, examples made before this round): what a round needs to go on exactly."""
        before = 0
        for i, stage in enumerate(self.stages):
            if round_ < stage.rounds:
                return i, before + round_ * self.steps * stage.batch
            round_ -= stage.rounds
            before += stage.rounds * self.steps * stage.batch
        raise ValueError(f"the recipe has {self.rounds} rounds")

    def shortened(self, processes: int = 1) -> Self:
        """The same for a few steps: every stage for one round of three, every set with a few examples."""
        return self.model_copy(
            update={
                "steps": 3,
                "stages": [stage.shortened(processes, self.few) for stage in self.stages],
                "data": self.data.model_copy(update={"validation_limit": 4}),
                "evaluation": self.evaluation.model_copy(update={"every": 1}),
            }
        )
