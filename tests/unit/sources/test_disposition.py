import pytest

from kinodex.sources.disposition import filename_of
from kinodex.sources.heads import Head
from kinodex.sources.urls import parse_url

FIRST = parse_url("https://a.example/watch/first.mp4?token=s3cret")
LAST = parse_url("https://b.example/blob/0a1b?x=/y.mp4")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('attachment; filename="x.mp4"', "x.mp4"),
        ("attachment; filename=x.mp4", "x.mp4"),
        ("attachment; FileName = x.mp4; size=1", "x.mp4"),
        ("attachment; filename=\"x.mp4\"; filename*=UTF-8''%E6%98%A0.mp4", "\u6620.mp4"),
        ("attachment; filename*=iso-8859-1''%FC.mp4", "\u00fc.mp4"),
        ("attachment; filename*=UTF-8''%FF.mp4", "\ufffd.mp4"),
        ('attachment; filename="a \\"b\\".mp4"', 'a "b".mp4'),
        ('attachment; filename="../../etc/x.mp4"', "x.mp4"),
        ('attachment; filename="..\\\\..\\\\evil.mp4"', "evil.mp4"),
        ("attachment; filename*=UTF-8''a%00%0D%0A%E2%80%AEb.mp4", "ab.mp4"),
        ("attachment; filename*=UTF-8''a%2Fb.mp4", "b.mp4"),
    ],
)
def test_what_the_answer_says_is_the_name(said: str, name: str) -> None:
    assert filename_of(Head(200, (("content-disposition", said),)), first=FIRST, last=LAST) == name


@pytest.mark.parametrize("letter", ["n", "\u6620"])
def test_a_long_name_keeps_its_extension(letter: str) -> None:
    head = Head(200, (("content-disposition", f'attachment; filename="{letter * 5000}.mp4"'),))
    name = filename_of(head, first=FIRST, last=LAST)

    assert name.endswith(f"{letter}.mp4")
    assert len(name.encode()) <= 255


@pytest.mark.parametrize(
    "said", ["attachment", 'inline; filename=""', 'attachment; filename="/"', "; filename=.."]
)
def test_else_the_url_with_an_extension_gives_it(said: str) -> None:
    assert filename_of(Head(200, (("content-disposition", said),)), first=FIRST, last=LAST) == "first.mp4"


def test_the_end_of_the_redirects_comes_before_the_beginning() -> None:
    last = parse_url("https://b.example/f%C3%BCr%20dich.webm?s3cret")
    assert filename_of(Head(200), first=FIRST, last=last) == "f\u00fcr dich.webm"
    assert filename_of(Head(200), first=LAST, last=LAST) == "0a1b"
