#!/bin/sh
# Starts PostgreSQL on the mounted volume, and makes the database cluster there first if, and only if, the volume is new.
#
#   $PGDATA                         below the mount, never the mount itself
#   $POSTGRES_SETTINGS/config/      postgresql.conf, pg_hba.conf
#   $POSTGRES_SETTINGS/admin/       password of the superuser `postgres`, read at initialisation only
#   $POSTGRES_SETTINGS/tls/         tls.crt, tls.key (root:10001 0440 out of a Secret volume), ca.crt
#   $POSTGRES_SOCKETS               writable folder of the Unix socket
#
# Exit code 78: refused, nothing was touched, the reason is the last line of the log.
set -eu

: "${PGDATA:=/var/lib/postgresql/data/pgdata}"
: "${POSTGRES_SETTINGS:=/etc/stock-analysis/postgres}"
: "${POSTGRES_SOCKETS:=/run/postgresql}"
volume=${PGDATA%/*}
marker=$volume/.initialized
unfinished=$PGDATA.initdb

refuse() {
  echo "refused: $*" >&2
  exit 78
}

require_settings() {
  for file in config/postgresql.conf config/pg_hba.conf tls/tls.crt tls/tls.key tls/ca.crt; do
    [ -r "$POSTGRES_SETTINGS/$file" ] ||
      refuse "$POSTGRES_SETTINGS/$file is missing or not readable for uid $(id -u): mount it readable for gid $(id -g)"
  done
  [ -w "$volume" ] || refuse "$volume is not writable for uid $(id -u): set fsGroup of the pod to $(id -g)"
}

# postmaster.pid is worth nothing across PID namespaces: a pod deleted by force may still write here. The lock is
# inherited by every server process and ends with the last of them.
lock_volume() {
  exec 9>"$volume/.lock"
  status=0
  flock --nonblock 9 || status=$?
  if [ "$status" -eq 1 ]; then refuse "another PostgreSQL still runs on $volume: wait until its pod has ended"; fi
  if [ "$status" -ne 0 ]; then echo "$volume does not support file locks: a second server would go unnoticed" >&2; fi
}

# A cluster is made on a volume that never held one and holds nothing else. Everything short of that may be somebody's
# data behind a wrong mount, and an empty database in its place would look like a healthy start.
require_new_volume() {
  [ ! -e "$marker" ] ||
    refuse "$volume held a database ($(cat "$marker")) and $PGDATA is gone: restore a backup, or delete the claim to start empty"
  for entry in "$volume"/* "$volume"/.[!.]*; do
    case $entry in
      # What initdb had begun when it was killed; no server ever ran on it.
      "$unfinished" | "$volume/lost+found" | "$volume/.lock") ;;
      *) [ ! -e "$entry" ] || refuse "$volume is not empty (found ${entry##*/}) and $PGDATA holds no database: mount the right volume, or an empty one" ;;
    esac
  done
}

initialise() {
  require_new_volume
  [ -s "$POSTGRES_SETTINGS/admin/password" ] ||
    refuse "$POSTGRES_SETTINGS/admin/password is missing, empty or not readable for uid $(id -u)"
  rm -rf "$unfinished"
  # The built-in locale sorts by code point on every libc, so indexes survive a change of the base image.
  initdb --pgdata="$unfinished" --username=postgres --pwfile="$POSTGRES_SETTINGS/admin/password" \
    --no-instructions --auth=scram-sha-256 --data-checksums --encoding=UTF8 \
    --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8 >&2
  # The rename is the moment at which the cluster exists: initdb has synced its files, and a crash before it starts over.
  mv --no-target-directory "$unfinished" "$PGDATA"
  sync "$volume"
}

mark_initialised() {
  [ ! -e "$marker" ] || return 0
  echo "PostgreSQL $PG_MAJOR, initialised or restored before $(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$marker.new"
  sync "$marker.new"
  mv "$marker.new" "$marker"
  sync "$volume"
}

trap 'exit 143' TERM INT
require_settings
lock_volume
[ -e "$PGDATA/PG_VERSION" ] || initialise
found=$(cat "$PGDATA/PG_VERSION")
[ "$found" = "$PG_MAJOR" ] ||
  refuse "$PGDATA was written by PostgreSQL $found and this image has $PG_MAJOR: a major upgrade is a step of its own"
mark_initialised
# A volume's fsGroup may have widened the mode, and the server insists on its own.
chmod 0700 "$PGDATA"

# exec: PostgreSQL gets the signals itself, and as process 1 it recognises its own stale postmaster.pid.
exec postgres -D "$PGDATA" \
  -c config_file="$POSTGRES_SETTINGS/config/postgresql.conf" \
  -c hba_file="$POSTGRES_SETTINGS/config/pg_hba.conf" \
  -c ssl=on \
  -c ssl_cert_file="$POSTGRES_SETTINGS/tls/tls.crt" \
  -c ssl_key_file="$POSTGRES_SETTINGS/tls/tls.key" \
  -c unix_socket_directories="$POSTGRES_SOCKETS" \
  -c logging_collector=off \
  -c log_destination=stderr
