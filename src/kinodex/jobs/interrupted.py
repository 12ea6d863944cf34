"""The one way in which a job ends without having ended."""


class JobInterrupted(BaseException):
    """
    This process has to let go of a job; a later start or another process goes on with it.

    Not an ``Exception``: work that handles its own errors must not take it for one of them.
    """
