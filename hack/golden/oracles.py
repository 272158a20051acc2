"""What the two oracles say about a series: column name of ours -> values, NaN where there is none.

Keys are the columns of app/server/src/indicators; prices are cents, so columns that are prices are cents too.
"""

import numpy as np
import MyTT.MyTT as mytt
import talib
from talib import abstract

mytt.RD = lambda values, digits=3: values  # it rounds some results to 3 decimals; the oracle must not

Bars = dict[str, np.ndarray]
Columns = dict[str, np.ndarray]


def talib_columns(bars: Bars) -> Columns:
    close, high, low, volume = bars["close"], bars["high"], bars["low"], bars["volume"]
    dif, dea, macd = talib.MACD(close, 12, 26, 9)
    fast_dif, fast_dea, fast_macd = talib.MACD(close, 5, 34, 5)
    slow_k, slow_d = talib.STOCH(high, low, close, 5, 3, 0, 3, 0)
    wide_k, wide_d = talib.STOCH(high, low, close, 14, 5, 0, 4, 0)
    k, d, j = talib.KDJ(high, low, close)
    up, middle, lower = talib.BBANDS(close, 20, 2, 2)
    wide_up, wide_middle, wide_lower = talib.BBANDS(close, 10, 1.5, 1.5)
    return {
        "MA5": talib.SMA(close, 5),
        "MA60": talib.SMA(close, 60),
        "EMA12": talib.EMA(close, 12),
        "WMA10": talib.WMA(close, 10),
        "DIF": dif,
        "DEA": dea,
        "MACD": macd,
        "DIF(5,34,5)": fast_dif,
        "DEA(5,34,5)": fast_dea,
        "MACD(5,34,5)": fast_macd,
        "RSI6": talib.RSI(close, 6),
        "RSI14": talib.RSI(close, 14),
        "K": k,
        "D": d,
        "J": j,
        "SLOWK": slow_k,
        "SLOWD": slow_d,
        "SLOWK(14,5,4)": wide_k,
        "SLOWD(14,5,4)": wide_d,
        "BOLL": middle,
        "BOLL_UP": up,
        "BOLL_LOW": lower,
        "BOLL(10,1.5)": wide_middle,
        "BOLL_UP(10,1.5)": wide_up,
        "BOLL_LOW(10,1.5)": wide_lower,
        "ATR14": talib.ATR(high, low, close, 14),
        "PDI": talib.PLUS_DI(high, low, close, 14),
        "MDI": talib.MINUS_DI(high, low, close, 14),
        "ADX": talib.ADX(high, low, close, 14),
        "ADXR": talib.ADXR(high, low, close, 14),
        "CCI14": talib.CCI(high, low, close, 14),
        "WR14": talib.WILLR(high, low, close, 14),
        "MFI14": talib.MFI(high, low, close, volume, 14),
        "OBV": talib.OBV(close, volume),
        "ROC12": talib.ROC(close, 12),
        "TRIX12": talib.TRIX(close, 12),
        "VWAP": talib.VWAP(high, low, close, volume),
        "PSAR": talib.SAR(high, low, 0.02, 0.2),
        "PSAR(0.05,0.3)": talib.SAR(high, low, 0.05, 0.3),
        **talib_columns_of_other_periods(bars),
    }


def talib_columns_of_other_periods(bars: Bars) -> Columns:
    """The same functions with numbers that nobody usually asks for: definitions must not be right by habit only."""
    close, high, low, volume = bars["close"], bars["high"], bars["low"], bars["volume"]
    k, d, j = talib.KDJ(high, low, close, 5, 2, talib.MA_Type.RMA, 4, talib.MA_Type.RMA)
    return {
        "MA1": talib.SMA(close, 1),
        "WMA30": talib.WMA(close, 30),
        "RSI2": talib.RSI(close, 2),
        "K(5,2,4)": k,
        "D(5,2,4)": d,
        "J(5,2,4)": j,
        "ATR5": talib.ATR(high, low, close, 5),
        "PDI(7)": talib.PLUS_DI(high, low, close, 7),
        "MDI(7)": talib.MINUS_DI(high, low, close, 7),
        "ADX(7)": talib.ADX(high, low, close, 7),
        "ADXR(7)": talib.ADXR(high, low, close, 7),
        "CCI20": talib.CCI(high, low, close, 20),
        "WR6": talib.WILLR(high, low, close, 6),
        "MFI6": talib.MFI(high, low, close, volume, 6),
        "ROC1": talib.ROC(close, 1),
        "TRIX5": talib.TRIX(close, 5),
    }


