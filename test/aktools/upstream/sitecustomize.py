"""Sends every request of AkShare to the stand-in for the quote sites, which learns the host from the path.

Python imports this module at its start from PYTHONPATH. Both HTTP libraries of AkShare are diverted.
"""

import os
from urllib.parse import urlsplit

from curl_cffi.requests import Session
from requests.adapters import HTTPAdapter


def diverted(url):
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{os.environ['UPSTREAM_STAND_IN']}/{parts.netloc}{parts.path}{query}"


adapter_send = HTTPAdapter.send
session_request = Session.request


def send(self, request, **options):
    request.url = diverted(request.url)
    options["proxies"] = {}
    return adapter_send(self, request, **options)


def request(self, method, url, *arguments, **options):
    return session_request(self, method, diverted(url), *arguments, **options)


HTTPAdapter.send = send
Session.request = request
