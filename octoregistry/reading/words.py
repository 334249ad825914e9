"""The words of pricing pages: what headers, labels and cells call things, in the languages of the vendors' pages.

Each vocabulary is one pattern, so that a new word, or a new language, is a line of data.
"""

from __future__ import annotations

import re


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


# How a call is served. Fast mode is what vendors call priority processing since 2026.
MODES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "batch",
        _any(
            r"\bbatch(?:es|ed)?\b",
            r"\bstapel\w*",
            r"\bpar lots?\b",
            r"\bpor lotes?\b",
            r"\bem lotes?\b",
            r"\blotes?\b",
            r"\blotti\b",
            "バッチ",
            "批处理",
            "批量",
            "批次",
            "배치",
            "일괄",
            r"^\W*lots?\W*$",
            r"пакетн\w*",
            r"\bkumpulan\b",
        ),
    ),
    ("flex", _any(r"\bflex\b", "フレックス", "플렉스")),
    (
        "priority",
        _any(
            r"\bpriority\b",
            r"\bfast[- ]mode\b",
            r"\bfast (?:input|output|processing)\b",
            r"^\W*fast\W*$",  # "Fast and affordable" praises a model
            r"\bpriorität\w*",
            r"\bprioritaire\b",
            r"\bprioritari[oa]\b",
            r"\bprioridade\b",
            r"\bprioridad\b",
            r"\bpriorité\b",
            r"schnellmodus",
            r"mode rapide",
            r"modo rápido",
            r"modalità (?:rapida|veloce)",
            "高速モード",
            "快速模式",
            "빠른 모드",
            "быстр\\w* режим",
        ),
    ),
    ("standard", _any(r"\bstandard?\b", r"\bestándar\b", r"\bpadrão\b", "標準", "标准", "표준", r"стандартн\w*")),
)

NAME_COLUMN = _any(
    r"^(?:claude |gemini |openai )?(?:models?(?: name| id)?|modell(?:e|name)?|modèles?|modelos?|modell[oi]|モデル(?:名)?|模型(?:名称)?|型号|模型型号|모델(?:명)?|модел[ьи])$"
)
FAMILY = _any(
    r"\b(?:claude|gpt|chatgpt|gemini|gemma|sonnet|opus|haiku|codex|davinci|babbage)\b", r"\bo\d\b", r"\btext-"
)
GROUP_COLUMN = _any(
    r"^(?:category|kategorie|catégorie|categoría|categoria|family|type|use case|quality|details|カテゴリ|类别)$"
)
MODALITY_COLUMN = _any(r"^(?:modality|modalität|modalité|modalidad|modalità|modalidade|token type|モダリティ|模态)\b")
UNIT_COLUMN = _any(
    r"^(?:(?:billing |billed )?unit|per|einheit|unité|unidad|unidade|unità|単位|单位|單位|단위|единица)$"
)
DIMENSION_COLUMN = _any(
    r"^(?:(?:token |usage |price |pricing |cost |rate |charge )?(?:type|kind|category)|metric|item|usage|direction|component|typ|tipo|类型|類型|種類|유형)s?$"
)
MODE_COLUMN = _any(r"^(?:processing|service tier|processing (?:tier|mode|type)|mode|serving mode)$")
TIER_COLUMN = _any(
    r"^(?:prompt (?:size|length)|context(?: length| size| window)?|input (?:size|length)|input tokens|tokens|tier|condition)$"
)

# Columns that hold no price of a call made by a paying customer.
NOT_PAID = _any(
    *(
        r"^free\b",
        r"free tier",
        r"kostenlos",
        r"gratuit",
        r"gratis",
        r"sem custo",
        r"sin cost",
        r"sin cargo",
        "無料",
        "免费",
        "免費",
    ),
    *("무료", r"бесплатн"),
)
PAID = _any(
    *(
        r"\bpaid\b",
        r"kostenpflichtig",
        r"bezahlt",
        r"payant",
        r"\bpag(?:o|a|ad[oa])\b",
        r"pagamento",
        r"berbayar",
        "有料",
        "付费",
    ),
    *("付費", "유료", r"\bплатн"),
)

