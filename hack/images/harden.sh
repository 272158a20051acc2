#!/bin/sh
# Brings any Debian base image to what the platform expects; on the base of hack/images/base it changes nothing.
set -eu

if ! getent passwd 10001 >/dev/null; then
  groupadd --gid 10001 stock-analysis
  useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin stock-analysis
fi
# The day on which an account was made is the day of the build.
sed -i -E 's/^([^:]*:[^:]*):[0-9]+:/\1:1:/' /etc/shadow
# Nothing installs packages at run time: neither npm and its kin, which bases from a registry bring, nor Debian's own. Their
# bytes stay in the layer of the base, which all images share; dpkg's list stays for scanners.
rm -rf /usr/bin/apt /usr/bin/apt-* /usr/bin/dpkg /usr/bin/dpkg-* /usr/sbin/dpkg-* /usr/lib/apt /usr/lib/dpkg /usr/share/dpkg \
  /usr/lib/*/libapt-* /etc/apt /etc/dpkg /var/lib/apt /var/cache/apt /var/cache/debconf
rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
find / -xdev -type f -perm /6000 -exec chmod ug-s {} +
rm -rf /etc/*- /tmp/harden.sh
