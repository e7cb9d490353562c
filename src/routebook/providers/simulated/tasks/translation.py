"""Translation of everyday words and phrases between English, French, German, Spanish and Italian."""

from __future__ import annotations

import re

from routebook.providers.simulated.tasks.task import Task, question_of, quoted, task

LANGUAGES = ("english", "french", "german", "spanish", "italian")
_NAMES = "|".join(LANGUAGES)
_ASKED = re.compile(
    r"\btranslat|\bhow do(?:es)? (?:you|one|i) say|\bwhat is\b.*\bin \w+\??$|\bword for\b", re.IGNORECASE
)
_WORDS = """
water eau Wasser agua acqua
bread pain Brot pan pane
milk lait Milch leche latte
house maison Haus casa casa
dog chien Hund perro cane
cat chat Katze gato gatto
book livre Buch libro libro
sun soleil Sonne sol sole
moon lune Mond luna luna
tree arbre Baum árbol albero
flower fleur Blume flor fiore
school école Schule escuela scuola
friend ami Freund amigo amico
bridge pont Brücke puente ponte
street rue Straße calle strada
window fenêtre Fenster ventana finestra
door porte Tür puerta porta
apple pomme Apfel manzana mela
cheese fromage Käse queso formaggio
fish poisson Fisch pescado pesce
bird oiseau Vogel pájaro uccello
horse cheval Pferd caballo cavallo
snow neige Schnee nieve neve
rain pluie Regen lluvia pioggia
fire feu Feuer fuego fuoco
hand main Hand mano mano
heart cœur Herz corazón cuore
night nuit Nacht noche notte
day jour Tag día giorno
year année Jahr año anno
red rouge rot rojo rosso
blue bleu blau azul blu
green vert grün verde verde
white blanc weiß blanco bianco
black noir schwarz negro nero
good_morning bonjour guten_Morgen buenos_días buongiorno
thank_you merci danke gracias grazie
good_night bonne_nuit gute_Nacht buenas_noches buonanotte
see_you_tomorrow à_demain bis_morgen hasta_mañana a_domani
please s'il_vous_plaît bitte por_favor per_favore
"""
TABLE = tuple(tuple(word.replace("_", " ") for word in line.split()) for line in _WORDS.split("\n") if line)


def solve(text: str) -> Task | None:
    """Translate a word or phrase of the table, or return `None`."""
    question = question_of(text)
    named = [language for language in re.findall(r"[a-z]+", question.lower()) if language in LANGUAGES]
    match = re.search(rf"\b(?:in|into|to) ({_NAMES})\b", question, re.IGNORECASE) or re.search(
        rf"\b({_NAMES}) (?:word|translation|for)", question, re.IGNORECASE
    )
    if len(question) > 300 or not match or not _ASKED.search(question):
        return None
    target = LANGUAGES.index(match[1].lower())
    usual = [1, 2, 3, 4] if target == 0 else [0]
    sources = [LANGUAGES.index(language) for language in named if language != LANGUAGES[target]] or usual
    phrase = (quoted(question) or [_unquoted(question)])[-1].strip().lower()
    for place, row in enumerate(TABLE):
        if any(row[source].lower() == phrase for source in sources):
            return _task(place, target)
    return None


def _unquoted(question: str) -> str:
    match = (
        re.search(
            r"translate (?:the (?:\w+ )?(?:word|phrase)s? )?(.+?) (?:from \w+ )?(?:in|into|to) \w+", question, re.I
        )
        or re.search(r"translate (?:in|into|to) \w+:? (.+?)[.?!]*$", question, re.I)
        or re.search(r"(?:say|is) (.+?) in \w+", question, re.I)
        or re.search(r"(?:word|translation) (?:for|of) (.+?)[.?!]*$", question, re.I)
    )
    return match[1] if match else ""


def _task(place: int, target: int) -> Task | None:
    row = TABLE[place]
    others = [TABLE[(place + step) % len(TABLE)][target] for step in (1, 2, 3)]
    false_friends = [word for language, word in enumerate(row) if language not in (0, target)]
    return task("translation", row[target], "contains", [*others, *false_friends], "recall the usual term")
