#!/usr/bin/env bash
# Installs what the tests need beside Go: PostgreSQL 15, Redis, ClamAV (its
# daemon alone: the tests have signatures of their own and none are fetched), Chromium, systemd
# (to read our unit, not to run), Node with npm, and a C compiler (for the race detector; the product itself has no C in it).
# Root is asked for only when something is missing, and only to install it.
set -euo pipefail

missing=()
[ -x /usr/lib/postgresql/15/bin/initdb ] || missing+=(postgresql-15)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v chromium >/dev/null || missing+=(chromium)
[ -x /usr/sbin/clamd ] || missing+=(clamav-daemon)
command -v gcc >/dev/null || missing+=(gcc)
command -v systemd-analyze >/dev/null || missing+=(systemd)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
[ -e /usr/include/stdlib.h ] || missing+=(libc6-dev)

if [ ${#missing[@]} -eq 0 ]; then
	exit 0
fi
echo "missing for the tests: ${missing[*]}"

if ! command -v apt-get >/dev/null; then
	echo "This machine has no apt-get. Install these by hand, with PostgreSQL 15 in /usr/lib/postgresql/15." >&2
	exit 1
fi
asroot=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "Installing needs root. As root: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	asroot=(sudo)
fi

# RUNLEVEL=1: the packages' own services stay off; the tests start their own.
"${asroot[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 bash -c '
	# Another that installs just now is waited for, and a line that drops is tried again.
	apt="apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5"
	updated=1
	for n in 1 2 3; do $apt update -qq && updated=0 && break; sleep 10; done
	[ $updated -eq 0 ] || echo "the lists of packages could not be renewed; going on with those that are here" >&2
	for n in 1 2 3; do $apt install -y -qq --no-install-recommends "$@" && exit 0; sleep 10; done
	exit 1
' install "${missing[@]}"

# Said again afterwards, so that a package that changed its place is seen here
# and not as a strange failure in a test.
for file in /usr/lib/postgresql/15/bin/initdb /usr/sbin/clamd /usr/include/stdlib.h; do
	[ -e "$file" ] || { echo "installed, but $file is not there" >&2; exit 1; }
done
for program in redis-server chromium node npm gcc systemd-analyze; do
	command -v "$program" >/dev/null || { echo "installed, but $program is not on the path" >&2; exit 1; }
done
