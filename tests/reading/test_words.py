"""What headers and labels mean, in the languages of the vendors' pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.reading.cells import CellContext, read_cell
from octoregistry.reading.rules import field_of
from octoregistry.reading.units import unit_in
from octoregistry.reading.words import FREE, MODES, NAME_COLUMN, NONE, NOT_PAID, PAID, all_of

DIMENSIONS = {
    "input": (
        "Base Input Tokens",
        "Input price",
        "Prompt tokens",
        "Basis-Eingabetoken",
        "Eingabepreis",
        "Jetons d'entrée de base",
        "Tokens d'entrée",
        "Prix d'entrée",
        "Tokens de entrada base",
        "Precio de entrada",
        "Preço de entrada",
        "Token di input di base",
        "Prezzo di input",
        "Token input dasar",
        "Harga input",
        "基本入力トークン",
        "入力価格",
        "基础输入令牌",
        "输入价格",
        "輸入價格",
        "기본 입력 토큰",
        "입력 가격",
        "Базовые входные токены",
        "Цена ввода",
        "Prezzo dell'ingresso",
        "Ingresso",
        "Masukan",
    ),
    "output": (
        "Output Tokens",
        "Output price (including thinking tokens)",
        "Completion",
        "Ausgabetoken",
        "Ausgabepreis",
        "Jetons de sortie",
        "Prix de sortie (y compris les jetons de réflexion)",
        "Tokens de salida",
        "Precio de salida",
        "Tokens de saída",
        "Preço da saída",
        "Token di output",
        "Prezzo di output",
        "Harga output",
        "Token keluaran",
        "出力トークン",
        "出力価格(思考トークンを含む)",
        "输出令牌",
        "输出价格",
        "輸出價格",
        "출력 토큰",
        "출력 가격",
        "Выходные токены",
        "Цена вывода",
        "Uscita",
    ),
    "cached_input": (
        "Cached input",
        "Cache Hits & Refreshes",
        "Cache reads",
        "Context caching price",
        "Prompt caching (read)",
        "Cache-Treffer und Aktualisierungen",
        "Zwischengespeicherte Eingabe",
        "Im Cache gespeicherte Eingabe",
        "Preis für Kontext-Caching",
        "Lectures du cache",
        "Accès au cache et actualisations",
        "Entrée en cache",
        "Prix de la mise en cache du contexte",
        "Aciertos de caché y actualizaciones",
        "Lecturas de caché",
        "Precio de almacenamiento en caché de contexto",
        "Entrada en caché",
        "Leituras de cache",
        "Entrada em cache",
        "Preço do armazenamento em cache de contexto",
        "Preço do cache de contexto",
        "Letture cache",
        "Hit della cache e aggiornamenti",
        "Prezzo della memorizzazione nella cache del contesto",
        "Hit Cache & Penyegaran",
        "Harga caching konteks",
        "キャッシュヒットと更新",
        "キャッシュされた入力",
        "コンテキスト キャッシュ保存の料金",
        "缓存命中和刷新",
        "缓存输入",
        "上下文缓存价格",
        "快取輸入",
        "캐시 적중 및 새로고침",
        "캐시된 입력",
        "컨텍스트 캐싱 가격",
        "Попадания в кэш и обновления",
        "Кэшированный ввод",
        "Цена кэширования контекста",
        "Чтение из кеша",
    ),
    "cache_write_5m": (
        "5m Cache Writes",
        "Cache writes",
        "Prompt caching write",
        "5-Min.-Cache-Schreibvorgänge",
        "Cache-Schreiben",
        "Écritures de cache 5m",
        "Écriture en cache",
        "Escrituras de caché de 5m",
        "Escrita de cache 5m",
        "Gravações de cache de 5m",
        "Gravações em cache",
        "Scritture cache 5m",
        "Penulisan Cache 5m",
        "5分キャッシュ書き込み",
        "5分钟缓存写入",
        "5m 快取寫入",
        "5분 캐시 쓰기",
        "Запись в кэш (5 мин)",
        "Записи кеша 5м",
    ),
    "cache_write_1h": (
        "1h Cache Writes",
        "Cache writes (1 hour)",
        "1-Std.-Cache-Schreibvorgänge",
        "Cache-Schreibvorgänge (1 Stunde)",
        "Écritures de cache 1h",
        "Escrituras de caché de 1h",
        "Escrituras de caché de 1 hora",
        "Gravações de cache de 1h",
        "Scritture cache 1h",
        "Penulisan Cache 1j",
        "1時間キャッシュ書き込み",
        "1小时缓存写入",
        "1시간 캐시 쓰기",
        "Запись в кэш (1 час)",
        "Записи кеша 1ч",
    ),
    "cache_storage_hour": (
        "Context caching (storage)",
        "Cache storage per hour",
        "Kontext-Caching (Speicherung)",
        "Cache-Speicherkosten pro Stunde",
        "Mise en cache du contexte (stockage)",
        "Almacenamiento en caché de contexto (almacenamiento)",
        "Armazenamento em cache (armazenamento por hora)",
        "コンテキスト キャッシュ(ストレージ)",
        "上下文缓存(存储)",
        "컨텍스트 캐싱(저장소)",
        "Хранение кэша",
    ),
}


@pytest.mark.parametrize(("dimension", "label"), [(d, label) for d, labels in DIMENSIONS.items() for label in labels])
def test_a_label_means_one_dimension(dimension: str, label: str) -> None:
    """In every language, and a storage price is never taken for that of the cached prompt."""
    field = field_of(0, label, {})
    assert field is not None
    assert field.dimension == dimension


@pytest.mark.parametrize(
    "label",
    [
        "Max output",
        "Context window",
        "Training",
        "Output formats",
        "Image generation",
        "Grounding with Google Search",
        "Used to improve our products",
        "Latency",
        "Rate limits",
        "Quality",
        "Description",
        "Web search calls",
        "File storage",
        "Knowledge cutoff",
        "Maximum input",
        "Priority access",
        "Features",
    ],
)
def test_a_label_that_prices_no_tokens_means_nothing(label: str) -> None:
    """Even where it holds the word of a dimension."""
    assert field_of(0, label, {}) is None


@pytest.mark.parametrize(
    ("mode", "label"),
    [
        ("batch", "Batch"),
        ("batch", "Batch API pricing"),
        ("batch", "Stapelverarbeitung"),
        ("batch", "Traitement par lots"),
        ("batch", "Procesamiento por lotes"),
        ("batch", "Processamento em lote"),
        ("batch", "Elaborazione batch"),
        ("batch", "バッチ処理"),
        ("batch", "批处理"),
        ("batch", "배치 처리"),
        ("batch", "Пакетная обработка"),
        ("batch", "Pemrosesan batch"),
        ("flex", "Flex processing"),
        ("priority", "Priority"),
        ("priority", "Fast mode pricing"),
        ("priority", "Mode rapide"),
        ("priority", "Modo rápido"),
        ("priority", "高速モード"),
        ("priority", "快速模式"),
        ("priority", "빠른 모드"),
        ("standard", "Standard"),
        ("standard", "Estándar"),
        ("standard", "標準"),
        ("standard", "标准"),
        ("standard", "표준"),
    ],
)
def test_a_label_names_a_mode(mode: str, label: str) -> None:
    """One mode and no other."""
    assert all_of(MODES, label) == (mode,)


@pytest.mark.parametrize("label", ["Our fast and affordable model", "Fastest", "Flexible", "Default"])
def test_praise_is_no_mode(label: str) -> None:
    """A fast model is not in fast mode."""
    assert not all_of(MODES, label)


@pytest.mark.parametrize(
    "label",
    [
        "Model",
        "Claude model",
        "Model name",
        "Modell",
        "Modelle",
        "Modèle",
        "Modelo",
        "Modello",
        "モデル",
        "模型",
        "型号",
        "모델",
        "Модель",
    ],
)
def test_the_column_of_names_is_known(label: str) -> None:
    """In every language."""
    assert NAME_COLUMN.match(label)


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("Free Tier", True),
        ("Kostenlose Stufe", True),
        ("Niveau gratuit", True),
        ("Nivel gratuito", True),
        ("Nível gratuito", True),
        ("Nível sem custo financeiro", True),
        ("Livello gratuito", True),
        ("無料枠", True),
        ("免费层级", True),
        ("무료 등급", True),
        ("Бесплатный уровень", True),
        ("Tingkat gratis", True),
        ("Sin costo", True),
        ("Paid Tier, per 1M tokens in USD", False),
        ("Kostenpflichtige Stufe, pro 1 Mio. Tokens in USD", False),
        ("Niveau payant, par million de jetons en USD", False),
        ("Nivel pagado, por 1 millón de tokens en USD", False),
        ("Nível pago, por 1 milhão de tokens em dólares americanos", False),
        ("Livello a pagamento, per 1 milione di token in USD", False),
        ("有料枠(100 万トークンあたり、米ドル)", False),
        ("付费层级(每 100 万个 token,以美元计)", False),
        ("유료 등급, 100만 토큰당(USD)", False),
        ("Платный уровень, за 1 миллион токенов в долларах США", False),
        ("Tingkat berbayar, per 1 juta token dalam USD", False),
    ],
)
def test_free_and_paid_columns_are_told_apart(text: str, free: bool) -> None:
    """And the paid one states its unit."""
    assert bool(NOT_PAID.search(text)) is free
    assert bool(PAID.search(text)) is not free
    if not free:
        unit = unit_in(text)
        assert unit is not None
        assert unit.factor == 1


DAY = date(2026, 8, 21)


@pytest.mark.parametrize(
    "text",
    [
        "-",
        "–",
        "—",
        "N/A",
        "n/a",
        "Not available",
        "Nicht verfügbar",
        "Non disponible",
        "No disponible",
        "利用不可",
        "Coming soon",
        "",
    ],
)
def test_no_price_is_none(text: str) -> None:
    """Never 0."""
    assert NONE.match(text)
    assert read_cell(text, CellContext(DAY)).prices == ()


@pytest.mark.parametrize(
    "text",
    ["Free of charge", "Free", "Kostenlos", "Gratuit", "Gratis", "Sin cargo", "無料", "免费", "무료", "Бесплатно"],
)
def test_free_is_told_from_none(text: str) -> None:
    """It is a price, but no figure."""
    assert FREE.match(text)
    assert read_cell(text, CellContext(DAY)).free


def test_russian_prices_behind_their_unit_words_are_read() -> None:
    """A decimal comma, the currency behind."""
    read = read_cell("0,30 $ / MTok", CellContext(DAY, decimal_comma=True))
    assert [p.usd for p in read.prices] == [Decimal("0.30")]
