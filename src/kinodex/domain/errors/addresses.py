"""The address of a video is not acceptable."""

from kinodex.domain.errors.requests import Refused

_LONGEST_BUCKET = 63


class UrlRefused(Refused):
    """The address of the video is not acceptable."""

    code = "url_invalid"


class UrlInvalid(UrlRefused):
    """Not a URL in the strict sense."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The URL is not valid: {reason}.")


class UrlSchemeNotAllowed(UrlRefused):
    """Neither http nor https."""

    code = "url_scheme_not_allowed"

    def __init__(self, scheme: str) -> None:
        hint = ""
        if scheme == "file":
            hint = " Send a file of your own with: kinodex index add FILE."
        super().__init__(f"The URL has the scheme {scheme!r}; http and https are allowed.{hint}")


class UrlPortNotAllowed(UrlRefused):
    """A port where no video is served."""

    code = "url_port_not_allowed"

    def __init__(self, port: int) -> None:
        super().__init__(f"The URL has the port {port}, which is not allowed.")


class UrlCredentialsNotAllowed(UrlRefused):
    """A user name or password in the URL."""

    code = "url_credentials_not_allowed"

    def __init__(self) -> None:
        super().__init__("The URL holds a user name or password, which is not allowed.")


class UrlAddressNotAllowed(UrlRefused):
    """The host is or leads to an address that is not public. The address itself is never told."""

    code = "url_address_not_allowed"

    def __init__(self, host: str, *, setting: str = "KINODEX_FETCH_ALLOW") -> None:
        super().__init__(
            f"The host {host} does not lead to a public address. "
            f"An administrator can allow it with {setting}."
        )
        self.host = host


class UrlBucketNotAllowed(UrlRefused):
    """A bucket that is not one of those videos are fetched from."""

    code = "url_bucket_not_allowed"

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"No videos are fetched from the bucket {bucket[:_LONGEST_BUCKET]!r}. "
            "An administrator can allow it with KINODEX_FETCH_S3_BUCKETS."
        )


class UrlHostUnsupported(UrlRefused):
    """A page of a video host instead of a media file."""

    code = "external_video_domain_unsupported"

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} serves pages, not media files; give the direct link to the video file.")
