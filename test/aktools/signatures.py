"""Prints as JSON what AkShare says of functions: parameters, documented columns, and source.

usage: signatures.py NAME...
"""

import inspect
import json
import sys
from importlib.resources import files

import akshare

documented = json.loads(files("akshare").joinpath("data/interfaces.json").read_text("utf-8"))
columns = {one["name"]: [output["name"] for output in one["outputs"]] for one in documented["interfaces"]}


def describe(name):
    function = inspect.unwrap(getattr(akshare, name))
    return {
        "parameters": list(inspect.signature(function).parameters),
        "columns": columns.get(name, []),
        "source": inspect.getsource(function),
    }


print(json.dumps({name: describe(name) for name in sys.argv[1:]}))
