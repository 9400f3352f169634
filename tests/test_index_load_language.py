from __future__ import annotations

import subprocess
import sys

import pytest

from index import Article
from index.load.language import detect_language, unread_languages, with_language

TEXTS = {
    "en": "The city council voted on Tuesday night to close the old bridge to cars for at least two years. Engineers "
    "had found cracks in three of its pillars in the spring.",
    "de": "Der Stadtrat hat am Dienstagabend beschlossen, die alte Brücke für mindestens zwei Jahre für Autos zu "
    "sperren. Ingenieure hatten im Frühjahr Risse in drei Pfeilern gefunden.",
    "fr": "Le conseil municipal a décidé mardi soir de fermer le vieux pont aux voitures pour au moins deux ans. Des "
    "ingénieurs avaient découvert au printemps des fissures dans trois piliers.",
    "es": "El ayuntamiento decidió el martes por la noche cerrar el puente viejo a los coches durante al menos dos "
    "años. Los ingenieros habían encontrado en primavera grietas en tres de sus pilares.",
    "it": "Il consiglio comunale ha deciso martedì sera di chiudere il vecchio ponte alle automobili per almeno due "
    "anni. In primavera gli ingegneri avevano trovato crepe in tre dei suoi pilastri.",
    "pt": "A câmara municipal decidiu na terça-feira à noite fechar a ponte velha aos carros durante pelo menos dois "
    "anos. Os engenheiros tinham encontrado na primavera fissuras em três dos pilares.",
    "nl": "De gemeenteraad besloot dinsdagavond om de oude brug minstens twee jaar voor auto's te sluiten. Ingenieurs "
    "hadden in het voorjaar scheuren gevonden in drie pijlers.",
    "pl": "Rada miasta postanowiła we wtorek wieczorem zamknąć stary most dla samochodów na co najmniej dwa lata. "
    "Wiosną inżynierowie znaleźli pęknięcia w trzech filarach.",
    "sv": "Kommunfullmäktige beslutade på tisdagskvällen att stänga den gamla bron för bilar i minst två år. "
    "Ingenjörer hade under våren hittat sprickor i tre av pelarna.",
    "tr": "Belediye meclisi salı akşamı eski köprüyü en az iki yıl boyunca araç trafiğine kapatma kararı aldı. "
    "Mühendisler ilkbaharda ayakların üçünde çatlaklar bulmuştu.",
    "ru": "Городской совет решил во вторник вечером закрыть старый мост для автомобилей не менее чем на два года. "
    "Весной инженеры обнаружили трещины в трёх опорах.",
    "uk": "Міська рада вирішила у вівторок увечері закрити старий міст для автомобілів щонайменше на два роки. "
    "Навесні інженери виявили тріщини у трьох опорах.",
    "ar": "قرر مجلس المدينة مساء الثلاثاء إغلاق الجسر القديم أمام السيارات لمدة عامين على الأقل. وكان المهندسون قد "
    "عثروا في الربيع على شقوق في ثلاثة من أعمدته.",
    "zh": "市议会周二晚间决定，老桥将对汽车关闭至少两年。工程师在春天发现三个桥墩出现裂缝。北岸的店主担心失去顾客。",
    "ja": "市議会は火曜日の夜、古い橋を少なくとも二年間、自動車の通行を禁止することを決めた。",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_tells_its_language(language: str) -> None:
    assert detect_language(TEXTS[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(" \n\t", id="blank"),
        pytest.param("12 345 67.8 % — 2024", id="numbers"),
        pytest.param("Berlin 2024", id="a name"),
        pytest.param("https://news.example/2025/06/a-b-c.html", id="an address"),
        pytest.param("x = [i for i in range(10)]\nprint(x)\n", id="code"),
        pytest.param(TEXTS["en"] + "\n\n" + TEXTS["de"], id="English and German"),
        pytest.param(TEXTS["fr"] + "\n\n" + TEXTS["en"], id="French and English"),
        pytest.param(TEXTS["es"] + "\n\n" + TEXTS["ru"], id="Spanish and Russian"),
    ],
)
def test_a_text_that_is_short_or_mixed_tells_none(text: str) -> None:
    assert detect_language(text) is None


def test_a_foreign_quote_changes_nothing() -> None:
    assert detect_language(TEXTS["en"] + " “Wir schaffen das”, she said. The hall applauded for a minute.") == "en"


def test_only_the_beginning_is_looked_at() -> None:
    assert detect_language(TEXTS["en"] * 30 + TEXTS["de"] * 30) == "en"


def test_a_stated_language_is_kept_and_an_unknown_one_found() -> None:
    stated = Article(id="a", text=TEXTS["de"], language="de-AT")
    assert with_language(stated) is stated
    assert with_language(Article(id="b", text=TEXTS["de"], title="T")).language == "de"
    unsure = Article(id="c", text="Berlin 2024")
    assert with_language(unsure) is unsure


def test_unread_languages_are_counted_by_their_primary_tag() -> None:
    languages = ["en", "EN-us", None, "fr", "de", "de_AT", "zh-Hant"]
    assert list(unread_languages(languages).items()) == [("de", 2), ("fr", 1), ("zh", 1)]
    assert unread_languages(["de"], frozenset({"de"})) == {}


def test_importing_loads_no_model() -> None:
    code = "import sys, index.load.language; print(sorted({'py3langid', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "py3langid" not in done.stdout
