"""Reading: texts to answer spans."""

from qa.read.decode import Span
from qa.read.reader import PACKAGED_READER, Reader, load_reader

__all__ = ["PACKAGED_READER", "Reader", "Span", "load_reader"]
