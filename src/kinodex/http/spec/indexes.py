"""What ``/indexes`` takes and answers."""

from kinodex.http.spec.operation import Example, Operation, needs, takes
from kinodex.http.spec.schema import (
    AT_MS,
    INDEX_ID,
    Shape,
    identifier,
    integer,
    listed,
    number,
    or_null,
    record,
    text,
    time,
    word,
)
from kinodex.http.wire.values import Json

_OLD = ("v1.1", "v1.2")
_OPTION = text("visual, audio, conversation, text_in_video or logo.")
_ENGINE = record(
    {"engine_name": text("Name of the engine, as it was given."), "engine_options": listed(_OPTION)}
)
_MODEL = record({"model_name": text("Name of the model, as it was given."), "model_options": listed(_OPTION)})
_BASICS: Json = {
    "_id": identifier("Id of the index."),
    "index_name": text("Its name."),
    "created_at": time("When it was made."),
    "updated_at": time("When it was changed last."),
    "video_count": integer("How many videos are ready in it."),
    "total_duration": number("How long they are together, in seconds."),
    "addons": listed(word("thumbnail")),
}
_EXPIRES: Json = {"expires_at": or_null(time("Always null: nothing expires here."))}
_ENGINES: Json = {"engines": listed(_ENGINE)}
_ENGINES_EXAMPLE: Json = {"engine_name": "marengo2.5", "engine_options": ["visual", "conversation"]}
_EXAMPLE: Json = {
    "_id": INDEX_ID,
    "index_name": "films",
    "created_at": AT_MS,
    "updated_at": AT_MS,
    "video_count": 1,
    "total_duration": 810.84,
    "addons": ["thumbnail"],
}

INDEX = Shape(
    "Index",
    record({**_BASICS, **_EXPIRES, "models": listed(_MODEL)}),
    {
        **_EXAMPLE,
        "expires_at": None,
        "models": [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}],
    },
    {
        "v1.1": (
            record({**_BASICS, "engine_id": text(), "index_options": listed(_OPTION), **_ENGINES}),
            {
                **_EXAMPLE,
                "engine_id": "marengo2.5",
                "index_options": ["visual", "conversation"],
                "engines": [_ENGINES_EXAMPLE],
            },
        ),
        "v1.2": (
            record({**_BASICS, **_EXPIRES, **_ENGINES}),
            {**_EXAMPLE, "expires_at": None, "engines": [_ENGINES_EXAMPLE]},
        ),
    },
)
CREATED = Shape("IndexCreated", record({"_id": identifier("Id of the new index.")}), {"_id": INDEX_ID})

CREATE = Operation(
    answer=CREATED,
    status=201,
    details="Models of the families marengo and pegasus are accepted and echoed unchanged: each names this "
    "server's own engines. One of `models`, `engines` and `engine_id` with `index_options` is needed.",
    body=(
        needs("index_name", text("Name of the index; no two have the same.", minLength=1, maxLength=200)),
        takes("models", listed(_MODEL, "Models and what they look at (v1.3).", **{"x-json-in-forms": True})),
        takes("engines", listed(_ENGINE, "The same in v1.2.", **{"x-json-in-forms": True})),
        takes("engine_id", text("The same in v1.1: one engine ...", default="marengo2.5")),
        takes("index_options", listed(_OPTION, "... and what it looks at.")),
        takes("addons", listed(word("thumbnail"), "Accepted; pictures are kept in any case.")),
    ),
    examples={
        "models": Example(
            {
                "index_name": "lectures",
                "models": [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}],
                "addons": ["thumbnail"],
            },
        ),
        "engines": Example(
            {
                "index_name": "lectures",
                "engines": [{"engine_name": "marengo2.6", "engine_options": ["visual", "conversation"]}],
            },
        ),
        "engine_id": Example(
            {
                "index_name": "lectures",
                "engine_id": "marengo2.5",
                "index_options": ["visual", "conversation", "text_in_video"],
            },
        ),
    },
)
RENAME = Operation(
    status=204,
    body=(needs("index_name", text("The new name.", minLength=1, maxLength=200)),),
    examples={"name": Example({"index_name": "talks"})},
)
LIST_SPECIAL = {
    "index_options": (text("Those with all these options, separated by commas."), ("v1.1",)),
    "engine_options": (text("Those with all these options, separated by commas."), ("v1.2",)),
    "model_options": (text("Those with all these options, separated by commas."), ("v1.3",)),
    "engine_family": (word("marengo", "pegasus", about="Those with a model of this family."), _OLD),
    "model_family": (word("marengo", "pegasus", about="Those with a model of this family."), ("v1.3",)),
}
