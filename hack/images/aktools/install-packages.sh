#!/bin/sh
# Runs in a build stage: the locked Python packages in /opt/aktools, compiled, without what a server does not load.
set -eu
PREFIX=/opt/aktools

# The host's package index comes as a build secret, so that none of it stays in the image.
if [ -f /run/secrets/pip-conf ]; then export PIP_CONFIG_FILE=/run/secrets/pip-conf; fi
if [ -f /run/secrets/pip-cert ]; then export PIP_CERT=/run/secrets/pip-cert; fi
python3 -m venv "$PREFIX"
install() {
  "$PREFIX/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile --no-deps \
    --require-hashes "$@"
}
install --only-binary :all: --requirement /tmp/requirements-build.txt
install --only-binary :all: --no-binary jsonpath --no-build-isolation --requirement /tmp/requirements.txt
"$PREFIX/bin/python" -m pip check --disable-pip-version-check
"$PREFIX/bin/python" -m pip uninstall --quiet --yes setuptools pip

# Test suites and headers are a fifth of the size, and nothing here builds against these libraries.
SITE=$(echo "$PREFIX"/lib/python3.*/site-packages)
find "$SITE" -type d \( -name tests -o -name __pycache__ \) -prune -exec rm -r {} +
rm -rf "$SITE"/numpy/_core/include "$SITE"/numpy/f2py "$SITE"/lxml/includes "$PREFIX"/include "$PREFIX"/share

# The root file system of a pod is read-only: what is not compiled here would be compiled at every start.
PYTHONHASHSEED=0 python3 -m compileall -q --invalidation-mode unchecked-hash "$SITE"

# The import that a pod begins with, as the user of the pod would do it: what is lacking fails the build.
cd /
VERCEL=1 HOME=/nonexistent PYTHONDONTWRITEBYTECODE=1 "$PREFIX/bin/python" -c 'import aktools.main'
rm -f /tmp/aktools_log.log
