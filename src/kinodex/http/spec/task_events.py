"""What ``/events/stream`` sends."""

from kinodex.http.spec.operation import Operation, takes
from kinodex.http.spec.schema import identifier, record, text, word

STREAM = Operation(
    answer=record(
        {},
        {"event": word("task", "task.deleted"), "id": text("For `Last-Event-ID`."), "data": text("JSON.")},
        about="Server-sent events. `task`: a task whole, as `GET /tasks/{task_id}` shows it, and "
        "`bytes_per_s` while its bytes come; first those that are unfinished, then each change. "
        "`task.deleted`: the id of one that is gone. A comment in silence every 10 s.",
    ),
    errors=(404,),
    media_type="text/event-stream",
    query=(
        takes("index_id", identifier("Only tasks of this index.")),
        takes("task_id", identifier("Only this task; the stream ends with it.")),
    ),
    details="With the header `Last-Event-ID` of an earlier stream, tasks that ended since are told, too. "
    "Of a client that is slow, states in between are left out and never the last one.",
)
