"""The scenarios and what has to come of each. Tests and the table of docs/fetching.md read the same list."""

from __future__ import annotations

from dataclasses import dataclass

from storage.model import FailureKind as Kind

DEADLINE = 2.0  # seconds, instead of 30, so that slow cases end soon
PLAIN_LIMIT = 8.0  # how long a client without a deadline is watched

WHOLE, TRUNCATED = "whole", "truncated"  # outcomes that are no failure


@dataclass(frozen=True, slots=True)
class Case:
    """`outcome`: a kind of failure, or how the body came."""

    path: str
    what: str
    outcome: Kind | str


CASES = (
    Case("/drip_headers", "headers, a byte every 0.05 s", Kind.TIMEOUT),
    Case("/drip_body", "body, a byte every 0.05 s", Kind.TIMEOUT),
    Case("/silence", "no answer at all", Kind.TIMEOUT),
    Case("/slow_redirects", "redirects after 0.5 s each", Kind.TIMEOUT),
    Case("/infinite_body", "body without end", Kind.TOO_LARGE),
    Case("/endless_video", "a video without end", Kind.WRONG_TYPE),
    Case("/infinite_chunks", "chunks without end", Kind.TOO_LARGE),
    Case("/tiny_chunks", "chunks of one byte without end", Kind.NETWORK),
    Case("/headers_20mb", "20 MB in 20,000 headers", Kind.TOO_LARGE),
    Case("/one_header_20mb", "20 MB in one header", Kind.TOO_LARGE),
    Case("/informational_200k", "200,000 answers 103 before the real one", Kind.TOO_LARGE),
    Case("/endless_trailers", "trailers without end", TRUNCATED),
    Case("/short_body", "less than Content-Length", TRUNCATED),
    Case("/long_body", "more than Content-Length", WHOLE),
    Case("/cut_chunks", "chunked body cut off", TRUNCATED),
    Case("/bad_chunks", "chunked body ending in garbage", TRUNCATED),
    Case("/cut_gzip", "gzip stream cut off, lengths right", TRUNCATED),
    Case("/cut_gzip_unframed", "gzip stream cut off, no length given", TRUNCATED),
    Case("/cut_at_once", "Content-Length, then the end", Kind.TRUNCATED),
    Case("/reset_in_body", "reset in mid-body", TRUNCATED),
    Case("/reset_at_once", "reset instead of an answer", Kind.NETWORK),
    Case("/no_answer", "closed without an answer", Kind.NETWORK),
    Case("/not_http", "SSH banner", Kind.NETWORK),
    Case("/two_lengths", "two Content-Lengths that differ", Kind.NETWORK),
    Case("/negative_length", "Content-Length: -1", Kind.NETWORK),
    Case("/announced_2gb", "announces 2 GiB", Kind.TOO_LARGE),
    Case("/status_101", "101 Switching Protocols", Kind.NETWORK),
    Case("/status_999", "status 999", Kind.NETWORK),
    Case("/bomb_gzip", "2 MiB of gzip that become 2 GiB", Kind.TOO_LARGE),
    Case("/bomb_gzip_undeclared", "the same without Content-Encoding", Kind.TOO_LARGE),
    Case("/bomb_brotli", "1.8 KiB of brotli that become 2 GiB", Kind.BAD_ENCODING),
    Case("/bomb_zstd", "64 KiB of zstd that become 2 GiB", Kind.BAD_ENCODING),
    Case("/bomb_gzip_in_gzip", "3 KiB of gzip in gzip that become 2 GiB", Kind.BAD_ENCODING),
    Case("/bomb_gzip_once_declared", "the same declared as one gzip", Kind.BAD_ENCODING),
    Case("/empty_members", "100,000 empty gzip members", Kind.BAD_ENCODING),
    Case("/gzip_claimed", "plain body declared as gzip", Kind.BAD_ENCODING),
    Case("/gzip", "gzip", WHOLE),
    Case("/x_gzip", "x-gzip", WHOLE),
    Case("/gzip_members", "two gzip members", WHOLE),
    Case("/gzip_undeclared", "gzip without Content-Encoding", WHOLE),
    Case("/deflate", "deflate with zlib header", WHOLE),
    Case("/raw_deflate", "deflate without zlib header", WHOLE),
    Case("/wrong_charset", "charset that does not fit the body", WHOLE),
    Case("/missing", "404", Kind.HTTP_4XX),
    Case("/forbidden", "403", Kind.HTTP_4XX),
    Case("/gone", "410", Kind.GONE),
    Case("/broken", "500", Kind.HTTP_5XX),
    Case("/busy", "429 with Retry-After", Kind.THROTTLED),
    Case("/down", "503 with Retry-After of 31 years", Kind.THROTTLED),
    Case("/challenge", "challenge by header", Kind.CHALLENGE),
    Case("/challenge_200", "challenge page with status 200", Kind.CHALLENGE),
    Case("/unasked_304", "304 to an unconditional request", Kind.NETWORK),
    Case("/loop", "redirects in a circle", Kind.REDIRECTS),
    Case("/endless_redirects", "redirects without end", Kind.REDIRECTS),
    Case("/chain?5", "5 redirects, then the feed", WHOLE),
    Case("/chain?6", "6 redirects, then the feed", Kind.REDIRECTS),
    Case("/redirect_nowhere", "302 without Location", Kind.REDIRECTS),
    Case("/redirect_garbage", "redirect to half an address", Kind.REDIRECTS),
    Case("/to?file:///etc/passwd", "redirect to file:", Kind.REDIRECTS),
    Case("/to?gopher://127.0.0.1:70/", "redirect to gopher:", Kind.REDIRECTS),
    Case("/to?data:text/xml,<rss/>", "redirect to data:", Kind.REDIRECTS),
)

# Addresses that only the local network has, in the forms in which they are smuggled. A server that may be asked
# (127.0.0.1 is opened for the tests) redirects to each; {port} is a server on 127.0.0.2 that must never be asked.
PRIVATE_FORMS = (
    "127.0.0.2:{port}",
    "127.2:{port}",
    "0x7f000002:{port}",
    "0x7f.0.0.2:{port}",
    "0177.0.0.2:{port}",
    "2130706434:{port}",
    "①②⑦.0.0.2:{port}",
    "127.0.0.2.:{port}",
    "0:{port}",
    "0.0.0.0:{port}",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]:{port}",
    "[::1]:{port}",
    "[::127.0.0.2]:{port}",
    "[::ffff:127.0.0.2]:{port}",
    "[::ffff:7f00:2]:{port}",
    "[64:ff9b::127.0.0.2]:{port}",
    "[64:ff9b:1::127.0.0.2]",
    "[2002:7f00:2::]",
    "[2001:0:7f00:2::]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[100::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[5f00::1]",
)
