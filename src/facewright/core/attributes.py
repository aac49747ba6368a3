"""Attributes of a face by CelebA's names: which there are, which exclude one another, which are worth saying.

CelebA's labels are one annotator's impression of a photo, not facts about the person in it.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

CELEBA = (
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs", "Big_Lips",
    "Big_Nose", "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby", "Double_Chin",
    "Eyeglasses", "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones", "Male", "Mouth_Slightly_Open",
    "Mustache", "Narrow_Eyes", "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline",
    "Rosy_Cheeks", "Sideburns", "Smiling", "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat",
    "Wearing_Lipstick", "Wearing_Necklace", "Wearing_Necktie", "Young",
)  # fmt: skip
"""all 40, in the order of list_attr_celeba.txt"""
S1 = (
    "Attractive", "Bags_Under_Eyes", "Bald", "Black_Hair", "Blond_Hair", "Brown_Hair", "Chubby", "Goatee",
    "Gray_Hair", "Male", "Mustache", "No_Beard", "Smiling", "Wearing_Hat", "Young",
)  # fmt: skip
"""the 15 that `attributes-resnet15` was made for"""
HAIR = ("Bald", "Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
"""at most one of them is told of a face"""
CONTRADICTIONS = (
    ("No_Beard", "Goatee"),
    ("No_Beard", "Mustache"),
    ("No_Beard", "5_o_Clock_Shadow"),
    ("Straight_Hair", "Wavy_Hair"),
    ("Bald", "Bangs"),
)
"""pairs of which both cannot hold"""
JUDGING = (
    "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Big_Lips", "Big_Nose", "Bushy_Eyebrows", "Chubby",
    "Double_Chin", "High_Cheekbones", "Narrow_Eyes", "Oval_Face", "Pale_Skin", "Pointy_Nose",
    "Receding_Hairline", "Rosy_Cheeks",
)  # fmt: skip
"""vague, or a judgement of somebody's looks on which people do not agree: not told unless asked for"""
CLEAR = tuple(name for name in CELEBA if name not in JUDGING)
"""what can be seen in a photo, told by default"""
TELLING = ("Male", "Mouth_Slightly_Open", "No_Beard", "Smiling", "Young")
"""whose opposite says something too: of the others only what holds is worth a word in a short line"""
PHRASES = {
    "5_o_Clock_Shadow": ("stubble", "no stubble"),
    "Bald": ("bald", "not bald"),
    "Bangs": ("bangs", "no bangs"),
    "Blurry": ("blurry", "sharp"),
    "Eyeglasses": ("eyeglasses", "no eyeglasses"),
    "Goatee": ("goatee", "no goatee"),
    "Heavy_Makeup": ("heavy make-up", "no heavy make-up"),
    "Male": ("male", "female"),
    "Mouth_Slightly_Open": ("mouth open", "mouth closed"),
    "Mustache": ("mustache", "no mustache"),
    "No_Beard": ("no beard", "beard"),
    "Sideburns": ("sideburns", "no sideburns"),
    "Smiling": ("smiling", "not smiling"),
    "Wearing_Earrings": ("earrings", "no earrings"),
    "Wearing_Hat": ("hat", "no hat"),
    "Wearing_Lipstick": ("lipstick", "no lipstick"),
    "Wearing_Necklace": ("necklace", "no necklace"),
    "Wearing_Necktie": ("necktie", "no necktie"),
    "Young": ("young", "not young"),
}
"""name -> what is said when it holds and when it does not; others are said by their name"""


class Finding(NamedTuple):
    """One thing said of a face, and how sure the model is of it."""

    words: str
    probability: float


def phrase(name: str, probability: float) -> Finding:
    """What is likelier, the attribute or its opposite, with its own probability.

    >>> phrase("Smiling", 0.07)
    Finding(words='not smiling', probability=0.93)
    """
    plain = name.replace("_", " ").lower()
    yes, no = PHRASES.get(name, (plain, f"not {plain}" if name in JUDGING else f"no {plain}"))
    return Finding(yes, probability) if probability >= 0.5 else Finding(no, round(1 - probability, 6))


def hair_of(probabilities: Mapping[str, float]) -> str | None:
    """The likeliest of HAIR; None where none reaches one half.

    >>> hair_of({"Black_Hair": 0.8, "Brown_Hair": 0.6, "Bald": 0.01})
    'Black_Hair'
    """
    known = [name for name in HAIR if probabilities.get(name, 0.0) >= 0.5]
    return max(known, key=probabilities.__getitem__, default=None)


def describe(probabilities: Mapping[str, float], opposites: Collection[str] | None = None) -> list[Finding]:
    """What is said of a face: its hair as one answer, then each other attribute or its opposite.

    Of a pair of contradictions the less likely one is left out. opposites: the attributes whose opposite is
    said where they do not hold, such as TELLING; None: all of them.
    """
    shown = {name: float(p) for name, p in probabilities.items()}
    for pair in CONTRADICTIONS:
        if all(shown.get(name, 0.0) >= 0.5 for name in pair):
            shown.pop(min(pair, key=shown.__getitem__))
    colour = hair_of(shown)
    rest = [
        phrase(name, p)
        for name, p in shown.items()
        if name not in HAIR and (p >= 0.5 or opposites is None or name in opposites)
    ]
    return ([] if colour is None else [phrase(colour, shown[colour])]) + rest
