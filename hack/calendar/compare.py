"""Writes app/server/src/market-data/calendar/testing/xshg.golden.json: what PyPI exchange-calendars says of the Shanghai exchange.

The test beside it compares the project's own table of closures with this file, day by day, so the table is checked
against a source that it was not written from. Run after the notice of a new year (December), and commit the result:

    python3 -m venv /tmp/calendar && /tmp/calendar/bin/pip install exchange-calendars==4.13.2
    /tmp/calendar/bin/python hack/calendar/compare.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import exchange_calendars
import pandas

FIRST_DAY = "1990-12-19"
TARGET = Path(__file__).parents[2] / "app/server/src/market-data/calendar/testing/xshg.golden.json"

calendar = exchange_calendars.get_calendar("XSHG", start=FIRST_DAY)
sessions = set(calendar.sessions)
last = calendar.last_session
# Weekdays without a session say the same as the 8,797 sessions and are a tenth of the size.
closed = [day.strftime("%Y-%m-%d") for day in pandas.bdate_range(FIRST_DAY, last) if day not in sessions]
weekends = [day.strftime("%Y-%m-%d") for day in sessions if day.day_of_week > 4]
TARGET.write_text(
    json.dumps(
        {
            "source": f"exchange-calendars {version('exchange-calendars')}, XSHG",
            "from": FIRST_DAY,
            "until": last.strftime("%Y-%m-%d"),
            "sessions": len(sessions),
            "weekendSessions": weekends,
            "closedWeekdays": closed,
        },
        indent=2,
    )
    + "\n"
)
