"""
The description of the HTTP API: what routes say of themselves, and the OpenAPI documents made of it.

A route says what it takes and answers by ``openapi_extra=documented(...)`` in its decorator; its summary is
its docstring, its scope and its API versions are those of its dependencies. Shapes of answers stand in the
modules beside this one, one for each noun.
"""