_CACHE = r"(?:(?<!un)(?<!non)(?<!un-)(?<!non-)(?<!non )(?<!not )cach(?!e miss)|кэш|кеш|キャッシュ|(?<!未)缓存(?!未命中)|快取|緩存|캐시|캐싱)"
_WRITE = r"(?:writ|creat|schreib|écrit|escrit|gravaç|scritt|penulis|書き込み|写入|寫入|쓰기|запис)"
_ONE_HOUR = r"(?:(?<!\d)1\s*-?\s*(?:h\b|hrs?\b|hour|stunde|std|heure|hora|ora\b|j\b|jam\b|ч\b|час|時間|小时|小時|시간)|60\s*-?\s*min)"
_STORAGE = (
    r"stor(?:age|ing)\b(?!.*\bfile\b)|(?<!zwischen)(?<!zwischenge)(?<!ge)speicher(?!te)(?!n\b)|stockage|"
    r"(?:almacenamiento|armazenamento)(?! en cach)(?! em cach)|archiviazione|penyimpanan(?! (?:dalam )?cache)|ストレージ|存储|儲存|저장|хранени"
)

STORAGE = _any(_STORAGE)

# What is counted; the first that fits holds, so the longer names come first.
DIMENSIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("cache_storage_hour", STORAGE),
    ("cache_write_1h", _any(rf"{_ONE_HOUR}.*{_WRITE}", rf"{_WRITE}.*{_ONE_HOUR}")),
    (
        "cache_write_5m",
        _any(rf"{_CACHE}.*{_WRITE}", rf"{_WRITE}.*{_CACHE}", r"^\s*(?:5\s*-?\s*m(?:in\w*)?\s+)?writes?\b"),
    ),
    ("cached_input", _any(_CACHE, r"zwischengespeichert", r"^\s*(?:reads?|hits?)\b")),
    (
        "output",
        _any(
            *(r"\boutputs?\b", r"completions?\b", r"\bausgabe\w*", r"\bsorties?\b", r"\bsalidas?\b", r"\bsaídas?\b"),
            *(r"\buscita\b", r"\bkeluaran\b", "出力", "输出", "輸出", "출력", r"выход\w*", r"вывод\w*"),
        ),
    ),
    (
        "input",
        _any(
            *(r"\binputs?\b", r"\bprompts?\b", r"\beingabe\w*", r"\bentrées?\b", r"\bentradas?\b", r"\bingresso\b"),
            *(r"\bmasukan\b", "入力", "输入", "輸入", "입력", r"входн\w*", r"ввод\w*"),
        ),
    ),
)
KEPT_IN_PARENTHESES = _any(
    _STORAGE,
    _WRITE,
    r"^reads?\b|^hits?\b|^lecture|^lectura|^leitura",
    rf"^(?:(?:from|in|im|aus dem|en|em|mis en|dans le|con|с)\s+)?{_CACHE}[\w ]*$",
    rf"^{_ONE_HOUR}",
    r"\d\s*-?\s*(?:m\b|min|мин|分|분)",
)
# Labels that hold the word of a dimension and mean something else.
NOT_A_DIMENSION = _any(
    r"\bmax(?:imum)?\b",
    r"\blimits?\b",
    r"\bwindow\b",
    r"training",
    r"tuning",
    r"estimated",
    r"generation",
    r"\bcount\b",
    r"grounding",
    r"\bper tool\b",
    r"additional",
    r"resolution",
    r"\blatency\b",
    r"\bfile\b",
    r"\bcalls?\b",
    r"\bsearch\b",
    r"\blive api\b",
    r"\bformats?\b",
    r"\btypes?\b",
    r"calculation",
    r"\bminutes?\b",
    r"\b(?:old|previous|former|prior)\b",
    r"\b(?:increase|decrease|change|difference|savings?|saved)\b",
)
BARE_PRICE = _any(
    r"^(?:(?:standard|batch|flex|priority)\s+)?(?:cost|price|pricing|rate|preis|prix|precio|preço|prezzo|料金|価格|价格|가격|цена)s?\b"
)
# "Cost (Input / Output per MTok)": two prices in each cell, as in "$3 / $15".
INPUT_AND_OUTPUT = _any(
    r"^[^/|]{0,20}\binput\b(?: tokens?)?\s*/\s*output\b[^/|]{0,20}$", r"(?:输入|入力|입력)\s*[/／]\s*(?:输出|出力|출력)"
)
INPUT_ONLY = _any(r"\bembeddings?\b", r"einbettung", "埋め込み", "嵌入", "임베딩")

MODALITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "text",
        _any(
            r"\btexts?\b",
            r"\btexte\b",
            r"\btexto\b",
            r"\btesto\b",
            r"\bteks\b",
            r"\bthinking\b",
            r"\breasoning\b",
            "テキスト",
            "文本",
            "文字",
            "텍스트",
            r"текст\w*",
        ),
    ),
    (
        "image",
        _any(
            r"\bimages?\b",
            r"\bbild(?:er)?\b",
            r"\bimagen(?:es)?\b",
            r"\bimage[mn]s?\b",
            r"\bimmagin[ei]\b",
            r"\bgambar\b",
            "画像",
            "图片",
            "图像",
            "圖片",
            "이미지",
            r"изображен\w*",
        ),
    ),
    (
        "video",
        _any(
            r"\bvideos?\b",
            r"\bvidéos?\b",
            r"\bvídeos?\b",
            "動画",
            "ビデオ",
            "视频",
            "影片",
            "동영상",
            "비디오",
            r"видео",
        ),
    ),
    ("audio", _any(r"\b[aá]udio\b", r"\bspeech\b", "音声", "オーディオ", "音频", "音訊", "오디오", r"аудио")),
)
# Words that may stand between modalities in parentheses without changing what they say.
MODALITY_FILLERS = _any(
    r"\band\b",
    r"\bund\b",
    r"\bet\b",
    r"\by\b",
    r"\be\b",
    r"\bor\b",
    r"\btokens?\b",
    "和",
    "と",
    "и",
    "및",
    r"\binputs?\b",
    r"\boutputs?\b",
)

# Sections whose tables price something else than calls of the vendor's own API.
ELSEWHERE = _any(
    r"fine[- ]?tun",
    r"\btuned?\b",
    r"bedrock",
    r"vertex",
    r"foundry",
    r"\bazure\b",
    r"\baws\b",
    r"google cloud",
    r"third[- ]party",
    r"cloud platform",
    r"worked example",
    r"\bexamples?\b",
    r"\bsubscription",
    r"\bplans?\b",
    r"\bseats?\b",
    r"\bmonthly\b|\bper month\b",
    r"\bcalculat|\bestimat",
    r"\b(?:costs?|price) (?:for|of) (?:\d|an? )",
    r"\b(?:old|previous|former|past|historical|expired|prior|outdated)\s+(?:\w+\s+)?(?:prices?|pricing|rates?|costs?)\b",
    r"ファインチューニング",
    "微调",
    "미세 조정",
)
TRAINING = _any(
    r"\btraining\b",
    r"line item",
    r"calculation",
    r"multiplier",
    r"^(?:number of )?(?:requests|calls|documents|users)$",  # how many, of what is worked out
    r"^total(?: costs?| price)?$",
)

NEGATED = _any(r"\bnot\b", r"\bexcept", r"\bno longer", r"\bwithout\b", r"\bunsupported", r"\bunavailable")

# Lines of cards and lists, in which prices stand outside of tables.
CACHING = _any(r"^(?:prompt|context)[- ]caching(?: pric(?:e|es|ing))?$")
READ_OR_WRITE = _any(r"^\s*(?:reads?|writes?)\b")
PRICE_HEADING = _any(
    r"^(?:api )?(?:pric(?:e|es|ing)|costs?|rates?|preise?|prix|tarifs?|precios?|preços?|prezzi|料金|价格|가격|цены)\b"
)

SHORT_CONTEXT = _any(
    r"\bshort[- ]context\b", r"kurzer kontext", r"contexte court", r"contexto corto", r"contexto curto"
)
LONG_CONTEXT = _any(r"\blong[- ]context\b", r"langer kontext", r"contexte long", r"contexto largo", r"contexto longo")

