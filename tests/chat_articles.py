"""Articles for the tests of the chat: awkward ones, long ones, and ones that only one question is about."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path

ROOT = Path(__file__).parent.parent

NASTY = (
    "The envoy Ada Lind met <script>document.title='run'</script> **Bo** {{7*7}} ${7*7} &amp; "
    "<img src=x onerror=\"document.title='run'\"> on 3 June in Velmar.\n\n# No heading\n\n- no list\n"
)
CRLF = (
    "The ferry Aurelia ran aground off Cape Tern.\r\n\r\nCaptain Rosa Quill said 58 passengers were brought ashore.\r\n"
)
NFD = unicodedata.normalize(
    "NFD", "The café Zoë Müller in Brno was opened by Renée Šťastná in a former dairy.\nIt seats forty guests.\n"
)
HEBREW = (
    "שגרירת נורלנד, Ingrid Mör, אמרה כי הפסגה תיפתח ב-14 במאי בחיפה.\n"
    "The envoy of Norland, Tamar Oz, said the summit in Haifa opens on 14 May.\nהשיחות יימשכו שלושה ימים.\n"
)
ARABIC = (
    "قال الوزير إن السد سيفتح في الربيع.\n"
    "The minister Salim Haddad said the Qadis dam will open in spring 2031.\nوأضاف أن العمل انتهى.\n"
)
EMOJI = "🚀🚀👩‍👩‍👧‍👦 The rocket Petrel carried 🛰️ nine satellites into orbit from Kourou 🇫🇷, said Imke Vos 👍🏽.\n"
_PARAGRAPH = (
    "The harbour council of merchants wrote about nets and tides while clerks counted barrels along the old quays. "
    "Grey light lay on the heavy sails, and the rain went on for most of the afternoon without a pause. "
    "Ropes were coiled, crates were stacked, and the scales were read twice by two different men. "
    "Nobody in the counting house remembered a slower season, or a wetter one, or a duller one. "
) * 2
_FOUND = "The lighthouse keeper Bertil Oxenhielm found 17 amber coins beneath the stairs of Skarholm tower."
LONG_WORDS = 50_000
"""What is said again and again is embedded once, so that the long article costs little."""

TOWNS = (
    "Arvik Bolmen Calder Drosta Evenby Falkow Gorsk Hexley Ilmora Jarnsk Kelby Lundra Morvan Nesfold Ostrel Pelham "
    "Quorn Rastow Selwyn Tarnby"
).split()
MAYORS = (
    "Abelone Brisco Cordula Dagfinn Edwina Ferran Gisela Halvard Isolde Joachim Katinka Lorcan Mireille Norbert Odalys "
    "Pascoe Quintina Roderic Sunniva Thaddeus"
).split()
"""Each stands in one article only, that of the town."""


def long_article() -> str:
    count = LONG_WORDS // len(_PARAGRAPH.split()) + 1
    paragraphs = [_PARAGRAPH.strip()] * count
    paragraphs.insert(count * 3 // 4, _FOUND)
    return "\n\n".join(paragraphs) + "\n"


def write_articles(folder: Path) -> None:
    """Write the articles, those of seeds/ and of tests/data/ included."""
    shutil.copytree(ROOT / "seeds" / "articles", folder / "seeds")
    shutil.copytree(ROOT / "tests" / "data" / "articles", folder / "stories")
    for name, text in AWKWARD.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / "long.txt").write_bytes(long_article().encode())
    lines = [json.dumps(record, ensure_ascii=False) for record in _records()]
    (folder / "wire.jsonl").write_text("\n".join(lines), encoding="utf-8")


AWKWARD = {"nasty": NASTY, "crlf": CRLF, "nfd": NFD, "hebrew": HEBREW, "arabic": ARABIC, "emoji": EMOJI}


def _records() -> list[dict[str, str | list[str]]]:
    trams: dict[str, str | list[str]] = {
        "id": "trams",
        "title": "Tram line seven opens",
        "source": "City Post",
        "url": "https://news.example/trams?line=7&x=1",
        "published": "2025-06-09",
        "authors": ["A. Test"],
        "text": "The tram line seven to Elmgate was opened by Councillor Vera Blom last week. "
        "“It runs every six minutes,” said driver Otto Prahl.",
    }
    quarry: dict[str, str | list[str]] = {
        "id": "quarry",
        "title": "<b>Quarry</b> closes",
        "source": "Hill Times",
        "url": "javascript:document.title='run'",
        "published": "2024-02",
        "text": "The quarry at Stonefell will be closed by owner Greta Malm on 30 August.",
    }
    return [trams, quarry, *(_mayor(number) for number in range(len(TOWNS)))]


def _mayor(number: int) -> dict[str, str | list[str]]:
    town = TOWNS[number]
    return {
        "id": f"mayor-{town}",
        "title": f"New mayor in {town}",
        "source": "Province Wire",
        "published": f"2025-{number % 12 + 1:02}-{number + 3:02}",
        "text": f"The town of {town} elected {MAYORS[number]} Vantrease as its mayor on Sunday. "
        f"The turnout was {40 + number} per cent.",
    }
