"""Imported before worker processes are forked: the rules of lines and the folding of letters, for which the first text of
each process would take .2 s of CPU.
"""

from ingest.duplicates import fingerprint
from ingest.pages.feedtext import article_from_entry

_TEXT = article_from_entry(content_html="<p>The café’s owner will ask the council next week.</p>", language="en").text
fingerprint(_TEXT, language="en")
