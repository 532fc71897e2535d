"""The archive: what outlets published, deduplicated, in one SQLite file.

Importing this package loads no database library; `Archive` does, when it is first touched.
"""
