"""The price series that the golden files are made from: real bars of the npm package hqchart, and made ones.

Prices are whole cents held in float64: sums and differences of them are exact, so no float tie decides anything.
The tests build the same series again (app/server/src/indicators/golden/series.ts).
"""

import json
from pathlib import Path

import numpy as np

DAY_LINES = "src/jscommon/umychart.testdata/DayKLine"

# Name, symbol, first bar and number of bars. Every bar of these is compared.
SECTIONS = [
    ("000001.SZ from its first day", "000001.sz", 0, 700),
    ("600000.SH, the newest bars", "600000.sh", -700, 700),
    ("000151.SZ, from the middle", "000151.sz", 2500, 700),
    ("000300.SH from its first day", "000300.sh", 0, 700),
]
# Whole histories, compared at every CHECKPOINT-th bar and at the last: an error that grows would show there.
HISTORIES = ["000001.sz", "600000.sh", "000151.sz", "000300.sh", "399006.sz"]
CHECKPOINT = 97

# Candlestick patterns are compared at every bar of the whole histories and of this many made bars.
MADE_CANDLES = 30_000


def history(package: Path, symbol: str) -> dict[str, np.ndarray]:
    """All daily bars of a symbol: prices in cents, volume as the file has it."""
    rows = json.loads((package / DAY_LINES / f"{symbol}.day.kline.json").read_text("utf8"))["data"]
    table = np.array([row[:8] for row in rows], dtype=np.float64)
    cents = np.floor(table[:, 2:6] * 100 + 0.5)
    names = ("open", "high", "low", "close")
    bars = {name: np.ascontiguousarray(cents[:, index]) for index, name in enumerate(names)}
    return bars | {"date": table[:, 0], "volume": np.ascontiguousarray(table[:, 6])}


def year_2023(package: Path) -> dict[str, np.ndarray]:
    """000001.SZ in 2023: the series of the published table of single values."""
    bars = history(package, "000001.sz")
    wanted = (bars["date"] >= 20230101) & (bars["date"] <= 20231231)
    return {name: np.ascontiguousarray(values[wanted]) for name, values in bars.items()}


def section(bars: dict[str, np.ndarray], start: int, length: int) -> dict[str, np.ndarray]:
    first = start if start >= 0 else len(bars["close"]) + start
    return {name: np.ascontiguousarray(values[first : first + length]) for name, values in bars.items()}


class Dice:
    """The 32-bit linear congruential generator of Numerical Recipes; the tests have the same."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 16) % limit


def made_candles(length: int, seed: int, calm: int) -> dict[str, np.ndarray]:
    """Bars of few cents with many equal prices, gaps and, where `calm` is above 1, days without any move."""
    dice = Dice(seed)
    names = ("open", "high", "low", "close", "volume")
    bars = {name: np.zeros(length) for name in names}
    close = 1000
    for index in range(length):
        moves = calm <= 1 or (index // 40) % calm != 0
        gap = dice.below(15) - 7 if moves else 0
        body = dice.below(31) - 15 if moves and dice.below(3) > 0 else 0
        upper = dice.below(12) if moves and dice.below(2) > 0 else 0
        lower = dice.below(12) if moves and dice.below(2) > 0 else 0
        start = max(100, min(5000, close + gap))
        close = max(100, start + body)
        bars["open"][index] = start
        bars["close"][index] = close
        bars["high"][index] = max(start, close) + upper
        bars["low"][index] = min(start, close) - lower
        bars["volume"][index] = 100 * dice.below(1000) if moves else 0
    return bars