NONE = _any(
    r"^(?:[-–—―−/.\s]*|n\.?/?a\.?|none|not (?:available|supported|applicable|yet available)|unavailable|unsupported|nicht (?:verfügbar|unterstützt)|non disponible|non pris en charge|no disponible|não disponível|non disponibile|利用不可|不可用|不提供|사용할 수 없음|недоступно|coming soon|tbd|x|✗|✕|null)$"
)
FREE = _any(
    r"^(?:free(?: of charge)?|kostenlos|gratuit(?:ement)?|gratis|sin (?:cargo|costo)|gratuito|無料|免费|무료|бесплатно)\b"
)

# What a price is qualified by that is none of the modes: another place, another hour, another contract.
ANOTHER_OFFER = _any(
    r"off[- ]?peak",
    r"\bregional\b",
    r"data residency",
    r"\beu\b",
    r"\b(?:us|eu)[- ]only\b",
    r"provisioned",
    r"\bscale tier\b",
    r"\bbedrock\b",
    r"\baws\b",
    r"\bazure\b",
    r"\bvertex\b",
    r"\benterprise\b",
    r"\bvolume\b",
    r"\bcommit(?:ted|ments?)\b",
    r"\bnegotiated\b",
    r"\breserved\b",
    r"\bresellers?\b",
)
# The same of where calls are served, which no praise of a model speaks of.
ANOTHER_PLACE = _any(
    r"\bregional\b", r"\b(?:us|eu)[- ]only\b", r"bedrock", r"\baws\b", r"\bazure\b", r"vertex", r"foundry"
)
# Columns whose cells say to whom, or where, a row's prices are offered.
OFFER_COLUMN = _any(r"^(?:plan|offer|contract|agreement|customers?|region|location|deployment|endpoint|platform)$")
# Cheaper than the price of a plain call, unless the same label names a mode or what is counted: "Batch (50% discount)".
CHEAPER = _any(r"\bdiscount", r"\bsavings?\b", r"\brebate")
LIFECYCLE = _any(
    r"\bretired\b",
    r"\bdeprecated\b",
    r"\blegacy\b",
    r"\bexcept\b",
    *(r"veraltet", r"eingestellt", r"ausgemustert", r"\baußer\b", r"obsolète", r"\bretirée?s?\b", r"\bsauf\b"),
    *(r"obsolet[oa]", r"descontinuad[oa]", r"retirad[oa]", r"\bexcepto\b", r"\bsalvo\b", r"\bexceto\b", r"ritirat[oa]"),
    *(
        r"deprecat[oa]",
        r"\btranne\b",
        r"\beccetto\b",
        r"\bkecuali\b",
        r"dihentikan",
        r"usang",
        r"устарел",
        r"прекращ",
        r"\bкроме\b",
    ),
    *(
        "弃用",
        "棄用",
        "停用",
        "退役",
        "除外",
        "非推奨",
        "廃止",
        "提供終了",
        "を除く",
        "사용 중단",
        "지원 중단",
        "종료",
        "제외",
    ),
)
OTHER_CURRENCY = _any(
    r"[€£￥₹₩]",
    r"\b(?:EUR|GBP|CNY|RMB|JPY|INR|KRW|CAD|AUD|NZD|CHF|SEK|NOK|DKK|PLN|BRL|SGD|HKD|TWD|MXN)\b",
    r"(?<![A-Z])(?!US)[A-Z]{1,2}\$",
    r"\b(?:canadian|australian|singapore) dollars?\b",
    r"\b(?:euros?|pounds? sterling|swiss francs?|(?:japanese )?yen|yuan|renminbi|rupees?)\b",
    r"(?<![詞词美])元",
)
QUALIFIED_NAME = _any(r"with data sharing", r"data sharing", r"fine[- ]?tun(?:ed|ing)", r"\bft:")


def first_of(vocabulary: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str | None:
    """The first word of `vocabulary` whose pattern stands in `text`, or None."""
    return next((word for word, pattern in vocabulary if pattern.search(text)), None)


def all_of(vocabulary: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> tuple[str, ...]:
    """Every word of `vocabulary` whose pattern stands in `text`."""
    return tuple(word for word, pattern in vocabulary if pattern.search(text))
