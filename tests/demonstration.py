"""The demonstration, read once for all tests of a process that only look at it."""

from ivr.book.book import Book, read_book
from tests.conftest import CHECKOUT

BOOK: Book = read_book(CHECKOUT)
