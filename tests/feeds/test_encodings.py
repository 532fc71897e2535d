"""No mojibake: every encoding in use, declared in every way, declared wrongly, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feeds import parse_feed
from ingest.feeds.encodings import decode

HEADLINES = {
    "ru": ["Правительство утвердило бюджет на следующий год", "Сборная победила в товарищеском матче"],
    "uk": ["Верховна Рада ухвалила закон про державний бюджет", "У Києві відкрили нову станцію метро"],
    "zh": ["中国政府公布新的经济政策", "北京今天天气晴朗，适合户外活动"],
    "zh-TW": ["臺灣總統宣布新的經濟政策", "臺北今天天氣晴朗，適合戶外活動"],
    "ja": ["政府は新しい経済政策を発表した", "東京の天気は晴れ、気温は二十度"],
    "ko": ["정부가 새로운 경제 정책을 발표했다", "서울의 날씨는 맑고 기온은 이십도"],
    "ar": ["الحكومة تعلن عن سياسة اقتصادية جديدة", "ارتفاع أسعار النفط بعد تصريحات الوزير"],
    "ur": ["وزیراعظم نے نئے منصوبے کا افتتاح کر دیا", "پاکستان کرکٹ ٹیم نے میچ جیت لیا"],
    "el": ["Η κυβέρνηση ανακοίνωσε νέα οικονομικά μέτρα", "Η εθνική ομάδα κέρδισε τον αγώνα στην Αθήνα"],
    "he": ["הממשלה אישרה את תקציב המדינה לשנה הבאה", "הנבחרת ניצחה במשחק הידידות בתל אביב"],
    "th": ["รัฐบาลประกาศนโยบายเศรษฐกิจใหม่", "ทีมชาติไทยชนะการแข่งขันฟุตบอล"],
    "tr": ["Hükümet yeni ekonomi paketini açıkladı, döviz düştü", "Türkiye'de hava sıcaklığı artıyor"],
    "pl": ["Rząd przyjął budżet na przyszły rok, posłowie zagłosują w środę", "Święta będą ciepłe"],
    "cs": ["Vláda schválila státní rozpočet na příští rok", "Český tým zvítězil v přátelském utkání"],
    "fr": ["Le gouvernement a présenté le budget de l'année prochaine", "L'équipe gagne à Marseille, déçue"],
    "de": ["Die Bundesregierung beschließt den Haushalt", "Große Überraschung: Fußballer können aufatmen"],
    "hi": ["सरकार ने नई आर्थिक नीति की घोषणा की", "भारतीय टीम ने मैच जीता"],
}
ENCODINGS = {
    "ru": "windows-1251 koi8-r iso-8859-5 utf-8 utf-16-le utf-16-be",
    "uk": "windows-1251 koi8-u utf-8",
    "zh": "gb2312 gbk gb18030 utf-8 utf-16-le utf-16-be",
    "zh-TW": "big5 utf-8",
    "ja": "shift_jis euc-jp iso-2022-jp utf-8 utf-16-be",
    "ko": "euc-kr utf-8",
    "ar": "windows-1256 iso-8859-6 utf-8",
    "ur": "windows-1256 utf-8 utf-16-le",
    "el": "iso-8859-7 windows-1253 utf-8",
    "he": "iso-8859-8 windows-1255 utf-8",
    "th": "tis-620 utf-8",
    "tr": "iso-8859-9 windows-1254 utf-8",
    "pl": "iso-8859-2 windows-1250 utf-8",
    "cs": "iso-8859-2 windows-1250 utf-8",
    "fr": "iso-8859-1 windows-1252 iso-8859-15 utf-8 utf-32-le",
    "de": "iso-8859-1 windows-1252 utf-8",
    "hi": "utf-8 utf-16-le utf-16-be",
}
MATRIX = [(language, encoding) for language, names in ENCODINGS.items() for encoding in names.split()]


def document(language: str, encoding: str, declaration: str = "", more: str = "") -> bytes:
    """A feed in an encoding. Letters that it lacks (cp1256 lacks some of Urdu's) are left out, as publishers do."""
    items = "".join(f"<item><title>{title}</title></item>" for title in HEADLINES[language])
    text = (
        f"{declaration}<rss version='2.0'><channel>{more}<title>{HEADLINES[language][0]}</title>{items}</channel></rss>"
    )
    return text.encode(encoding, "ignore")


def assert_reads(body: bytes, language: str, encoding: str, content_type: str | None = None) -> None:
    expected = [title.encode(encoding, "ignore").decode(encoding) for title in HEADLINES[language]]
    feed = parse_feed(body, url="https://example.com/feed", content_type=content_type)
    assert [entry.title for entry in feed.entries] == expected, feed.encoding


@pytest.mark.parametrize(("language", "encoding"), MATRIX)
def test_matrix(language: str, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert_reads(document(language, encoding, xml), language, encoding)
    assert_reads(document(language, encoding), language, encoding, f"application/rss+xml; charset={encoding}")
    assert_reads(document(language, encoding), language, encoding)
    assert_reads(document(language, encoding, '<?xml version="1.0"?>'), language, encoding, "text/xml")
    assert_reads(document(language, encoding, '<?xml version="1.0" encoding="utf-8"?>'), language, encoding)
    assert_reads(document(language, encoding, '<?xml version="1.0" encoding="no-such"?>'), language, encoding)


@pytest.mark.parametrize("declared", ["windows-1251", "iso-8859-1", "gb2312", "shift_jis", "euc-kr", "ascii"])
@pytest.mark.parametrize("language", ["ru", "zh", "ja", "ur", "fr", "hi"])
def test_declared_otherwise_but_utf8(language: str, declared: str) -> None:
    assert_reads(document(language, "utf-8", f'<?xml version="1.0" encoding="{declared}"?>'), language, "utf-8")


@pytest.mark.parametrize("language", ["ru", "el", "he", "ar", "ja", "ko"])
def test_declared_latin_but_hardly_any_letter_is(language: str) -> None:
    encoding = ENCODINGS[language].split()[0]
    assert_reads(document(language, encoding, '<?xml version="1.0" encoding="iso-8859-1"?>'), language, encoding)


def test_a_servers_default_gives_way_to_the_documents_own_word() -> None:
    body = document("pl", "iso-8859-2", '<?xml version="1.0" encoding="iso-8859-2"?>')
    assert_reads(body, "pl", "iso-8859-2", "text/xml; charset=ISO-8859-1")


def test_http_goes_before_the_declaration() -> None:
    body = document("ru", "koi8-r", '<?xml version="1.0" encoding="windows-1251"?>')
    assert_reads(body, "ru", "koi8-r", "text/xml; charset=koi8-r")


def test_a_mark_goes_before_everything() -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        body = document("ur", encoding, '<?xml version="1.0" encoding="windows-1251"?>')
        assert_reads(body, "ur", "utf-8", "text/xml; charset=iso-8859-1")


def test_utf8_with_a_scratch_stays_utf8() -> None:
    text = "Café " * 50
    decoded = decode(text.encode() + b"\xe9 end")
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith(text)
    assert decoded.problem


def test_what_is_not_as_declared_is_said() -> None:
    feed = parse_feed(document("ru", "windows-1251", '<?xml version="1.0" encoding="utf-8"?>'), url="https://e.com/")
    assert feed.encoding == "windows-1251"
    assert feed.problems[0] == "declared as utf-8, read as windows-1251"


def test_the_language_helps_short_texts() -> None:
    body = "<rss><channel><language>ro</language><item><title>Anunţă</title></item></channel></rss>".encode(
        "iso-8859-2"
    )
    assert parse_feed(body, url="https://e.com/").entries[0].title == "Anunţă"


@given(st.binary(max_size=300), st.sampled_from([None, "text/xml; charset=utf-16", "a; charset=hex", "; charset=idna"]))
def test_never_raises(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode(body, content_type).text, str)
    declared = b'<?xml version="1.0" encoding="base64"?>' + body
    assert isinstance(decode(declared, content_type).text, str)
