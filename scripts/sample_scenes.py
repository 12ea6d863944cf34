"""The pictures of the sample clip, painted by code: functions of the time in their shot, in [0, 1]."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 640, 360
SCALE = 2  # painted twice as large, then shrunk: smooth edges
Colour = tuple[int, int, int]
Scene = Callable[[float], Image.Image]


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    share = np.linspace(0, 1, HEIGHT * SCALE)[:, None, None]
    rows = np.array(top) * (1 - share) + np.array(bottom) * share
    return Image.fromarray(np.repeat(rows, WIDTH * SCALE, axis=1).astype(np.uint8))


def _textured(image: Image.Image, *, strength: float, seed: int, grain: int = 3) -> Image.Image:
    random = np.random.default_rng(seed)
    height, width = image.height, image.width
    coarse = random.normal(0, strength, (height // grain + 1, width // grain + 1, 1))
    noise = np.kron(coarse, np.ones((grain, grain, 1)))[:height, :width]
    return Image.fromarray(np.clip(np.asarray(image, dtype=float) + noise, 0, 255).astype(np.uint8))


def _shaded_disc(image: Image.Image, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Paint a ball lit from the upper left."""
    x, y = np.meshgrid(np.arange(image.width), np.arange(image.height))
    dx, dy = (x - centre[0]) / radius, (y - centre[1]) / radius
    inside = dx**2 + dy**2 <= 1
    depth = np.sqrt(np.clip(1 - dx**2 - dy**2, 0, 1))
    light = np.clip(0.35 + 0.75 * (-0.45 * dx - 0.55 * dy + 0.7 * depth), 0.1, 1.25)
    pixels = np.asarray(image).copy()
    shaded = np.clip(np.array(colour) * light[..., None], 0, 255)
    pixels[inside] = shaded[inside].astype(np.uint8)
    image.paste(Image.fromarray(pixels))


def wall_clock(at: float) -> Image.Image:
    """Show an analogue clock on a papered wall."""
    image = _textured(_gradient((196, 178, 150), (168, 148, 120)), strength=5, seed=1)
    draw = ImageDraw.Draw(image)
    x, y, radius = WIDTH * SCALE / 2, HEIGHT * SCALE / 2, 300
    draw.ellipse((x - radius + 18, y - radius + 22, x + radius + 18, y + radius + 22), fill=(120, 102, 80))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(70, 42, 22))
    draw.ellipse((x - radius + 30, y - radius + 30, x + radius - 30, y + radius - 30), fill=(248, 246, 238))
    numerals = ("XII", "I", "II", "III", "IIII", "V", "VI", "VII", "VIII", "IX", "X", "XI")
    font = ImageFont.load_default(size=44)
    for hour, numeral in enumerate(numerals):
        angle = hour * math.pi / 6
        draw.text((x + 205 * math.sin(angle), y - 205 * math.cos(angle)), numeral, (20, 20, 20), font, "mm")
    for minute in range(60):
        angle = minute * math.pi / 30
        inner = 245 if minute % 5 == 0 else 256
        ends = [(x + r * math.sin(angle), y - r * math.cos(angle)) for r in (inner, 264)]
        draw.line(ends, fill=(20, 20, 20), width=6 if minute % 5 == 0 else 3)
    for turns, length, width in ((10.15 / 12, 130, 16), (0.15, 195, 10), (at, 215, 4)):
        angle = turns * 2 * math.pi
        ends = [(x - 30 * math.sin(angle), y + 30 * math.cos(angle))]
        draw.line(
            [*ends, (x + length * math.sin(angle), y - length * math.cos(angle))],
            fill=(15, 15, 15),
            width=width,
        )
    draw.ellipse((x - 14, y - 14, x + 14, y + 14), fill=(15, 15, 15))
    return image


