#!/bin/sh
# Runs once inside the debootstrap tree: security updates, the platform's user, and nothing that a server does not read.
set -eu

# The host's own package sources come as build secrets, so that none of them stays in the image.
if [ -f /run/secrets/apt-conf ]; then export APT_CONFIG=/run/secrets/apt-conf; fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet
apt-get upgrade --quiet --quiet --yes --no-install-recommends
apt-get clean

# One fixed identity above 10000 in every image, so that volumes can move between them.
groupadd --gid 10001 stock-analysis
useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin stock-analysis

# The day on which an account was made is the day of the build.
sed -i -E 's/^([^:]*:[^:]*):[0-9]+:/\1:1:/' /etc/shadow

# Packages that are installed on top of this image leave the same things out; licences stay. (gconv: converters between
# character sets, for programs that read something else than UTF-8.)
cat > /etc/dpkg/dpkg.cfg.d/slim <<'EOF'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
path-exclude=/usr/lib/*/gconv/*
EOF
find /usr/share/doc -type f ! -name copyright -delete
find /usr/share/doc -type l -delete
find /usr/share/doc -mindepth 1 -type d -empty -delete
find /usr/share/info /usr/share/locale /usr/share/man /usr/lib/*/gconv -mindepth 1 -delete

# Nothing of the place or the moment of the build: sources, lists, logs, caches, identities.
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old \
  /var/cache/ldconfig /var/lib/dpkg/*-old /var/lib/dpkg/available /var/log/* /tmp/* /etc/*-
: > /etc/machine-id
rm -f /var/lib/dbus/machine-id
# Nobody changes identity in a container that runs without privileges.
find / -xdev -type f -perm /6000 -exec chmod ug-s {} +
