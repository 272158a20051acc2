"""Writes the list of A shares as the Shenzhen exchange publishes it, an Excel file, to standard output.

usage: shenzhen_list.py COUNT
"""

import sys
from io import BytesIO

from openpyxl import Workbook

COLUMNS = ["板块", "A股代码", "A股简称", "A股上市日期", "A股总股本", "A股流通股本", "所属行业"]

book = Workbook()
sheet = book.active
sheet.append(COLUMNS)
for number in range(1, int(sys.argv[1]) + 1):
    name = "万  科Ａ" if number == 2 else f"股份{number}"
    sheet.append(["主板", f"{number:06}", name, "1991-01-29", "1,000", "1,000", "K 房地产"])
content = BytesIO()
book.save(content)
sys.stdout.buffer.write(content.getvalue())
