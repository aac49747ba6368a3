"""`FaceClassifier`: is a crop one face, or none?"""

from pathlib import Path

from facewright.core.boxes import Floats
from facewright.inference.card import Card
from facewright.inference.crops import Crops, fixed_side, run_crops
from facewright.inference.session import Session

DEFAULT_MODEL = "face-or-not"


class FaceClassifier:
    """Tells crops that are one face from crops that are none.

    >>> FaceClassifier()([crop])  # doctest: +SKIP
    array([0.998], dtype=float32)

    model: name of a shipped model or path of a model file. threads: of the network; None means up to four,
    and never more than the cores there are. device: "cpu", "cuda", ... without silent fallback.

    Safe to call from several threads, and picklable. Raises ModelError for a model that cannot be used.
    """

    def __init__(
        self, model: str | Path = DEFAULT_MODEL, *, threads: int | None = None, device: str = "cpu"
    ) -> None:
        self.session = Session(model, ("classification",), threads=threads, device=device)
        self.side = fixed_side(self.session)
        """of the square to which every crop is squashed, in pixels"""

    def __repr__(self) -> str:
        return f"<FaceClassifier: {self.session.path.stem}>"

    @property
    def card(self) -> Card:
        """What the model file says about itself."""
        return self.session.card

    def __call__(self, crops: Crops) -> Floats:
        """Probability of a face, (N,), for N crops: uint8 RGB (N, H, W, 3), or pictures of any sizes.

        Raises PictureError for what are no such crops, ModelError when the runtime fails.
        """
        return run_crops(self.session, crops, "classification")
