"""Pages that stand before a site to keep programs out: recognized, never taken for the article or feed behind them.

Each rule is what the product's own interstitial carries and a site merely protected by it does not: Cloudflare's beacon
`/cdn-cgi/challenge-platform/scripts/jsd` stands in ordinary pages too, `_cf_chl_opt` only in the challenge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HEADERS: Final = (  # name, what its value contains, whose
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("x-amzn-waf-action", "challenge", "AWS WAF"),
    ("x-amzn-waf-action", "captcha", "AWS WAF"),
    ("x-vercel-mitigated", "challenge", "Vercel"),
    ("x-datadome", "protected", "DataDome"),
)
_MARKUP: Final = (
    (b"_cf_chl_opt", "Cloudflare"),
    (b"cf-browser-verification", "Cloudflare"),
    (b"/cdn-cgi/l/chk_jschl", "Cloudflare"),
    (b"sucuri_cloudproxy_js", "Sucuri"),
    (b"_Incapsula_Resource", "Imperva"),
    (b"/.well-known/ddos-guard/js-challenge", "DDoS-Guard"),
    (b"geo.captcha-delivery.com", "DataDome"),
    (b'id="px-captcha"', "HUMAN"),
    (b"window.awsWafCookieDomainList", "AWS WAF"),
    (b"window.gokuProps", "AWS WAF"),
    (b"anubis_challenge", "Anubis"),
    (b"/.within.website/x/cmd/anubis/", "Anubis"),
    (b"_vercel/security/", "Vercel"),
    (b"__qrator", "Qrator"),
)
_LARGEST: Final = 64 * 1024  # interstitials are small; a long page that shows the words is an article about them


def challenge(headers: Mapping[str, str], body: bytes) -> str | None:
    """Whose challenge this answer is, None if it is none. `headers` in lower case."""
    for name, part, whose in _HEADERS:
        if part in headers.get(name, "").lower():
            return whose
    if len(body) > _LARGEST or "html" not in headers.get("content-type", "html"):
        return None
    return next((whose for mark, whose in _MARKUP if mark in body), None)