def talib_lookbacks() -> dict[str, int]:
    """Index of the first value as TA-Lib itself states it."""

    def of(function: str, **parameters: float) -> int:
        one = abstract.Function(function)
        one.parameters = parameters
        return int(one.lookback)

    macd = of("MACD", fastperiod=12, slowperiod=26, signalperiod=9)
    wide_macd = of("MACD", fastperiod=5, slowperiod=34, signalperiod=5)
    stoch = of("STOCH", fastk_period=5, slowk_period=3, slowk_matype=0, slowd_period=3, slowd_matype=0)
    wide = of("STOCH", fastk_period=14, slowk_period=5, slowk_matype=0, slowd_period=4, slowd_matype=0)
    kdj = of("KDJ", fastk_period=9, slowk_period=3, slowk_matype=13, slowd_period=3, slowd_matype=13)
    other_kdj = of("KDJ", fastk_period=5, slowk_period=2, slowk_matype=13, slowd_period=4, slowd_matype=13)
    boll, wide_boll = of("BBANDS", timeperiod=20), of("BBANDS", timeperiod=10)
    return {
        "MA5": of("SMA", timeperiod=5),
        "MA60": of("SMA", timeperiod=60),
        "EMA12": of("EMA", timeperiod=12),
        "WMA10": of("WMA", timeperiod=10),
        **dict.fromkeys(("DIF", "DEA", "MACD"), macd),
        **dict.fromkeys(("DIF(5,34,5)", "DEA(5,34,5)", "MACD(5,34,5)"), wide_macd),
        "RSI6": of("RSI", timeperiod=6),
        "RSI14": of("RSI", timeperiod=14),
        **dict.fromkeys(("K", "D", "J"), kdj),
        **dict.fromkeys(("SLOWK", "SLOWD"), stoch),
        **dict.fromkeys(("SLOWK(14,5,4)", "SLOWD(14,5,4)"), wide),
        **dict.fromkeys(("BOLL", "BOLL_UP", "BOLL_LOW"), boll),
        **dict.fromkeys(("BOLL(10,1.5)", "BOLL_UP(10,1.5)", "BOLL_LOW(10,1.5)"), wide_boll),
        "ATR14": of("ATR", timeperiod=14),
        "PDI": of("PLUS_DI", timeperiod=14),
        "MDI": of("MINUS_DI", timeperiod=14),
        "ADX": of("ADX", timeperiod=14),
        "ADXR": of("ADXR", timeperiod=14),
        "CCI14": of("CCI", timeperiod=14),
        "WR14": of("WILLR", timeperiod=14),
        "MFI14": of("MFI", timeperiod=14),
        "OBV": of("OBV"),
        "ROC12": of("ROC", timeperiod=12),
        "TRIX12": of("TRIX", timeperiod=12),
        "VWAP": of("VWAP"),
        "PSAR": of("SAR"),
        "PSAR(0.05,0.3)": of("SAR"),
        "MA1": of("SMA", timeperiod=1),
        "WMA30": of("WMA", timeperiod=30),
        "RSI2": of("RSI", timeperiod=2),
        **dict.fromkeys(("K(5,2,4)", "D(5,2,4)", "J(5,2,4)"), other_kdj),
        "ATR5": of("ATR", timeperiod=5),
        "PDI(7)": of("PLUS_DI", timeperiod=7),
        "MDI(7)": of("MINUS_DI", timeperiod=7),
        "ADX(7)": of("ADX", timeperiod=7),
        "ADXR(7)": of("ADXR", timeperiod=7),
        "CCI20": of("CCI", timeperiod=20),
        "WR6": of("WILLR", timeperiod=6),
        "MFI6": of("MFI", timeperiod=6),
        "ROC1": of("ROC", timeperiod=1),
        "TRIX5": of("TRIX", timeperiod=5),
    }


def pattern_columns(bars: Bars) -> Columns:
    """Every candlestick pattern of TA-Lib with its default settings and penetrations."""
    prices = [bars[name] for name in ("open", "high", "low", "close")]
    return {name: getattr(talib, name)(*prices) for name in pattern_names()}


def pattern_names() -> list[str]:
    return talib.get_function_groups()["Pattern Recognition"]


def pattern_lookbacks() -> dict[str, int]:
    return {name: int(abstract.Function(name).lookback) for name in pattern_names()}


