"""A small newsroom of sample outlets on loopback: everything in it, towns and people included, is invented."""

from ingest.demo.growth import grow
from ingest.demo.newsroom import Newsroom
from ingest.demo.truth import TrueArticle, Truth

__all__ = ["Newsroom", "TrueArticle", "Truth", "grow"]
