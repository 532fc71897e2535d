"""The type of an open transaction, by the archive's own name: who writes need not know what stands behind it.

For annotations alone (`if TYPE_CHECKING:`); at run time there is nothing here, so importing it loads no SQLAlchemy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection as Transaction

    __all__ = ["Transaction"]