def cn_columns(bars: Bars) -> Columns:
    names = ("open", "high", "low", "close", "volume")
    opening, high, low, close, volume = (bars[name] for name in names)
    dif, dea, macd = mytt.MACD(close)
    k, d, j = mytt.KDJ(close, high, low)
    up, middle, lower = mytt.BOLL(close)
    pdi, mdi, adx, adxr = mytt.DMI(close, high, low)
    wr10, wr6 = mytt.WR(close, high, low)
    bias6, bias12, bias24 = mytt.BIAS(close)
    ar, br = mytt.BRAR(opening, close, high, low)
    # MyTT's deviation has n in the denominator, that of the terminals n - 1.
    widened = np.sqrt(20 / 19)
    # MyTT has no CR. Its formula: MID := REF(H + L, 1) / 2; SUM(MAX(0, H - MID), 26) / SUM(MAX(0, MID - L), 26) * 100
    mid = mytt.REF(high + low) / 2
    cr = mytt.SUM(np.maximum(0, high - mid), 26) / mytt.SUM(np.maximum(0, mid - low), 26) * 100
    return {
        "MA5": mytt.MA(close, 5),
        "MA60": mytt.MA(close, 60),
        "EMA12": mytt.EMA(close, 12),
        "SMA(6,1)": mytt.SMA(close, 6, 1),
        "WMA10": mytt.WMA(close, 10),
        "DIF": dif,
        "DEA": dea,
        "MACD": macd,
        "RSI6": mytt.RSI(close, 6),
        "RSI12": mytt.RSI(close, 12),
        "RSI24": mytt.RSI(close, 24),
        "K": k,
        "D": d,
        "J": j,
        "BOLL": middle,
        "BOLL_UP": middle + (up - middle) * widened,
        "BOLL_LOW": middle - (middle - lower) * widened,
        "ATR14": mytt.ATR(close, high, low, 14),
        "PDI": pdi,
        "MDI": mdi,
        "ADX": adx,
        "ADXR": adxr,
        "CCI14": mytt.CCI(close, high, low, 14),
        "WR10": wr10,
        "WR6": wr6,
        "MFI14": mytt.MFI(close, high, low, volume, 14),
        "OBV": mytt.OBV(close, volume) * 10000,  # MyTT shows tens of thousands
        "ROC12": mytt.ROC(close, 12)[0],
        "BIAS6": bias6,
        "BIAS12": bias12,
        "BIAS24": bias24,
        "PSY12": mytt.PSY(close, 12)[0],
        "VR26": mytt.VR(close, volume, 26),
        "CR26": cr,
        "BR": br,
        "AR": ar,
        "TRIX12": mytt.TRIX(close, 12)[0],
        **cn_columns_of_other_periods(bars),
    }


def cn_columns_of_other_periods(bars: Bars) -> Columns:
    """The same functions with numbers that nobody usually asks for."""
    names = ("open", "high", "low", "close", "volume")
    opening, high, low, close, volume = (bars[name] for name in names)
    dif, dea, macd = mytt.MACD(close, 5, 34, 5)
    k, d, j = mytt.KDJ(close, high, low, 5, 2, 4)
    up, middle, lower = mytt.BOLL(close, 10, 1.5)
    pdi, mdi, adx, adxr = mytt.DMI(close, high, low, 7, 3)
    ar, br = mytt.BRAR(opening, close, high, low, 12)
    widened = np.sqrt(10 / 9)
    return {
        "MA1": mytt.MA(close, 1),
        "WMA30": mytt.WMA(close, 30),
        "SMA(10,3)": mytt.SMA(close, 10, 3),
        "DIF(5,34,5)": dif,
        "DEA(5,34,5)": dea,
        "MACD(5,34,5)": macd,
        "K(5,2,4)": k,
        "D(5,2,4)": d,
        "J(5,2,4)": j,
        "BOLL(10,1.5)": middle,
        "BOLL_UP(10,1.5)": middle + (up - middle) * widened,
        "BOLL_LOW(10,1.5)": middle - (middle - lower) * widened,
        "PDI(7,3)": pdi,
        "MDI(7,3)": mdi,
        "ADX(7,3)": adx,
        "ADXR(7,3)": adxr,
        "ROC1": mytt.ROC(close, 1)[0],
        "PSY24": mytt.PSY(close, 24)[0],
        "VR12": mytt.VR(close, volume, 12),
        "BR(12)": br,
        "AR(12)": ar,
        "TRIX5": mytt.TRIX(close, 5)[0],
    }
