"""Imported before worker processes are forked, so that they have what the first page of a process would wait for.

The language model and the extraction's own caches take 1.4 s of CPU, on a busy machine more than a job's whole time.
"""

from contextlib import suppress

from ingest.pages import extract_article

_SENTENCE = (
    b"<p>The committee will publish its report on the bridge next week, and the council will then vote on it.</p>"
)
_PAGE = b"<html><body><article><h1>A page</h1>" + 6 * _SENTENCE + b"</article></body></html>"

with suppress(OSError):  # the model is unpacked into a temporary file: on a full disk each job says so for itself
    extract_article(_PAGE, url="https://example.org/a")
