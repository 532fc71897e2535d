"""Imported first by the process that worker processes are forked from: what they print goes nowhere.

Results and failures come back as values. What is left to print is Python's own: a traceback of a worker that was still
starting when the run ended. And a worker that outlives a killed run must not hold its output open: whoever reads
`ingest once --json` through a pipe would wait for it.
"""

import atexit
import gc
import os

gc.disable()  # what is imported stays; a worker has it on again
atexit.register(gc.freeze)  # nor is there a search for cycles at the end

_nowhere = os.open(os.devnull, os.O_WRONLY)
for _stream in (1, 2):
    os.dup2(_nowhere, _stream)
os.close(_nowhere)
