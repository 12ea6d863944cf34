"""Search: from a request to pages of explained moments."""
# The body follows with retrieval; the signatures below are fixed.

from kinodex.usecases.search_request import SearchPage, SearchRequest


class Search:
    """Finds moments."""

    def search(self, request: SearchRequest, *, owner: str) -> SearchPage:
        """
        Search and return the first page; further pages are frozen with it.

        Args:
            request: What to look for.
            owner: Id of the key that asks; only it can turn the pages.

        Raises:
            NotFound: No such index.
            ParameterMissing: Neither text nor picture, or no option.
            ParameterInvalid: A value outside its range.
            SearchOptionUnsupported: An option the index does not have.
            SearchOptionsConflict: Options that exclude one another.
            FilterInvalid: A filter that cannot be read.
            VideoNotInIndex: The filter names a video of another index.
            EngineNotReady: Weights are missing.
        """
        raise NotImplementedError

    def page(self, token: str, *, owner: str) -> SearchPage:
        """
        Return a further page of an earlier search.

        Raises:
            PageExpired: Unknown, expired, or another key's.
        """
        raise NotImplementedError
