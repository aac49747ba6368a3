"""Makes the pictures of docs/guide/photos.md: a drawn scene, and the portrait of Grace Hopper that matplotlib
carries (public domain)."""

from importlib.metadata import distribution
from pathlib import Path

from facewright import Detector, Faces, read_picture
from facewright.apps.blur import BlurStyle, blur_faces
from facewright.apps.choose import choose, numbered
from facewright.apps.crop import CropStyle, crop_face
from facewright.core.draw import contact_sheet, draw_faces
from facewright.core.pictures import Pixels, write_picture
from facewright.datasets.toy import draw_sample

HERE = Path(__file__).parents[1] / "docs" / "guide"
SCENE = (7, 30, 360)  # seed, number and size of the drawn scene
PORTRAIT = "matplotlib/mpl-data/sample_data/grace_hopper.jpg"
GREY = (200, 200, 200)
STYLES = {
    "--how gaussian": BlurStyle(),
    "--how pixelate": BlurStyle("pixelate"),
    "--how solid": BlurStyle("solid"),
    "--how silhouette": BlurStyle("silhouette"),
    "--shape box": BlurStyle(shape="box"),
    "--grow 0": BlurStyle(grow=0),
    "--feather 0.5": BlurStyle(feather=0.5),
    "--strength 0.3": BlurStyle(strength=0.3),
}
FRAMINGS = {
    f"--framing {framing}": CropStyle(framing, 300)
    for framing in ("square", "head-and-shoulders", "passport", "aligned")
}
OUTSIDE = {
    f"--outside {way}": CropStyle(margin=0.8, outside=way, colour=GREY) for way in ("move", "edge", "fill")
}


def main() -> None:
    find = Detector("detector-small", min_score=0.06, size=1280)  # as `blur` looks
    scene = draw_sample(*SCENE).read()
    faces = numbered(find(scene))
    write("blur", {words: blur_faces(scene, faces.boxes, style) for words, style in STYLES.items()})
    write("choose", chosen(scene, faces))
    portrait = read_picture(Path(str(distribution("matplotlib").locate_file(PORTRAIT))))
    face = find(portrait)[0]
    write("crop", {words: crop_face(portrait, face, style) for words, style in FRAMINGS.items()})
    tiles = {words: crop_face(scene, faces[0], style) for words, style in OUTSIDE.items()}
    write("outside", tiles | {"--roll": crop_face(scene, faces[1], CropStyle(margin=0.8, roll=True))})


def chosen(scene: Pixels, faces: Faces) -> dict[str, Pixels]:
    labels = [f"{number} {face.score:.2f}" for number, face in enumerate(faces, 1)]
    tiles = {"annotate": draw_faces(scene, faces, labels=labels)}
    for words in (["1"], ["largest"]):
        kept, _ = choose(faces, words)
        tiles[f"--keep {words[0]}"] = blur_faces(scene, faces.boxes[~kept])
    only, _ = choose(faces, ["2,5"])
    return tiles | {"--only 2,5": blur_faces(scene, faces.boxes[only])}


def write(name: str, tiles: dict[str, Pixels]) -> None:
    sheet = contact_sheet(list(tiles.values()), columns=4, tile=230, captions=list(tiles))
    write_picture(sheet, HERE / f"photos-{name}.jpg", quality=72)


if __name__ == "__main__":
    main()
