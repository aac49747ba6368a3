"""XMP, cleaned: thumbnails, second pictures, and who is where in the picture go; everything else stays."""

from xml.dom import minidom
from xml.parsers.expat import ExpatError

_GONE = frozenset((
    "http://ns.adobe.com/xap/1.0/g/img/",  # thumbnails
    "http://ns.adobe.com/xmp/note/",  # points to a second part of the XMP, which is not kept
    "http://ns.adobe.com/hdr-gain-map/1.0/",  # describe pictures that are not kept
    "http://ns.google.com/photos/1.0/camera/",
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.google.com/photos/1.0/container/item/",
    "http://ns.google.com/photos/1.0/image/",  # the picture before it was edited
    "http://ns.google.com/photos/1.0/depthmap/",
    "http://ns.google.com/photos/dd/1.0/device/",
    "http://www.metadataworkinggroup.com/schemas/regions/",  # faces with their names
    "http://ns.microsoft.com/photo/1.2/",
    "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "http://ns.microsoft.com/photo/1.2/t/Region#",
    "http://ns.apple.com/faceinfo/1.0/",
))  # fmt: skip
"""namespaces of which nothing is kept"""
_GONE_NAMES = frozenset((
    ("http://ns.adobe.com/xap/1.0/", "Thumbnails"),
    ("http://ns.adobe.com/xap/1.0/", "PageInfo"),
    ("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "PersonInImage"),
    ("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "PersonInImageWDetails"),
    ("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "ImageRegion"),
))  # fmt: skip
_JPEG = "/9j/"
"""what every JPEG begins with when it is written as text (base64)"""
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_DECLARATION = "http://www.w3.org/2000/xmlns/"


def clean_xmp(data: bytes) -> bytes | None:
    """XMP without pictures and without marked persons, for upright pixels; None if it is damaged.

    A declaration of entities, by which a small file can unfold to gigabytes, counts as damage.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None
    try:
        document = minidom.parseString(data.rstrip(b"\x00"))
        for node in document.childNodes:
            if isinstance(node, minidom.Element):
                _clean(node, document)
        return b"".join(node.toxml("utf-8") for node in document.childNodes)
    except (ExpatError, ValueError, LookupError):  # the latter two: an encoding that is none
        return None
    except RecursionError:  # elements within elements without end
        return None


def _clean(element: minidom.Element, document: minidom.Document) -> None:
    for child in list(element.childNodes):
        if not isinstance(child, minidom.Element):
            continue
        if _is_gone(child):
            element.removeChild(child)
        elif (child.namespaceURI, child.localName) == (_TIFF, "Orientation"):
            child.childNodes[:] = [document.createTextNode("1")]
        else:
            _clean(child, document)
    for attribute in list(element.attributes.values()):
        if _is_gone(attribute):
            element.removeAttributeNode(attribute)
        elif (attribute.namespaceURI, attribute.localName) == (_TIFF, "Orientation"):
            attribute.value = "1"


def _is_gone(node: minidom.Node) -> bool:
    name = node.namespaceURI, node.localName
    if name[0] == _DECLARATION:
        return False
    text = node.firstChild.data if isinstance(node.firstChild, minidom.Text) else ""  # an attribute's, too
    return name[0] in _GONE or name in _GONE_NAMES or text.lstrip().startswith(_JPEG)
