#!/bin/sh
# Runs in the build: Python with the named Debian packages, and no traces of their installation.
set -eu

# The host's own package sources come as build secrets, so that none of them stays in the image.
if [ -f /run/secrets/apt-conf ]; then export APT_CONFIG=/run/secrets/apt-conf; fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet
apt-get install --quiet --quiet --yes --no-install-recommends "$@"
apt-get clean

# Debian's hooks compile for the times of these files, which are others in the image: Python would compile again at each
# start. So by hash, and with one order of its sets, so that the same packages give the same image.
LIBRARY=/usr/lib/python3.13
find /usr/lib/python3* /usr/share/python3* -type d -name __pycache__ -prune -exec rm -r {} +
PYTHONHASHSEED=0 python3 -m compileall -q --invalidation-mode unchecked-hash "$LIBRARY"

rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig /var/lib/dpkg/*-old \
  /var/log/* /etc/*- /tmp/install-python.sh
