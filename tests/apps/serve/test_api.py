import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

RED, GREEN = (8, 8, 24, 32), (40, 10, 70, 50)


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_a_picture_as_the_body_or_in_a_form_gives_its_faces_from_left_to_right(client, file):
    picture = file(red=GREEN, green=RED)  # the better score is further right
    raw = client.post("/v1/detect", content=picture)
    form = client.post("/v1/detect", files={"picture": ("a.png", picture, "image/png")})
    assert raw.status_code == 200 and raw.json() == form.json()
    answer = raw.json()
    assert (answer["width"], answer["height"]) == (96, 64)
    assert answer["several_pages"] is False
    assert [face["box"] for face in answer["faces"]] == [list(RED), list(GREEN)]
    assert [face["score"] for face in answer["faces"]] == [0.6, 0.9]
    assert [face["number"] for face in answer["faces"]] == [1, 2]
    assert len(answer["faces"][0]["landmarks"]) == 5


def test_boxes_are_those_of_the_upright_picture(client, file):
    exif = Image.Exif()
    exif[274] = 6
    upright = client.post("/v1/detect", content=file("JPEG", exif, red=RED)).json()
    assert (upright["width"], upright["height"]) == (64, 96)
    assert upright["faces"][0]["box"] == pytest.approx([64 - 32, 8, 64 - 8, 24], abs=2)


def test_what_is_asked_may_stand_in_the_address_or_in_the_form(client, file):
    picture = file(red=RED, green=GREEN)
    form = {"files": {"picture": picture}}
    assert len(client.post("/v1/detect?min_score=0.7", content=picture).json()["faces"]) == 1
    assert len(client.post("/v1/detect", data={"min_score": "0.7"}, **form).json()["faces"]) == 1
    both = client.post("/v1/detect?min_score=0.7", data={"min_score": "0.7"}, **form)
    assert both.status_code == 422 and "give it once" in both.json()["detail"]
    assert client.post("/v1/detect?size=32", content=picture).json()["faces"][0]["box"] == pytest.approx(
        RED, abs=3
    )


def test_attributes_with_words(client, file):
    face = client.post("/v1/attributes", content=file(red=RED)).json()["faces"][0]
    assert face["box"] == list(RED)
    assert set(face["attributes"]) == {"Smiling", "Bald", "Black_Hair", "Brown_Hair", "Male"}
    assert "smiling" in " ".join(face["words"])
    every = client.post("/v1/attributes?all=true", content=file(red=RED)).json()["faces"][0]
    assert "Attractive" in every["attributes"]
    assert client.post("/v1/attributes", content=file()).json()["faces"] == []


@pytest.mark.parametrize("how", ["gaussian", "pixelate", "solid", "silhouette"])
def test_a_hidden_face_is_gone_and_the_rest_stays(client, file, how):
    picture = file(red=RED)
    answer = client.post("/v1/blur", params={"how": how}, content=picture)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert answer.headers["facewright-faces"] == "1"
    before, after = pixels(picture), pixels(answer.content)
    assert (before[:, 48:] == after[:, 48:]).all() and (before[12:28, 12:20] != after[12:28, 12:20]).any()
    if how in ("solid", "silhouette"):
        assert answer.headers["facewright-still-found"] == "0"
        assert client.post("/v1/detect", content=answer.content).json()["faces"] == []


def test_only_chosen_faces_are_hidden(client, file):
    picture = file(red=RED, green=GREEN)
    solid = {"how": "solid"}

    def left(**asked):
        answer = client.post("/v1/blur", params=solid | asked, content=picture)
        assert answer.status_code == 200, answer.text
        return [face["box"] for face in client.post("/v1/detect", content=answer.content).json()["faces"]]

    assert left() == []
    assert left(faces="1") == [list(GREEN)]
    assert left(faces="in:40,10,70,50") == [list(RED)]
    assert left(faces="1; in:40,10,70,50") == []
    assert left(keep="2") == [list(GREEN)]
    assert left(faces="") == [list(RED), list(GREEN)]
    assert left(faces="", boxes="8,8,24,32") == [list(GREEN)]
    assert left(boxes="8,8,24,32", keep="1,2") == [list(GREEN)]


def test_format_and_metadata_stay_and_go_when_asked(client, file):
    exif = Image.Exif()
    exif[270] = "a holiday"
    picture = file("JPEG", exif, red=RED)
    kept = client.post("/v1/blur", content=picture)
    assert kept.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(kept.content)).getexif()[270] == "a holiday"
    bare = client.post("/v1/blur?strip=true", content=picture)
    assert not Image.open(io.BytesIO(bare.content)).getexif()


def test_every_frame_of_an_animation_is_hidden(client, paint, monkeypatch):
    frames = [Image.fromarray(paint(96, 64, red=(x, 8, x + 20, 32))) for x in (4, 40, 70)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert client.post("/v1/detect", content=out.getvalue()).json()["several_pages"] is True
    answer = client.post("/v1/blur?how=solid", content=out.getvalue())
    assert answer.headers["content-type"] == "image/webp" and answer.headers["facewright-faces"] == "3"
    image = Image.open(io.BytesIO(answer.content))
    for number in range(3):
        image.seek(number)
        assert (np.asarray(image.convert("RGB"))[..., 0] < 200).all()
    chosen = client.post("/v1/blur?faces=1", content=out.getvalue())
    assert chosen.status_code == 422 and "3 frames" in chosen.json()["detail"]
    monkeypatch.setattr("facewright.apps.serve.editing.FRAMES", 2)
    long = client.post("/v1/blur", content=out.getvalue())
    assert long.status_code == 422 and "more frames or pages than the limit of 2" in long.json()["detail"]


def test_crops_are_a_picture_or_a_zip(client, file):
    picture = file(red=RED, green=GREEN)
    one = client.post("/v1/crop?faces=largest&height=50", content=picture)
    assert one.headers["content-type"] == "image/png" and one.headers["facewright-faces"] == "1"
    assert Image.open(io.BytesIO(one.content)).size == (50, 50)
    two = client.post("/v1/crop?framing=passport", content=picture)
    assert two.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(two.content))
    assert archive.namelist() == ["face-1.png", "face-2.png"] and archive.testzip() is None
    drawn = client.post("/v1/crop", params={"faces": "", "boxes": "10,10,30,30"}, content=picture)
    assert Image.open(io.BytesIO(drawn.content)).size == (30, 30)


