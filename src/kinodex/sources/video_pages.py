"""Sites whose addresses are pages with a player, not media files."""

from collections.abc import Mapping

_PAGES: Mapping[str, tuple[str, ...]] = {
    "b23.tv": (),
    "bilibili.com": (),
    "dai.ly": (),
    "dailymotion.com": (),
    "facebook.com": (),
    "fb.watch": (),
    "instagram.com": (),
    "loom.com": (),
    "nicovideo.jp": (),
    "rumble.com": (),
    "tiktok.com": (),
    "twitch.tv": (),
    "twitter.com": (),
    "vimeo.com": ("/external/", "/progressive_redirect/"),  # direct links of player.vimeo.com
    "vk.com": (),
    "x.com": (),
    "youtu.be": (),
    "youtube-nocookie.com": (),
    "youtube.com": (),
}
"""Site: the beginnings of paths under which it does serve files."""

_FRONTS = ("www", "m", "mobile", "web", "player", "music", "gaming", "tv", "vm", "vt", "clips", "geo")
"""First labels under which a site shows pages; other names below it are often its file servers."""


def is_video_page(host: str, path: str) -> bool:
    """Return whether an address is one of a page around a video."""
    site = host
    first, _, rest = host.partition(".")
    if site not in _PAGES and first in _FRONTS:
        site = rest
    files = _PAGES.get(site)
    return files is not None and not path.startswith(files or ("\0",))
