#!/bin/sh
# Runs once in the build: PostgreSQL and pgBackRest from Debian, no cluster, no keys, no traces of the build.
set -eu

# The host's own package sources come as build secrets, so that none of them stays in the image.
if [ -f /run/secrets/apt-conf ]; then export APT_CONFIG=/run/secrets/apt-conf; fi
export DEBIAN_FRONTEND=noninteractive

# postgresql-common would make a cluster of its own at installation: ours is made on the volume, by the entrypoint.
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf

apt-get update --quiet --quiet
apt-get install --quiet --quiet --yes --no-install-recommends postgresql-17 pgbackrest
apt-get clean

# Debian's tools around several clusters per machine (Perl), their locales and their self-signed key, and the compiler
# behind JIT: nothing in a pod runs them, and they are two thirds of the size. dpkg's list stays true for scanners.
dpkg --purge --force-depends \
  postgresql-common postgresql-common-dev postgresql-client-common ssl-cert locales libc-l10n ucf sensible-utils \
  perl perl-modules-5.40 libperl5.40 libjson-perl libipc-run-perl libio-pty-perl libtext-charwidth-perl libtext-wrapi18n-perl \
  libllvm19 libz3-4 >/dev/null
# Without its library the JIT provider would fail queries; without the provider the server plans without JIT.
rm -rf /usr/lib/postgresql/17/lib/llvmjit* /usr/lib/postgresql/17/lib/bitcode

# A private key that every copy of the image would share must not exist, whichever package made it.
rm -rf /etc/ssl/private/* /etc/ssl/certs/*
find /etc/alternatives -xtype l -delete
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig /var/lib/dpkg/*-old \
  /var/log/* /etc/*- /etc/postgresql-common /var/lib/postgresql /run/postgresql
install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/postgresql/data /run/postgresql
rm -f /tmp/install.sh
