"""Which feeds a command means by `--outlet` and `--feed`."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.config.problems import ConfigError, Problem, quote, suggestion
from ingest.config.repetitions import spelling
from ingest.config.settings import FeedSettings, OutletSettings, Settings

Selected = tuple[tuple[OutletSettings, FeedSettings], ...]


def select_feeds(settings: Settings, outlets: Iterable[str] = (), feeds: Iterable[str] = ()) -> Selected:
    """The enabled feeds of the named outlets, and the named feeds, in the file's order; all when nothing is named.

    `ConfigError` names each name and address that means nothing, with what is near it.
    """
    names, addresses = tuple(outlets), tuple(feeds)
    found = [*(_outlet_problem(settings, name) for name in names), *(_feed_problem(settings, url) for url in addresses)]
    problems = [problem for problem in found if problem]
    if problems:
        raise ConfigError(problems)
    spellings = {spelling(url) for url in addresses}
    return tuple(
        (outlet, feed)
        for outlet, feed in settings.feeds()
        if not (names or addresses) or outlet.name in names or spelling(feed.url) in spellings
    )


def _outlet_problem(settings: Settings, name: str) -> Problem | None:
    outlet = settings.outlet(name)
    if outlet is None:
        hint = suggestion(name, (outlet.name for outlet in settings.outlets))
        return _problem("--outlet", f"no outlet is named {quote(name)}", hint)
    if outlet.name != name:
        return _problem("--outlet", f"{quote(name)} is now named {quote(outlet.name)}")
    return None if outlet.enabled else _problem("--outlet", f"{quote(name)} is switched off (enabled: false)")


def _feed_problem(settings: Settings, url: str) -> Problem | None:
    same = spelling(url)
    listed = [(outlet, feed) for outlet in settings.outlets for feed in outlet.feeds]
    match = next((pair for pair in listed if spelling(pair[1].url) == same), None)
    if match is None:
        if settings.outlet(url):
            return _problem("--feed", f"{quote(url)} is an outlet; use --outlet {url}")
        hint = suggestion(url, (feed.url for _, feed in listed), likeness=0.9)
        return _problem("--feed", f"no feed has the address {quote(url)}", hint)
    off = not (match[0].enabled and match[1].enabled)
    return _problem("--feed", f"{quote(url)} is switched off (enabled: false)") if off else None


def _problem(option: str, message: str, hint: str = "") -> Problem:
    return Problem(option, None, "", f"{message}; {hint}" if hint else message)
