"""What tests of files written again share: a picture with metadata, written with its middle painted over."""

import io

import numpy as np
from PIL import ExifTags, Image, ImageCms

from facewright.core.original import read_original
from facewright.core.rewrite import encode

WIDTH, HEIGHT = 64, 48
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/>'
B = ExifTags.Base


def noise(width=WIDTH, height=HEIGHT, channels=3, seed=0):
    """Smooth noise, so that JPEG keeps it."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, channels), np.uint8).squeeze()
    return np.array(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def exif(orientation=1):
    made = Image.Exif()
    made[B.Orientation], made[B.Make] = orientation, "Toymaker"
    made[ExifTags.IFD.Exif] = {B.DateTimeOriginal: "2026:11:26 10:00:00"}
    made[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 12.0, 30.0)}
    return made.tobytes()


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def rewritten(data, change=None, **options):
    """The file with its faces' place (a rectangle) painted over, and the picture read from it."""
    original = read_original(data)
    pages = [painted(page.rgb) for page in original.pages] if change is None else change(original)
    encoded = encode(original, pages, **options)
    image = Image.open(io.BytesIO(encoded.data))
    image.load()
    return encoded, image


def painted(rgb):
    out = rgb.copy()
    out[10:30, 20:40] = (200, 30, 60)
    return out


def same(original):
    return [page.rgb for page in original.pages]
