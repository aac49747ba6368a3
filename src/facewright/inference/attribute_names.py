"""CelebA's 40 attributes: their names and order, which are shown unless all are asked for, and hair as one.

A face is shown by what two people would agree on when they look at it. The rest stays out unless asked for:
CelebA's labels of it are what one annotator thought of one picture, a model can be no better than they are,
and some say more about who judges than about the face.
"""

from collections.abc import Mapping

ATTRIBUTES = (
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs", "Big_Lips",
    "Big_Nose", "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby", "Double_Chin",
    "Eyeglasses", "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones", "Male", "Mouth_Slightly_Open",
    "Mustache", "Narrow_Eyes", "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline",
    "Rosy_Cheeks", "Sideburns", "Smiling", "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat",
    "Wearing_Lipstick", "Wearing_Necklace", "Wearing_Necktie", "Young",
)  # fmt: skip
"""all 40, in the order of list_attr_celeba"""

JUDGING = frozenset(("Attractive", "Chubby", "Double_Chin", "Big_Lips", "Big_Nose", "Pale_Skin"))
"""a verdict on somebody's looks"""
VAGUE = frozenset(
    ("5_o_Clock_Shadow", "Arched_Eyebrows", "Bags_Under_Eyes", "Bushy_Eyebrows", "Heavy_Makeup",
     "High_Cheekbones", "Narrow_Eyes", "Oval_Face", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks",
     "Straight_Hair", "Wavy_Hair")
)  # fmt: skip
"""a matter of degree, without a line that anyone could name"""
OFF_THE_FACE = frozenset(("Blurry", "Wearing_Necklace", "Wearing_Necktie"))
"""of the photo, or below what the crop shows"""
ON_REQUEST = JUDGING | VAGUE | OFF_THE_FACE

HAIR = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Bald")
"""at most one of these is told of a face"""


def hair(probabilities: Mapping[str, float]) -> str | None:
    """The most probable of `HAIR`, or None when none of them that the model knows is above .5."""
    known = [name for name in HAIR if name in probabilities]
    best = max(known, key=probabilities.__getitem__, default=None)
    return best if best is not None and probabilities[best] > 0.5 else None


OPPOSITES = {
    "Male": "Female",
    "Mouth_Slightly_Open": "Mouth_Closed",
    "No_Beard": "Beard",
    "Smiling": "Not_Smiling",
    "Young": "Not_Young",
}
"""what a face without the attribute is said to have, where that says something too"""


def told(probabilities: Mapping[str, float]) -> list[str]:
    """What is said of a face, in the order given: attributes above .5, opposites below it, hair as one."""
    colour = hair(probabilities)
    words: list[str] = []
    for name, probability in probabilities.items():
        if name == colour or (name not in HAIR and probability > 0.5):
            words.append(name)
        elif name in OPPOSITES:
            words.append(OPPOSITES[name])
    return words
