"""Article pages of the sample outlets: the outlet's template around the text, with all its furniture."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape

from ingest.demo.content import Language, Publication, SampleOutlet, languages, publications
from ingest.demo.place import Place, excerpt, template

RELATED = 5  # other articles a page points to
INDENT = {"zh": "　　"}  # two ideographic spaces open a paragraph


def article_page(outlet: SampleOutlet, publication: Publication, place: Place, edition: int) -> str:
    """The page of `publication` as `outlet` serves it in `edition`."""
    language = languages()[publication.language]
    text = _text(outlet, publication, place, edition) | {f"l_{name}": label for name, label in language.labels.items()}
    markup = _markup(outlet, publication, language, place, edition)
    json_ld = _json_ld(text, publication.authors)
    fields = {name: escape(value) for name, value in text.items()} | markup | {"jsonld": json_ld}
    return template(f"{outlet.template}.html").substitute(fields)


def front_page(outlet: SampleOutlet, shown: Iterable[Publication], place: Place, edition: int) -> str:
    """The home page: where the feeds are, and a list of headlines."""
    feeds = "".join(f'<link rel="alternate" href="{feed.path}">' for feed in outlet.feeds)
    headlines = "".join(f"<li>{_anchor(place.url(p.page_path(outlet)), p.version(edition).title)}</li>" for p in shown)
    return (
        f'<!doctype html><html lang="{outlet.language}"><head><meta charset="{outlet.charset}">'
        f"<title>{escape(outlet.title)}</title>{feeds}</head><body><ul>{headlines}</ul></body></html>"
    )


def _text(outlet: SampleOutlet, publication: Publication, place: Place, edition: int) -> dict[str, str]:
    version, language = publication.version(edition), languages()[publication.language]
    published = publication.published_at(place.now).astimezone(outlet.zone)
    return {
        "lang": language.code,
        "dir": language.direction,
        "charset": "gb2312" if outlet.charset == "gbk" else outlet.charset,  # as such pages are wont to say
        "site": outlet.title,
        "title": version.title,
        "summary": excerpt(version.paragraphs[0]),
        "byline": ", ".join(publication.authors),
        "section": publication.section,
        "slug": publication.slug,
        "number": str(publication.number),
        "url": place.url(publication.page_path(outlet)),
        "image": place.image_url(publication),
        "published": published.isoformat(),
        "updated": publication.updated_at(place.now, edition).astimezone(outlet.zone).isoformat(),
        "date": language.format_date(published),
        "time": published.strftime("%H:%M"),
        "year": str(published.year),
    }


def _markup(
    outlet: SampleOutlet, publication: Publication, language: Language, place: Place, edition: int
) -> dict[str, str]:
    related = [(place.url(p.page_path(outlet)), p.versions[0].title) for p in _related(outlet, publication)]
    sections = [_anchor(f"/section/{number}", name) for number, name in enumerate(outlet.nav)]
    comments = language.comments if outlet.comments else ()
    return {
        "body": "\n".join(_body(outlet, publication.version(edition).paragraphs, related)),
        "related": _list(_anchor(*link) for link in related),
        "nav": _list(sections),
        "nav_inline": " | ".join(sections),
        "tags": _list(escape(tag) for tag in publication.tags),
        "tags_inline": ", ".join(escape(tag) for tag in publication.tags or (publication.section,)),
        "comments": "".join(
            f'<div class="comment"><cite>{escape(name)}</cite><p>{escape(words)}</p></div>' for name, words in comments
        ),
    }


def _related(outlet: SampleOutlet, publication: Publication) -> tuple[Publication, ...]:
    """The next older articles of the outlet, round in a ring; of the first edition only, so that no page changes with
    its neighbours."""
    ring = [p for p in publications(outlet.name) if p.edition == 1 and p.expected == "stored"]
    start = ring.index(publication) + 1 if publication in ring else 0
    return tuple(p for p in ring[start:] + ring[:start] if p != publication)[:RELATED]


def _body(outlet: SampleOutlet, paragraphs: tuple[str, ...], related: list[tuple[str, str]]) -> Iterator[str]:
    """The paragraphs, and in their middle the outlet's line that points to another article."""
    for number, paragraph in enumerate(paragraphs):
        if outlet.read and related and number == len(paragraphs) // 2:
            yield f'<p class="inline-link"><strong>{escape(outlet.read)} {_anchor(*related[0])}</strong></p>'
        yield f"<p>{INDENT.get(outlet.language, '')}{escape(paragraph, quote=False)}</p>"


def _anchor(url: str, words: str) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>'


def _list(items: Iterable[str]) -> str:
    return "".join(f"<li>{item}</li>" for item in items)


def _json_ld(text: dict[str, str], authors: tuple[str, ...]) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": text["title"],
        "datePublished": text["published"],
        "dateModified": text["updated"],
        "author": [{"@type": "Person", "name": name} for name in authors],
        "publisher": {"@type": "Organization", "name": text["site"]},
        "mainEntityOfPage": text["url"],
        "image": text["image"],
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