def traffic_light(at: float) -> Image.Image:
    """Show a traffic light at dusk that turns from red to green."""
    image = _textured(_gradient((64, 84, 124), (208, 150, 110)), strength=4, seed=2)
    draw = ImageDraw.Draw(image)
    for left, top, right in ((0, 420, 260), (280, 360, 430), (880, 400, 1080), (1090, 330, 1280)):
        draw.rectangle((left, top, right, HEIGHT * SCALE), fill=(46, 44, 58))
        for window in range(left + 24, right - 30, 50):
            for floor in range(top + 30, HEIGHT * SCALE - 30, 60):
                draw.rectangle((window, floor, window + 20, floor + 28), fill=(214, 186, 110))
    draw.rectangle((622, 560, 658, HEIGHT * SCALE), fill=(40, 40, 44))
    draw.rounded_rectangle((530, 60, 750, 600), 50, fill=(26, 28, 30), outline=(60, 62, 66), width=8)
    lit = 0 if at < 0.6 else 2
    colours = (((240, 40, 30), (70, 18, 16)), ((240, 180, 30), (74, 56, 16)), ((40, 230, 110), (12, 66, 34)))
    for place, (on, off) in enumerate(colours):
        y = 150 + place * 180
        draw.pieslice((550, y - 96, 730, y + 84), 180, 360, fill=(14, 14, 16))
        if place == lit:
            glow = Image.new("RGB", image.size)
            ImageDraw.Draw(glow).ellipse((500, y - 140, 780, y + 140), fill=tuple(c // 2 for c in on))
            image.paste(
                Image.fromarray(
                    np.maximum(np.asarray(image), np.asarray(glow.filter(ImageFilter.GaussianBlur(40))))
                )
            )
            draw = ImageDraw.Draw(image)
        draw.ellipse((568, y - 72, 712, y + 72), fill=on if place == lit else off)
        draw.ellipse(
            (600, y - 56, 640, y - 30), fill=tuple(min(255, c + 60) for c in (on if place == lit else off))
        )
    return image


def balloons(at: float) -> Image.Image:
    """Show hot-air balloons over hills."""
    image = _textured(_gradient((92, 160, 228), (206, 228, 244)), strength=2, seed=3)
    draw = ImageDraw.Draw(image)
    hills = [
        (x, 640 - 40 * math.sin(x / 170) - 20 * math.sin(x / 61)) for x in range(0, WIDTH * SCALE + 20, 20)
    ]
    draw.polygon([(0, 720), *hills, (WIDTH * SCALE, 720)], fill=(70, 118, 62))
    for x, y, size, colours in (
        (470 + 30 * at, 300 - 50 * at, 210, ((214, 40, 40), (248, 214, 60))),
        (940 - 20 * at, 230 - 30 * at, 120, ((40, 90, 190), (240, 240, 240))),
        (160 + 10 * at, 180 - 20 * at, 70, ((240, 120, 30), (120, 40, 140))),
    ):
        _balloon(image, x, y, size, colours)
    return image


def _balloon(image: Image.Image, x: float, y: float, size: float, colours: tuple[Colour, Colour]) -> None:
    layer = image.copy()
    draw = ImageDraw.Draw(layer)
    outline = []
    for step in range(101):
        angle = -math.pi / 2 + math.pi * step / 100
        width = math.cos(angle) * (1 if angle < 0.2 else max(0.16, 1 - (angle - 0.2) * 0.62))
        outline.append((width, math.sin(angle) * (1.0 if angle < 0 else 1.35)))
    for stripe in range(10):
        low, high = math.cos(math.pi * stripe / 10), math.cos(math.pi * (stripe + 1) / 10)
        left = [(x + size * w * low, y + size * v) for w, v in outline]
        right = [(x + size * w * high, y + size * v) for w, v in reversed(outline)]
        shade = 0.72 + 0.4 * math.sin(math.pi * (stripe + 0.5) / 10)
        colour = tuple(min(255, int(c * shade)) for c in colours[stripe % 2])
        draw.polygon(left + right, fill=colour)
    bottom, basket = y + size * 1.35, y + size * 1.75
    for side in (-1, 1):
        draw.line(
            (x + side * size * 0.14, bottom, x + side * size * 0.13, basket), fill=(60, 44, 30), width=3
        )
    draw.rectangle((x - size * 0.16, basket, x + size * 0.16, basket + size * 0.24), fill=(116, 76, 38))
    image.paste(layer)


def football(at: float) -> Image.Image:
    """Show a black and white football that rolls over grass."""
    image = _textured(_gradient((84, 150, 58), (52, 112, 36)), strength=26, seed=4, grain=2)
    draw = ImageDraw.Draw(image)
    x, y, radius = 560 + 160 * at, 370, 230
    shadow = Image.new("L", image.size, 0)
    ImageDraw.Draw(shadow).ellipse((x - 210, y + 150, x + 290, y + 270), fill=150)
    image.paste((20, 44, 14), mask=shadow.filter(ImageFilter.GaussianBlur(16)))
    _shaded_disc(image, (x, y), radius, (250, 250, 250))
    draw = ImageDraw.Draw(image)
    _patches(draw, x, y, radius, turn=at * 1.2)
    return image


def _patches(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, *, turn: float) -> None:
    """Paint the twelve pentagons of a football: the corners of an icosahedron."""
    golden = (1 + 5**0.5) / 2
    corners = [
        np.array(each) / math.hypot(1, golden)
        for a in (-1, 1)
        for b in (-golden, golden)
        for each in ((0, a, b), (a, b, 0), (b, 0, a))
    ]
    spin = np.array([[math.cos(turn), 0, math.sin(turn)], [0, 1, 0], [-math.sin(turn), 0, math.cos(turn)]])
    tilt = np.array([[1, 0, 0], [0, math.cos(0.5), -math.sin(0.5)], [0, math.sin(0.5), math.cos(0.5)]])
    turned = [tilt @ spin @ corner for corner in corners]
    for one in turned:
        for two in turned:
            if 0.1 < np.linalg.norm(one - two) < 1.1 and one[2] > 0 and two[2] > -0.1:
                path = [(one * (1 - t) + two * t) for t in np.linspace(0.3, 0.7, 9)]
                points = [
                    (x + radius * p[0] / np.linalg.norm(p), y + radius * p[1] / np.linalg.norm(p))
                    for p in path
                ]
                draw.line(points, fill=(60, 60, 60), width=5)
    for one in turned:
        if one[2] < 0.05:
            continue
        near = sorted(turned, key=lambda other: float(np.linalg.norm(one - other)))[1:6]
        points = [(one * 0.68 + other * 0.32) for other in near]
        points = [p / np.linalg.norm(p) for p in points]
        across = np.cross(one, [0.3, 0.5, 0.8])
        across = across / np.linalg.norm(across)
        up = np.cross(one, across)
        points.sort(key=lambda p: math.atan2(float(p @ up), float(p @ across)))
        draw.polygon([(x + radius * p[0], y + radius * p[1]) for p in points], fill=(22, 22, 24))


def candle(at: float) -> Image.Image:
    """Show a burning candle in the dark."""
    image = _gradient((22, 14, 12), (44, 26, 16))
    flicker = math.sin(at * 40) * 6
    glow = Image.new("RGB", image.size)
    ImageDraw.Draw(glow).ellipse((340, 20, 940, 560), fill=(190, 110, 40))
    image = Image.fromarray(
        np.maximum(np.asarray(image), np.asarray(glow.filter(ImageFilter.GaussianBlur(110))))
    )
    draw = ImageDraw.Draw(image)
    draw.ellipse((430, 640, 850, 716), fill=(90, 66, 30))
    for x in range(560, 720):
        light = 0.55 + 0.45 * math.sin(math.pi * (x - 560) / 160)
        draw.line((x, 350, x, 676), fill=(int(240 * light), int(226 * light), int(190 * light)))
    draw.ellipse((560, 332, 720, 372), fill=(250, 226, 160))
    draw.line((640, 350, 640 + flicker / 3, 306), fill=(30, 20, 16), width=7)
    for grow, colour in ((1.0, (255, 150, 30)), (0.72, (255, 208, 90)), (0.45, (255, 246, 214))):
        width, height = 44 * grow, 160 * grow
        points = [
            (640 + flicker * k + width * math.sin(math.pi * k) * (1 - k * 0.35) * side, 322 - height * k)
            for side in (1, -1)
            for k in (np.linspace(0, 1, 30) if side == 1 else np.linspace(1, 0, 30))
        ]
        draw.polygon(points, fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1.2))


def sailing_boat(at: float) -> Image.Image:
    """Show a sailing boat on the sea."""
    image = _textured(_gradient((120, 180, 230), (224, 238, 246)), strength=2, seed=6)
    draw = ImageDraw.Draw(image)
    random = np.random.default_rng(8)
    for y in range(430, 720, 3):
        share = (y - 430) / 290
        draw.line(
            (0, y, 1280, y),
            fill=(int(50 - 26 * share), int(112 - 50 * share), int(160 - 56 * share)),
            width=3,
        )
    for _ in range(420):
        x, y = random.integers(0, 1280), random.integers(436, 718)
        length = 10 + (y - 430) / 6
        draw.line((x + 30 * at, y, x + 30 * at + length, y), fill=(126, 176, 206), width=2)
    x, y = 560 + 130 * at, 560 + 6 * math.sin(at * 12)
    draw.polygon(
        [(x - 200, y - 50), (x + 230, y - 62), (x + 150, y + 26), (x - 150, y + 26)], fill=(246, 246, 248)
    )
    draw.polygon(
        [(x - 178, y - 10), (x + 190, y - 14), (x + 150, y + 26), (x - 150, y + 26)], fill=(150, 30, 34)
    )
    draw.line((x + 10, y - 52, x + 10, y - 500), fill=(110, 84, 56), width=9)
    draw.polygon([(x + 2, y - 490), (x + 2, y - 84), (x - 190, y - 84)], fill=(250, 250, 246))
    draw.polygon([(x + 22, y - 470), (x + 22, y - 84), (x + 214, y - 92)], fill=(232, 234, 236))
    draw.polygon(
        [(x - 150, y + 30), (x + 150, y + 30), (x + 40, y + 130), (x - 60, y + 130)], fill=(70, 110, 140)
    )
    return image


def umbrella(at: float) -> Image.Image:
    """Show a red umbrella in the rain."""
    image = _textured(_gradient((126, 134, 146), (92, 98, 108)), strength=4, seed=9)
    draw = ImageDraw.Draw(image)
    x, y, size = 640, 400, 360
    draw.line((x, y - 300, x, 660), fill=(40, 34, 30), width=12)
    draw.arc((x - 70, 610, x + 6, 700), 0, 180, fill=(40, 34, 30), width=12)
    edges = [-1, -0.72, -0.26, 0.26, 0.72, 1]
    for place in range(5):
        low, high = edges[place], edges[place + 1]
        rim = [
            (x + size * (low + (high - low) * t), y - 46 * math.sin(math.pi * t))
            for t in np.linspace(0, 1, 20)
        ]
        curve_left = [
            (x + size * low * math.sin(t), y - 300 * math.cos(t)) for t in np.linspace(math.pi / 2, 0, 20)
        ]
        curve_right = [
            (x + size * high * math.sin(t), y - 300 * math.cos(t)) for t in np.linspace(0, math.pi / 2, 20)
        ]
        shade = (0.7, 0.86, 1.0, 0.88, 0.66)[place]
        draw.polygon(
            curve_left + curve_right + rim[::-1], fill=(int(214 * shade), int(30 * shade), int(44 * shade))
        )
    random = np.random.default_rng(10)
    for _ in range(260):
        px, py = random.integers(0, 1300), random.integers(-60, 720)
        py = (py + 700 * at) % 760 - 30
        draw.line((px, py, px - 8, py + 34), fill=(176, 186, 198), width=2)
    return image


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (wall_clock, traffic_light, balloons, football, candle, sailing_boat, umbrella)
}


def paint(scene: Scene, at: float) -> Image.Image:
    """Return a scene at clip size."""
    return scene(at).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