@pytest.mark.parametrize(
    ("path", "asked", "status", "sentence"),
    [
        ("detect", {"colour": "red"}, 422, "colour: there is no such parameter"),
        ("detect", {"min_score": "2"}, 422, "min_score: input should be less than or equal to 1"),
        ("detect", {"min_score": "nan"}, 422, "min_score"),
        ("detect", {"size": "0"}, 422, "size"),
        ("detect", {"size": "9999999"}, 422, "size"),
        ("blur", {"how": "fog"}, 422, "how"),
        ("blur", {"faces": "3"}, 422, "faces: there is no face 3 among the 1 found"),
        ("blur", {"faces": "all"}, 422, "a face is chosen by"),
        ("blur", {"boxes": "1,2,3"}, 422, "boxes: each is"),
        ("blur", {"boxes": "9,9,1,1"}, 422, "boxes: each is"),
        ("blur", {"boxes": "1,1,nan,4"}, 422, "boxes: each is"),
        ("blur", {"boxes": "0,0,9,9;" * 101}, 422, "boxes: at most 100"),
        ("blur", {"boxes": "0,0,96,64;" * 3}, 422, "boxes: together they cover the picture more"),
        ("crop", {"boxes": "0,0,9,9;" * 9, "height": "4096"}, 422, "ask for fewer faces, or a smaller"),
        ("crop", {"framing": "round"}, 422, "framing"),
        ("crop", {"faces": ""}, 422, "no face to cut out"),
        ("crop", {"min_score": "0.99"}, 422, "no face to cut out"),
    ],
)
def test_wrong_parameters_are_a_problem_with_one_sentence(client, file, path, asked, status, sentence):
    answer = client.post(f"/v1/{path}", params=asked, content=file(red=RED))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status and sentence in problem["detail"] and "\n" not in problem["detail"]


@pytest.mark.parametrize("path", ["detect", "attributes", "blur", "crop"])
@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "there is no picture"),
        (b"hello", 422, "not a picture"),
        (b"\x89PNG\r\n\x1a\nrubbish", 422, "damaged"),
    ],
)
def test_no_picture_is_a_problem_with_one_sentence(client, path, body, status, sentence):
    answer = client.post(f"/v1/{path}", content=body)
    assert answer.status_code == status and sentence in answer.json()["detail"]


def test_half_a_picture_is_a_problem_for_every_address(client, file):
    for path in ("detect", "attributes", "blur", "crop"):
        answer = client.post(f"/v1/{path}", content=file("JPEG", red=RED)[:400])
        assert answer.status_code == 422 and "damaged" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"files": {"photo": b"x"}}, "a file came as 'photo'"),
        ({"files": [("picture", b"x"), ("picture", b"y")]}, "too many files"),
        ({"files": {"picture": b"x"}, "data": {"size": ["64", "65"]}}, "size is given more than once"),
        (
            {"content": b"rubbish", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            "cannot be read",
        ),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, "boundary"),
    ],
)
def test_a_form_that_is_none_is_a_problem(client, form, sentence):
    answer = client.post("/v1/detect", **form)
    assert answer.status_code == 400 and sentence in answer.json()["detail"]


def test_wrong_addresses_and_methods_are_problems(client):
    nothing, wrong = client.get("/v1/nothing"), client.get("/v1/detect")
    assert (nothing.status_code, wrong.status_code) == (404, 405) and wrong.headers["allow"] == "POST"
    assert "GET" in wrong.json()["detail"] and nothing.json()["title"] == "Not Found"


def test_the_page_is_told_from_which_score_on_a_face_is_hidden(client):
    """Of a file whose scores are the network's own; of a calibrated one see page/test_choosing.py."""
    about = client.get("/about.json").json()
    assert (about["careful_score"], about["min_score"]) == (0.25, 0.5)


def test_health_and_metrics(client, file):
    assert client.get("/healthz").json()["status"] == "ok"
    client.post("/v1/detect?size=77", content=file(red=RED))
    text = client.get("/metrics").text
    assert 'facewright_requests_total{route="/v1/detect",status="200"}' in text
    assert "facewright_faces_total" in text and "facewright_inside" in text and "size=" not in text


def test_openapi_tells_every_address_with_its_errors_and_examples(client):
    schema = client.get("/openapi.json").json()
    assert {"/v1/detect", "/v1/attributes", "/v1/blur", "/v1/crop", "/healthz", "/metrics"} == set(
        schema["paths"]
    )
    for path in ("detect", "attributes", "blur", "crop"):
        told = schema["paths"][f"/v1/{path}"]["post"]
        assert {"200", "400", "403", "408", "413", "421", "422", "429", "500", "503"} <= set(
            told["responses"]
        )
        assert "multipart/form-data" in told["requestBody"]["content"]
        assert all(
            parameter.get("description") for parameter in told["parameters"] if "enum" not in str(parameter)
        )
    assert "examples" in json.dumps(schema["components"]["schemas"]["FoundFace"])
