"""Writes the golden files of the indicators: what TA-Lib and MyTT say about real and made bars.

usage: make.py [--check]     run from the root of the repository after npm ci
--check writes nothing and fails when the committed files differ.

manifest.json says which series there are and where each column of each series begins in values.bin.gz; patterns.bin.gz
holds one byte per bar and pattern. See README.md for the formats.
"""

import argparse
import gzip
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import oracles
import series

PACKAGE = Path("node_modules/hqchart")
TARGET = Path("app/server/src/indicators/golden")
# Bits of the 52-bit fraction that are kept: a relative error of 3e-11, a thirtieth of what is compared at most.
FRACTION_BITS = 34


def shortened(values: np.ndarray) -> np.ndarray:
    """Rounds the fraction to FRACTION_BITS; what is cut compresses to nothing."""
    cut = np.uint64(52 - FRACTION_BITS)
    half = np.uint64(1) << (cut - np.uint64(1))
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
    rounded = ((bits + half) >> cut) << cut
    return np.where(np.isfinite(values), rounded, bits).view(np.float64)


class Values:
    """All numbers in one array; each column is told by where it begins and how long it is."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray] = []
        self.length = 0

    def add(self, columns: dict[str, np.ndarray], at: np.ndarray | None = None) -> dict[str, int]:
        begins = {}
        for name, values in columns.items():
            chosen = values if at is None else values[at]
            begins[name] = self.length
            self.parts.append(shortened(chosen))
            self.length += len(chosen)
        return begins

    def packed(self) -> bytes:
        """Byte planes, the highest bytes first: equal neighbours compress well."""
        numbers = np.concatenate(self.parts).astype("<f8")
        planes = numbers.view(np.uint8).reshape(-1, 8).T[::-1]
        return gzip.compress(planes.tobytes(), 9, mtime=0)


def value_series(values: Values) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []

    def entry(name: str, kind: dict[str, object], bars: oracles.Bars, at: np.ndarray | None = None) -> None:
        modes = {"talib": oracles.talib_columns(bars)}
        if "made" not in kind:
            modes["cn"] = oracles.cn_columns(bars)
        length = len(bars["close"])
        columns = {mode: values.add(all_columns, at) for mode, all_columns in modes.items()}
        entries.append({"name": name, **kind, "bars": length, "columns": columns})

    for name, symbol, start, length in series.SECTIONS:
        bars = series.section(series.history(PACKAGE, symbol), start, length)
        entry(name, {"symbol": symbol, "firstDate": int(bars["date"][0])}, bars)
    bars = series.year_2023(PACKAGE)
    entry("000001.SZ in 2023", {"symbol": "000001.sz", "firstDate": 20230103}, bars)
    made = {"seed": 7, "calm": 3}
    entry("made, with calm stretches", {"made": made}, series.made_candles(500, **made))
    for symbol in series.HISTORIES:
        bars = series.history(PACKAGE, symbol)
        length = len(bars["close"])
        at = np.unique(np.append(np.arange(0, length, series.CHECKPOINT), length - 1))
        kind = {"symbol": symbol, "firstDate": int(bars["date"][0]), "every": series.CHECKPOINT}
        entry(f"{symbol}, whole history", kind, bars, at)
    return entries


def pattern_series() -> tuple[list[dict[str, object]], bytes]:
    entries: list[dict[str, object]] = []
    packed = bytearray()
    kinds: list[tuple[dict[str, object], oracles.Bars]] = [
        ({"symbol": symbol}, series.history(PACKAGE, symbol)) for symbol in series.HISTORIES
    ]
    made = {"seed": 11, "calm": 1}
    kinds.append(({"made": made}, series.made_candles(series.MADE_CANDLES, **made)))
    for kind, bars in kinds:
        columns = oracles.pattern_columns(bars)
        entries.append({**kind, "bars": len(bars["close"]), "begin": len(packed)})
        for values in columns.values():
            # -200 … 200 in steps of 20 fits a signed byte.
            packed += (values // 20).astype(np.int8).tobytes()
    return entries, gzip.compress(bytes(packed), 9, mtime=0)


def files() -> dict[str, bytes]:
    values = Values()
    patterns, packed_patterns = pattern_series()
    manifest = {
        "madeBy": {name: version(name) for name in ("ta-lib", "MyTT", "numpy", "pandas")},
        "pricesFrom": f"hqchart {json.loads((PACKAGE / 'package.json').read_text('utf8'))['version']}",
        "series": value_series(values),
        "lookbacks": oracles.talib_lookbacks(),
        "patterns": {"names": oracles.pattern_names(), "lookbacks": oracles.pattern_lookbacks(), "series": patterns},
        "values": values.length,
    }
    return {
        "manifest.json": (json.dumps(manifest, indent=1) + "\n").encode(),
        "values.bin.gz": values.packed(),
        "patterns.bin.gz": packed_patterns,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    if not PACKAGE.is_dir():
        print(f"{PACKAGE} is missing: run npm ci, then this from the root of the repository", file=sys.stderr)
        return 2
    differing = []
    for name, content in files().items():
        path = TARGET / name
        if check:
            # Compared unpacked: another zlib may pack the same bytes differently.
            old = path.read_bytes() if path.exists() else b""
            plain = (lambda data: gzip.decompress(data) if data else data) if name.endswith(".gz") else bytes
            if plain(old) != plain(content):
                differing.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            print(f"{path}: {len(content):,} bytes")
    if differing:
        print(f"differ from what the oracles say: {', '.join(differing)}", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
