"""
Solids as the viewer sees them, along rays of light.

A ray walks as far as the nearest solid is away until it touches one (sphere tracing: Hart 1996, "Sphere
tracing: a geometric method for the antialiased ray tracing of implicit surfaces"); one sun with soft
shadows, light from the sky where a place is open to it, haze, and a film-like curve at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sample_maker.arrays import Array, Distance, Paint, row, unit

_STEPS = 150
_TOUCH_M = 0.0015
_FAR_M = 120.0
_SHADOW_STEPS = 40
# Four corners of a tetrahedron stand for the six differences of a gradient.
_CORNERS = row(1, -1, -1, -1, -1, 1, -1, 1, -1, 1, 1, 1).reshape(4, 3)

Picture: TypeAlias = npt.NDArray[np.uint8]
Numbers: TypeAlias = npt.NDArray[np.intp]
Triple: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Solid:
    """
    A thing in a scene.

    Attributes:
        shape: Where it is.
        paint: The colours of its surface.
        gloss: Strength of the highlight.
        glow: Share of the colour that shines by itself.
    """

    shape: Distance
    paint: Paint
    gloss: float = 0.1
    glow: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """
    Solids, what stands behind them, where viewer and light are.

    Attributes:
        backdrop: Colours by direction.
        sun: Direction of the sun.
        view: Half the width seen, at distance 1.
        haze_m: Distance at which about two thirds of a colour are lost in the backdrop.
    """

    solids: Sequence[Solid]
    backdrop: Paint
    eye: Triple
    target: Triple
    sun: Triple
    sunlight: Triple = (1.0, 0.95, 0.85)
    ambient: Triple = (0.35, 0.42, 0.55)
    view: float = 0.6
    haze_m: float = 400.0


def render(scene: Scene, width_px: int, height_px: int) -> Picture:
    """Return the picture: RGB, shape (height, width, 3)."""
    eye, rays = row(*scene.eye), _rays(scene, width_px, height_px)
    way, which = _walk(scene, np.broadcast_to(eye, rays.shape), rays)
    colours = np.array(scene.backdrop(rays), dtype=np.float32)
    touched = which >= 0
    lit = _light(scene, eye + rays[touched] * way[touched, None], rays[touched], which=which[touched])
    clear = np.exp(-way[touched, None] / scene.haze_m)
    colours[touched] = lit * clear + colours[touched] * (1 - clear)
    return _develop(colours).reshape(height_px, width_px, 3)


def _develop(colours: Array) -> Picture:
    tone = np.clip(colours, 0, None)
    tone = tone * (1 + tone / 6) / (1 + tone * 0.55)  # highlights roll off as on film
    picture: Picture = (np.clip(tone, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
    return picture


def _rays(scene: Scene, width_px: int, height_px: int) -> Array:
    forward = unit(row(*scene.target) - row(*scene.eye))
    right = unit(np.cross(row(0, 1, 0), forward))
    across = np.linspace(-1, 1, width_px, dtype=np.float32) * scene.view
    down = np.linspace(1, -1, height_px, dtype=np.float32) * scene.view * height_px / width_px
    grid = across[None, :, None] * right + down[:, None, None] * np.cross(forward, right) + forward
    return unit(grid.reshape(-1, 3)).astype(np.float32)


def _nearest(scene: Scene, points: Array) -> tuple[Array, Numbers]:
    gaps = np.stack([solid.shape(points) for solid in scene.solids])
    which = gaps.argmin(axis=0)
    return gaps[which, np.arange(len(points))], which


def _walk(scene: Scene, starts: Array, rays: Array) -> tuple[Array, Numbers]:
    """Return how far each ray goes, and the solid it touches; -1 for none."""
    way = np.zeros(len(rays), dtype=np.float32)
    touched = np.full(len(rays), -1, dtype=np.intp)
    walking = np.arange(len(rays))
    for step in range(_STEPS):
        gap, which = _nearest(scene, starts[walking] + rays[walking] * way[walking, None])
        # A ray that still creeps along a surface at the end has touched it.
        near_m = _TOUCH_M * (1 + way[walking] / 8) if step < _STEPS - 1 else 0.5
        arrived = gap < near_m
        touched[walking[arrived]] = which[arrived]
        way[walking] += np.where(arrived, 0, gap * 0.9)
        walking = walking[~arrived & (way[walking] < _FAR_M)]
    return way, touched


def _light(scene: Scene, points: Array, rays: Array, *, which: Numbers) -> Array:
    normals, sun = _normals(scene, points), unit(row(*scene.sun))
    facing = np.clip(normals @ sun, 0, None) * _sunlit(scene, points + normals * 0.02, sun)
    mirrored = np.clip((unit(sun - rays) * normals).sum(axis=1), 0, 1) ** 40 * facing
    sky = (0.55 + 0.45 * normals[:, 1:2]) * _openness(scene, points, normals)
    light = facing[:, None] * row(*scene.sunlight) * 2.2 + sky * row(*scene.ambient)
    colours = np.empty_like(points)
    for number, solid in enumerate(scene.solids):
        mine = which == number
        colours[mine] = solid.paint(points[mine]) * (light[mine] * (1 - solid.glow) + 2.2 * solid.glow)
        colours[mine] += mirrored[mine, None] * solid.gloss * 3
    return colours


def _normals(scene: Scene, points: Array) -> Array:
    gaps = [_nearest(scene, points + corner * 0.002)[0] for corner in _CORNERS]
    return unit(np.stack(gaps, axis=1) @ _CORNERS)


def _sunlit(scene: Scene, points: Array, sun: Array) -> Array:
    """Return 1 in the sun, 0 in shadow, with soft edges."""
    light = np.ones(len(points), dtype=np.float32)
    way = np.full(len(points), 0.02, dtype=np.float32)
    for _ in range(_SHADOW_STEPS):
        gap, _ = _nearest(scene, points + sun * way[:, None])
        light = np.minimum(light, np.clip(10 * gap / way, 0, 1))
        way += np.clip(gap, 0.02, 1.5)
    return light


def _openness(scene: Scene, points: Array, normals: Array) -> Array:
    """Return how much of the sky each place sees, shape (n, 1)."""
    reaches_m = (0.03, 0.1, 0.3)
    gaps = [_nearest(scene, points + normals * reach_m)[0] / reach_m for reach_m in reaches_m]
    hidden = sum(np.clip(1 - gap, 0, None) for gap in gaps) / len(reaches_m)
    return np.clip(1 - hidden, 0.15, 1)[:, None]
