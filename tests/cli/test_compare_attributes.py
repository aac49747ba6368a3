import json

from PIL import Image

from facewright.cli.main import run

from .conftest import QUICK, figures


def test_attributes_that_all_models_know(colour_attributes, make_model, tmp_path):
    (tmp_path / "pictures").mkdir()
    rows = []
    for i in range(8):
        colour = (230, 20, 20) if i % 2 else (20, 20, 230)
        Image.new("RGB", (40, 50), colour).save(tmp_path / "pictures" / f"{i:06d}.jpg")
        rows.append(f"{i:06d}.jpg {1 if i % 2 else -1} {-1 if i % 2 else 1}")
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join(["8", "Smiling Bald", *rows]))
    # the same network whose answers have other names: its Smiling is the other's Bald
    names = ["Bald", "Attractive", "Smiling", "Male", "Young", "Eyeglasses"]
    other = make_model(
        graph="attributes", task="attributes", side=16, framing="squash", classes=names, name="turned"
    )
    file, page = tmp_path / "out.json", tmp_path / "out.html"
    words = [str(colour_attributes), str(other), "--data", f"celeba:{tmp_path}", "--json", str(file)]
    assert run(["compare", *words, "--html", str(page), *QUICK]) == 0
    record = json.loads(file.read_text())
    each = figures(record, "AP of each attribute")
    assert set(each) == {"Smiling", "Attractive", "Bald", "Male"}
    assert each["Smiling"]["values"]["means"] == 1.0 and each["Smiling"]["values"]["turned"] < 0.6
    assert each["Smiling"]["differences"]["turned"]["high"] < 0
    assert record["disagreements"][0]["measure"] > 0.5
    assert page.read_text(encoding="utf-8").count("data:image/jpeg") == 8
