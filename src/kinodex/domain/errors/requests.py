"""What was asked cannot be done."""

from kinodex.domain.errors.root import KinodexError


class Refused(KinodexError):
    """What was asked cannot be done; asking again changes nothing."""


class ParameterMissing(Refused):
    """A required parameter was not sent."""

    code = "parameter_not_provided"

    def __init__(self, *names: str) -> None:
        super().__init__(f"Required and not sent: {' or '.join(names)}.")
        self.names = names


class ParameterInvalid(Refused):
    """A parameter has a value that cannot be used."""

    code = "parameter_invalid"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The parameter {name} is not valid: {reason}.")
        self.name = name
        self.reason = reason


class ContentTypeInvalid(Refused):
    """The body of the request is in a form this call does not take."""

    code = "content_type_invalid"

    def __init__(self, got: str, wanted: str) -> None:
        super().__init__(f"The body is {got or 'of no stated type'}; this call takes {wanted}.")


class NotFound(Refused):
    """No such thing, or not yours to see."""

    code = "resource_not_exist"

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"There is no {kind} {identifier}.")


class EndpointUnknown(Refused):
    """No such path."""

    code = "endpoint_not_exists"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no endpoint {path}.")


class MethodNotAllowed(Refused):
    """The path exists, the method does not."""

    code = "method_not_allowed"

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"{path} does not take {method}.")


class KeyInvalid(Refused):
    """The API key is missing or unknown."""

    code = "api_key_invalid"

    def __init__(self, reason: str = "missing or unknown") -> None:
        super().__init__(f"The API key in the header x-api-key is {reason}.")


class SignInLinkInvalid(Refused):
    """The link that signs a person in was used before, has expired or was never given out."""

    code = "sign_in_link_invalid"

    def __init__(self, life_s: float) -> None:
        super().__init__(
            f"This sign-in link was used before, is older than {life_s / 60:g} min, or was never given out. "
            "Take a new one (kinodex sign-in), or sign in with a key."
        )


class KeyForbids(Refused):
    """The API key is valid and lacks the scope."""

    code = "api_not_allowed"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key lacks the scope {scope}.")


class KeyLimited(Refused):
    """The API key reaches some indexes only, and the call is about more than those."""

    code = "api_key_limited_to_indexes"

    def __init__(self) -> None:
        super().__init__("This API key is limited to some indexes; this call is not about a single index.")


class BodyTooLarge(Refused):
    """The body of a request, other than a video, is over its limit."""

    code = "body_too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body is larger than {limit_bytes} bytes.")


class IndexNameTaken(Refused):
    """There is an index of this name already."""

    code = "index_name_already_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an index named {name!r} already.")


class IndexModelsFixed(Refused):
    """Models and options of an index are chosen when it is created."""

    code = "index_option_cannot_be_changed"

    def __init__(self) -> None:
        super().__init__("The models and options of an index cannot be changed; create another index.")


class UploadExpired(Refused):
    """The bytes of an upload came, and it was not made a task in time: they are being removed."""

    code = "upload_expired"

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"The upload was not complete within {limit_s:g} s; send it again.")


class TaskNotDeletable(Refused):
    """A task can be deleted once it ended and its video is gone."""

    code = "task_cannot_be_deleted"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The task cannot be deleted: {reason}.")


class VideoNotReady(Refused):
    """The video is not indexed yet."""

    code = "video_not_ready"

    def __init__(self, identifier: str) -> None:
        super().__init__(f"The video {identifier} is not ready.")


class SearchOptionUnsupported(Refused):
    """The index was not made for this search option."""

    code = "search_option_not_supported"

    def __init__(self, option: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"The search option {option!r} is not one of: {', '.join(allowed) or 'none'}.")


class SearchOptionsConflict(Refused):
    """Options that exclude one another."""

    code = "search_option_combination_not_supported"


class FilterInvalid(Refused):
    """The search filter cannot be read."""

    code = "search_filter_invalid"


class QueryUnreadable(Refused):
    """A query breaks the grammar of the search language."""

    code = "search_query_invalid"

    def __init__(self, column: int, reason: str) -> None:
        super().__init__(f"The query cannot be read: column {column}: {reason}.")
        self.column = column
        self.reason = reason


class PageExpired(Refused):
    """The page token has expired or was never given out."""

    code = "search_page_token_expired"

    def __init__(self) -> None:
        super().__init__("The page token is unknown or has expired; search again.")


class VideoNotInIndex(Refused):
    """The filter names a video of another index."""

    code = "search_video_not_in_same_index"

    def __init__(self, identifier: str) -> None:
        super().__init__(f"The video {identifier} is not in this index.")
