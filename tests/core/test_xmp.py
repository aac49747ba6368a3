import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.xmp import clean_xmp

HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
XMP = (
    HEAD
    + """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:toy="http://example.org/toy/" toy:preview="/9j/HERE" toy:link="a/9j/b"
 xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:GImage="http://ns.google.com/photos/1.0/image/"
 xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmp:Rating="4" tiff:Orientation="6" GImage:Data="ORIGINAL"
 xmpNote:HasExtendedXMP="ABC"><dc:title>Grüße</dc:title>
<xmp:Thumbnails><rdf:Alt><rdf:li xmpGImg:image="THUMB"/></rdf:Alt></xmp:Thumbnails>
<mwg-rs:Regions><rdf:Bag><rdf:li mwg-rs:Name="Ada"/></rdf:Bag></mwg-rs:Regions>
<toy:preview>
 /9j/THERE</toy:preview>
<tiff:Orientation>8</tiff:Orientation></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
)


def test_thumbnails_second_pictures_and_names_are_gone_and_the_rest_stays():
    cleaned = clean_xmp(XMP.encode()).decode()
    for word in ("THUMB", "ORIGINAL", "Ada", "ABC", "HERE", "THERE"):
        assert word not in cleaned
    for text in (
        'xmp:Rating="4"',
        'toy:link="a/9j/b"',
        "<dc:title>Grüße</dc:title>",
        'tiff:Orientation="1"',
        ">1</tiff:Orientation>",
    ):
        assert text in cleaned
    assert cleaned.startswith("<?xpacket begin") and cleaned.endswith('<?xpacket end="w"?>')
    assert clean_xmp(cleaned.encode()) == cleaned.encode()


@pytest.mark.parametrize(
    "data",
    [b"", b"<a>" * 9000 + b"</a>" * 9000,
     b"no xml", b"<a>", b"\xff\xfe<", b'<?xml version="1.0" encoding="none"?><a/>',
     b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
)  # fmt: skip
def test_what_is_damaged_is_refused(data):
    assert clean_xmp(data) is None


@given(st.binary(max_size=80))
def test_any_bytes_are_cleaned_or_refused(data):
    for packet in (data, b"<a>" + data + b"</a>"):
        cleaned = clean_xmp(packet)
        assert cleaned is None or clean_xmp(cleaned) == cleaned


def test_padding_behind_it_is_no_damage():
    assert clean_xmp(b"<a/>" + bytes(20)) == b"<a/>"
