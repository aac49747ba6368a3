"""What a detector learns of another one, its teacher: terms of the loss that no label has a part in.

Of a face that nobody annotated labels say that there is none, or in an ignore region nothing. A teacher says
at every point what it sees and how much it believes it (Hinton et al., "Distilling the Knowledge in a Neural
Network", 2015).
"""

from torch import Tensor
from torch.nn import functional

from facewright.core.errors import RecipeError
from facewright.tasks.detection.coding import decode
from facewright.tasks.detection.loss import landmark_loss
from facewright.tasks.detection.overlap import box_loss
from facewright.tasks.normaliser import normaliser

TEACHER_TERMS = ("teacher_score", "teacher_box", "teacher_landmarks")
SURE = 0.3
"""score above which the teacher's box and landmarks are learnt; below it they are of nothing in particular"""


def distillation_loss(raw: Tensor, taught: Tensor, points: Tensor) -> dict[str, Tensor]:
    """raw (B, P, 15) of the student, taught of the teacher, P points -> the `TEACHER_TERMS`, scalars.

    teacher_score: at every point, ignored or not, the quality focal loss towards the teacher's probability,
    over the sum of these, whatever is annotated. A sum over faces' points and background alike: what little a
    teacher believes at each of many empty points was about half of it, so that the term weighs about half of
    what it would over the faces' points alone.
    teacher_box, teacher_landmarks: where the teacher is sure, by how sure it is, EIoU and smooth L1 in units
    of the face's size. All are 0 for a student that answers as its teacher; nothing goes back into `taught`.
    Raises RecipeError where the two answer at other points.
    """
    if raw.shape != taught.shape:
        raise RecipeError(
            f"teacher: it answers at {taught.shape[1]} points of a canvas, its student at {raw.shape[1]}; "
            "give a teacher of the same strides"
        )
    raw, taught = raw.float(), taught.detach().float()
    logits, belief = raw[..., 0], taught[..., 0].sigmoid()
    gap = (belief - logits.sigmoid()).square()
    score = functional.binary_cross_entropy_with_logits(logits, belief, reduction="none") * gap
    batch, place = (belief > SURE).nonzero(as_tuple=True)
    boxes, landmarks = decode(raw[batch, place, 1:], points[place])
    seen_boxes, seen_marks = decode(taught[batch, place, 1:], points[place])
    weights = belief[batch, place]
    box_terms, _ = box_loss(boxes, seen_boxes)
    landmark_terms = landmark_loss(landmarks, seen_marks, seen_boxes).mean((1, 2))
    count = normaliser(weights.sum(), raw)
    return {
        "teacher_score": score.sum() / normaliser(belief.sum(), raw),
        "teacher_box": (box_terms * weights).sum() / count,
        "teacher_landmarks": (landmark_terms * weights).sum() / count,
    }
