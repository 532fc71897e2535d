"""The elements of usual feeds, by what feedparser makes of them: tables for `ingest.feeds.quickxml`.

Names are feedparser's: lower case, with the usual prefix of their namespace (`media_content`), none for RSS and Atom.
"""

from __future__ import annotations

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS10 = "http://purl.org/rss/1.0/"
ATOM10 = "http://www.w3.org/2005/atom"
USERLAND = "backend.userland.com/rss"  # whatever follows
NETSCAPE = "http://my.netscape.com/rdf/simple/0.9/"

# Namespaces by lower-case address, as feedparser abbreviates them; elements of others go by their document's prefix.
PREFIXES = {
    "": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    RSS10: "",
    NETSCAPE: "",
    "http://example.com/newformat#": "",
    "http://example.com/necho": "",
    "http://purl.org/echo/": "",
    "uri/of/echo/namespace#": "",
    "http://purl.org/pie/": "",
    "http://purl.org/atom/ns#": "",
    ATOM10: "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    RDF: "rdf",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.w3.org/1999/xhtml": "xhtml",
}

STANDARD = frozenset(PREFIXES.values())

PLAIN, HTML, XHTML = "text/plain", "text/html", "application/xhtml+xml"
TYPES = {"text": PLAIN, "plain": PLAIN, PLAIN: PLAIN, "html": HTML, HTML: HTML, "xhtml": XHTML, XHTML: XHTML}

# Read by feedparser in ways of their own, into keys that nobody takes. No elements may stand in them.
IGNORED = frozenset(
    """
    generator rights copyright subtitle tagline info expirationdate webmaster dc_contributor dc_publisher dc_rights
    dcterms_valid feedburner_browserfriendly itunes_block itunes_explicit itunes_subtitle media_credit media_license
    media_player media_rating media_restriction creativecommons_license
    """.split()  # noqa: SIM905  (a table, to be read as one)
)
PERSON = frozenset(("name", "uri", "url", "email", "gd_image"))
# The same, with what may stand in them.
IGNORED_GROUPS = {
    "contributor": PERSON,
    "itunes_owner": frozenset(("itunes_name", "itunes_email")),
    "items": frozenset(("rdf_seq", "rdf_li")),
}
# With a title of their own, which is neither the feed's nor the entry's.
OF_ITS_OWN = {
    "image": frozenset(("title", "link", "url", "width", "height", "description")),
    "textinput": frozenset(("title", "link", "name", "description")),
    "source": PERSON | frozenset("title id link updated subtitle rights icon logo generator author category".split()),  # noqa: SIM905
}
TAKEN = frozenset(("ttl", "sy_updateperiod", "sy_updatefrequency", "feedburner_origlink"))
# What feedparser makes of these is its own affair: it reads them in ways of their own, or into keys that we take.
DECLINED = frozenset(
    """
    abstract authors body channel cloud contributors date email entries entry feed fullitem geom height href homepage
    image item items links media_title_detail name newlocation rss summary_detail tags title_detail uri url where width
    xhtml_body
    """.split()  # noqa: SIM905
)
DATES = {
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "dcterms_issued": "published",
    "created": "created",
    "dcterms_created": "created",
    "updated": "updated",
    "modified": "updated",
    "lastbuilddate": "updated",
    "dc_date": "updated",
    "dcterms_modified": "updated",
}
RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
ITUNES = "http://www.itunes.com/"
MEDIA_CATEGORIES = "http://search.yahoo.com/mrss/category_schema"
