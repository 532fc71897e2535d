"""The tables of the archive."""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
