"""From a feed address to an article ready to be kept."""

__version__ = "0.1.0"
