"""Server-sent events, line by line."""

from kinodex.cli.event_stream import StreamEvent, read_events


def test_fields_up_to_an_empty_line_are_an_event() -> None:
    lines = [
        "retry: 2000",
        "",
        "id: 7",
        "event: task",
        "data: {",
        "data:  }",
        "",
        "",
        "id: 8",
        ": still here",
        "",
    ]
    assert list(read_events(lines)) == [
        StreamEvent(retry_s=2.0),
        StreamEvent(name="task", data="{\n }", id="7"),
        StreamEvent(id="8"),
    ]


def test_an_event_that_breaks_off_is_none() -> None:
    assert list(read_events(["event: task", "data: {}"])) == []


def test_a_pause_that_is_no_number_is_not_taken() -> None:
    assert list(read_events(["retry: soon", ""])) == [StreamEvent()]
