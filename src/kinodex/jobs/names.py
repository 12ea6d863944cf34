"""Names under which DBOS knows us, in the database: changing one strands jobs."""

APPLICATION = "kinodex"
APPLICATION_VERSION = "1"
"""Never the hash of the code, which is the default: an upgrade would strand the jobs under way."""

QUEUE = "indexing"
RECEIVING = "receiving"
"""Assets: they wait for one another, and not for videos that are being indexed."""
WORKFLOW = "index_video"
POLLING_S = 0.25

ENQUEUED = "ENQUEUED"
PENDING = "PENDING"
WAITING = (ENQUEUED, PENDING)
CANCELLED = "CANCELLED"
SPENT = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
ENDED = ("SUCCESS", "ERROR", CANCELLED, SPENT)
"""States of a workflow."""
