"""Languages a caller may name."""

_CODES = (
    "af afr, am amh, ar ara, az aze, be bel, bg bul, bn ben, bs bos, ca cat, cs ces cze, "
    "cy cym wel, da dan, de deu ger, el ell gre, en eng, eo epo, es spa, et est, eu eus baq, "
    "fa fas per, fi fin, fr fra fre, ga gle, gl glg, gu guj, he heb, hi hin, hr hrv, hu hun, "
    "hy hye arm, id ind, is isl ice, it ita, ja jpn, jv jav, ka kat geo, kk kaz, km khm, kn kan, "
    "ko kor, la lat, lb ltz, lo lao, lt lit, lv lav, mg mlg, mi mri mao, mk mkd mac, ml mal, "
    "mn mon, mr mar, ms msa may, mt mlt, my mya bur, nb nob, ne nep, nl nld dut, nn nno, no nor, "
    "pa pan, pl pol, ps pus, pt por, ro ron rum, ru rus, si sin, sk slk slo, sl slv, sn sna, "
    "so som, sq sqi alb, sr srp, su sun, sv swe, sw swa, ta tam, te tel, tg tgk, th tha, tk tuk, "
    "tl tgl, tr tur, tt tat, uk ukr, ur urd, uz uzb, vi vie, yo yor, zh zho chi"
)
"""Each language by its code of ISO 639-1, then by those of ISO 639-2, the terminological one first."""

_NAMES = {code: names[0] for names in (each.split() for each in _CODES.split(", ")) for code in names}

LANGUAGES = frozenset(_NAMES.values())
"""ISO 639-1 codes of languages; which of them are understood, ``/capabilities`` says."""


def language_of(tag: str) -> str | None:
    """Return the ISO 639-1 code of a tag such as ``ger``, ``de`` or ``de-AT``; ``None`` if it names none."""
    return _NAMES.get(tag.lower().replace("_", "-").partition("-")[0])
