"""usage: whole_market.py SERIES BARS    the same work as whole-market.ts, by TA-Lib; prints one line of JSON"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, "hack/golden")

import series  # noqa: E402
import talib  # noqa: E402

SYMBOLS = ["000001.sz", "600000.sh", "000151.sz", "000300.sh", "399001.sz"]
PACKAGE = Path("node_modules/hqchart")


def mib(field: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return float("nan")


count, length = (int(argument) for argument in sys.argv[1:])
histories = []
for symbol in SYMBOLS:
    bars = series.history(PACKAGE, symbol)
    histories.append([bars[name] / 100 for name in ("high", "low", "close")])
market = []
for index in range(count):
    history = histories[index % len(histories)]
    start = (index * 7) % (len(history[2]) - length)
    market.append([values[start : start + length] for values in history])

loaded = mib("VmRSS")
cpu, wall = time.process_time(), time.perf_counter()
total = 0.0
for high, low, close in market:
    columns = [
        talib.SMA(close, 20),
        talib.EMA(close, 12),
        *talib.MACD(close, 12, 26, 9),
        talib.RSI(close, 14),
        *talib.STOCH(high, low, close, 5, 3, 0, 3, 0),
        *talib.BBANDS(close, 20, 2, 2),
    ]
    for values in columns:
        total += values[-1]
cpu_ms, wall_ms = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
print(json.dumps({"cpuMs": cpu_ms, "wallMs": wall_ms, "loaded": loaded, "peak": mib("VmHWM"), "sum": total}))
