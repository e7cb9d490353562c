"""The language of the last message, told from its letters and its smallest words; `unknown` where these do not tell.

1. The first 240 characters count, without what stands in backticks or fences. Each *distinct* letter counts for its
   script, and a Han character three times.
2. A script that one language uses here gives that language. Kana beside Han is Japanese, Han alone Chinese.
3. For the scripts of several languages, `WORDS` and `LETTERS` tell: all is made lower case, ASCII punctuation
   becomes white space, and each distinct word or letter that belongs to k languages counts 12 // k for each of them.
   The language with the most wins, if it has at least 12, and at least a third more than the next.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

from routebook.features.facts import PromptFacts

MOST_READ = 240
_LEAST = 12

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "unknown": "an unknown language", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech",
        "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
        "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
        "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
        "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "ta": "Tamil", "th": "Thai",
        "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
    }
)  # fmt: skip
"""All that `language` can be: ISO 639-1 codes and their English names, and ``unknown``."""
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "en": "the of and to in is are was were be this that these those it its you your we they he she with for from "
        "on at by as not but or if then than what which who how why when where can could would should will do does "
        "did have has had an there their please explain write me my i about into out up all any some most between",
        "de": "der die das den dem des ein eine einen einem einer eines und oder aber nicht ist sind war waren wird "
        "werden wurde hat haben ich du er sie wir ihr mit von zu zum zur auf für aus bei nach über unter wie was wer "
        "warum wann wo welche welcher welches kann können soll mir mich es im am auch nur noch wenn dass als an sich "
        "bitte schreibe erkläre gibt diese dieser dieses diesem diesen macht",
        "fr": "le la les un une des du de et ou mais ne pas est sont était je tu il elle nous vous ils elles avec pour "
        "dans sur par que qui quoi quel quelle quels quelles comment pourquoi quand où ce cette ces mon ma mes son sa "
        "ses leur au aux en plus se si être avoir peut fait entre écris explique moi donne y",
        "es": "el la los las un una unos unas de del y o pero no es son era fue yo tú él ella nosotros con para por en "
        "sobre que quien qué quién cuál cuáles cómo por cuándo dónde este esta estos estas mi su sus al se si más muy "
        "también hay puede ser está escribe explica dame entre como lo le",
        "pt": "o a os as um uma uns umas de do da dos das e ou mas não é são era foi eu você ele ela nós com para por "
        "em no na nos nas sobre que quem qual quais como quando onde este esta isso meu minha seu sua ao à se mais "
        "muito também há pode ser está escreva explique entre pelo pela me",
        "it": "il lo la i gli le un uno una di del della dei delle dello e o ma non è sono era io tu lui lei noi con "
        "per in su da dal dalla che chi cosa quale quali come perché quando dove questo questa questi mio mia suo sua "
        "al alla si se più molto anche nel nella può essere scrivi spiega mi tra ci",
        "nl": "de het een en of maar niet is zijn was waren ik jij je hij zij wij we met van voor op aan in uit bij "
        "naar over onder dat die deze dit wat wie hoe waarom wanneer waar welke kan kunnen moet mijn er ook nog als "
        "dan te tot om geen schrijf leg wordt worden heeft hebben mij",
        "sv": "och att det som en ett den i är på för med av inte jag du han hon vi de till från om men eller hur vad "
        "varför när var vilken vilka kan ska har hade detta denna dessa min mitt din sig så också mellan skriv "
        "förklara mig ge finns",
        "da": "og at det som en et den i er på for med af ikke jeg du han hun vi de til fra om men eller hvordan hvad "
        "hvorfor hvornår hvor hvilken hvilke kan skal har havde dette denne disse min mit din sig så også mellem skriv "
        "forklar mig nogle blev",
        "no": "og at det som en et den i er på for med av ikke jeg du han hun vi de til fra om men eller hvordan hva "
        "hvorfor når hvor hvilken hvilke kan skal har hadde dette denne disse min mitt din seg så også mellom skriv "
        "forklar meg noen ble",
        "pl": "i w na z że się nie jest są był była do to co kto jak dlaczego kiedy gdzie który która które ten ta te "
        "o od po za dla przez przy oraz lub ale czy mi mój moje jego jej ich może można napisz wyjaśnij między jako",
        "cs": "a v na s že se není je jsou byl byla do to co kdo jak proč kdy kde který která které ten ta ty o od po "
        "za pro přes při nebo ale mi můj moje jeho její jejich může lze napiš vysvětli mezi jako z ve si být",
        "ro": "și în la cu că se nu este sunt era a un o de din pe pentru sau dar ce cine cum când unde care acest "
        "această meu mea lui ei lor poate scrie explică între ca mai fi este-i al ai ale îmi mi",
        "hu": "a az és hogy nem van vannak volt egy de vagy mi ki hogyan miért mikor hol melyik ez azt ezt is meg "
        "csak már még ha mint lehet írj magyarázd között nekem el ne kell",
        "fi": "ja on ei ole se että oli mitä kuka miten miksi milloin missä mikä joka jotka tämä nämä mutta tai kun "
        "kuin minun hänen voi voiko kirjoita selitä välillä minulle ovat myös niin hän mitkä",
        "tr": "ve bir bu da de için ile ne kim nasıl neden niçin hangi ama veya değil mi mı mu var yok gibi daha çok "
        "en olan olarak ben sen o biz bana yaz açıkla arasında kadar sonra nedir midir",
        "id": "dan yang di ke dari untuk dengan ini itu adalah tidak ada apa siapa bagaimana mengapa kapan dimana "
        "saya kamu dia kami kita atau tetapi pada dalam akan bisa dapat sebuah tentang oleh tulis jelaskan antara juga "
        "seperti lebih buatkan",
        "vi": "và là của có không được cho trong với này đó một các những người tôi bạn như thế nào tại sao khi ở đâu "
        "gì hãy viết giải thích về từ đến hay hoặc nhưng giữa cách",
        "ru": "и в не на я что он с как это а по но они мы к у из за то для от так же бы или если когда где почему "
        "какой какая какие кто есть был была были мне мой между о об при напиши объясни все чем",
        "uk": "і в не на я що він з як це а по але вони ми до у із за то для від так же б або якщо коли де чому який "
        "яка які хто є був була були мені мій між про та при напиши поясни чим",
        "bg": "и в до не на аз че той с как това а по но те ние към от за да за така или ако кога къде защо кой коя "
        "кои е са беше бяха ми мой между при се ще напиши обясни със какво",
        "ar": "في من على إلى هذا هذه التي الذي ما هل كيف لماذا متى أين عن مع أو لا أن كان بين هو هي اكتب اشرح لي كل",
        "fa": "در از به که این است را با برای آن یک چه چگونه چرا کجا و یا هم تا بین من بنویس توضیح می کند شود های",
    }
)
"""The smallest words of languages that share a script."""
LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "de": "ßäöü", "fr": "çéèêëàâùûîïôœ", "es": "ñ¿¡áéíóú", "pt": "ãõçáéíóâêôà", "it": "àèéìòù", "sv": "åäö",
        "da": "åæø", "no": "åæø", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž", "ro": "ăâîșțşţ", "hu": "áéíóöőúüű",
        "fi": "äö", "tr": "çğıöşü", "vi": "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
        "ru": "ыэёъщ", "uk": "іїєґщ", "bg": "ъщ", "fa": "پچژگیک", "ar": "يكةىؤئ",
    }
)  # fmt: skip
"""The letters that tell languages of one script apart."""
SCRIPTS = (  # from, up to and with, and what it is
    (0x41, 0x5A, "latin"), (0x61, 0x7A, "latin"), (0xC0, 0x24F, "latin"), (0x370, 0x3FF, "el"),
    (0x400, 0x52F, "cyrillic"), (0x590, 0x5FF, "he"), (0x600, 0x6FF, "arabic"), (0x750, 0x77F, "arabic"),
    (0x900, 0x97F, "hi"), (0x980, 0x9FF, "bn"), (0xB80, 0xBFF, "ta"), (0xE00, 0xE7F, "th"), (0x1100, 0x11FF, "ko"),
    (0x1E00, 0x1EFF, "latin"), (0x3040, 0x30FF, "ja"), (0x3400, 0x4DBF, "zh"), (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)  # fmt: skip
_STARTS = [low for low, _, _ in SCRIPTS]
OF_SCRIPT = {"cyrillic": ("ru", "uk", "bg"), "arabic": ("ar", "fa")}
OF_SCRIPT["latin"] = tuple(code for code in WORDS if not any(code in codes for codes in OF_SCRIPT.values()))
_QUOTED = re.compile(r"```[^`]*(?:```|\Z)|`[^`\n]*`")
_PUNCTUATION = "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~"
_SPACES = bytes(
    32 if chr(code) in _PUNCTUATION else code for code in range(256)
).lower()  # of UTF-8: ASCII alone changes


_CODES = tuple(WORDS)
_COUNTS = struct.Struct(f"<{len(_CODES)}H")  # what a text counts for each language, side by side in one number


def _index(of: Mapping[str, list[str]]) -> dict[str, int]:
    """Map each word or letter to what it counts, as one number: adding such numbers adds for every language at once."""
    languages: dict[str, list[str]] = {}
    for code, things in of.items():
        for thing in dict.fromkeys(things):
            languages.setdefault(thing, []).append(code)
    return {
        thing: sum(12 // len(codes) << 16 * _CODES.index(code) for code in codes) for thing, codes in languages.items()
    }


_BY_WORD = {word.encode(): counts for word, counts in _index({code: WORDS[code].split() for code in WORDS}).items()}
_BY_LETTER = _index({code: list(letters) for code, letters in LETTERS.items()})
_ALL_WORDS, _ALL_LETTERS = frozenset(_BY_WORD), frozenset(_BY_LETTER)
_OTHERS = {
    script: [place for place, code in enumerate(_CODES) if code not in codes] for script, codes in OF_SCRIPT.items()
}  # which languages are not written so


def language(asked: PromptFacts) -> str:
    """Tell the language, as an ISO 639-1 code; ``unknown`` for what is too short, mixed, or none of `LANGUAGES`.

    >>> language(PromptFacts("Wie spät ist es in Berlin?")), language(PromptFacts("素数とは何ですか")), language(PromptFacts("17 * 23"))
    ('de', 'ja', 'unknown')
    """  # noqa: E501
    text = asked.text[:MOST_READ]
    if "`" in text:
        text = _QUOTED.sub(" ", text)
    if text.isascii():
        return _told(text, "latin")
    script = _script(text)
    return script if script in LANGUAGES else _told(text.lower(), script)


def _told(text: str, script: str) -> str:
    """Tell languages of one script apart by words and letters."""
    words = _ALL_WORDS.intersection(text.encode("utf-8", "replace").translate(_SPACES).split())
    total = sum(map(_BY_WORD.__getitem__, words))
    if not text.isascii():
        total += sum(map(_BY_LETTER.__getitem__, _ALL_LETTERS.intersection(text)))
    counts = list(_COUNTS.unpack(total.to_bytes(_COUNTS.size, "little")))
    for place in _OTHERS[script]:
        counts[place] = 0
    best = max(counts)
    code = _CODES[counts.index(best)]
    counts.remove(best)
    return code if best >= _LEAST and 3 * best >= 4 * max(counts) else "unknown"


def _script(text: str) -> str:
    counts = {"latin": 0}
    for character in set(text):
        code = ord(character)
        place = bisect_right(_STARTS, code) - 1
        if place >= 0 and code <= SCRIPTS[place][1]:
            script = SCRIPTS[place][2]
            counts[script] = counts.get(script, 0) + (3 if script == "zh" else 1)
    if "ja" in counts and "zh" in counts:
        counts["ja"] += counts.pop("zh")
    return max(counts, key=lambda script: (counts[script], script))
