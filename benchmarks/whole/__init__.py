"""The whole path measured: `ingest once` beside other programs, on the same made-up outlets on loopback.

python -m benchmarks.whole --help
"""
