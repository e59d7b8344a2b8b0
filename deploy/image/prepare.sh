#!/usr/bin/env bash
# Fills DIST/image with what the image is made of, and nothing else.
#   prepare.sh DIST
# AUTHORITIES names another list of authorities than that of this machine.
set -euo pipefail

dist=$1
authorities=${AUTHORITIES:-/etc/ssl/certs/ca-certificates.crt}
if [ ! -s "$authorities" ]; then
	echo "no $authorities on this machine: install the package ca-certificates" >&2
	exit 1
fi
if ! head -c 4 "$dist/convenantbot" | grep -q ELF; then
	echo "no program at $dist/convenantbot: run make build" >&2
	exit 1
fi
rm -rf "$dist/image"
install -d -m 755 "$dist/image" "$dist/image/writable" "$dist/image/writable/var" "$dist/image/writable/var/lib"
install -d -m 700 "$dist/image/writable/var/lib/convenantbot"
install -d -m 1777 "$dist/image/writable/tmp"
install -m 755 "$dist/convenantbot" "$dist/image/convenantbot"
install -m 644 "$authorities" "$dist/image/ca-certificates.crt"
install -m 644 "$(dirname "$0")/Dockerfile" "$dist/image/Dockerfile"
