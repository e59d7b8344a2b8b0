#!/usr/bin/env bash
# Fills DIST/image with what the image is made of.
#   prepare.sh DIST
set -euo pipefail

dist=$1
authorities=/etc/ssl/certs/ca-certificates.crt
if [ ! -s "$authorities" ]; then
	echo "no $authorities on this machine: install the package ca-certificates" >&2
	exit 1
fi
rm -rf "$dist/image"
mkdir -p "$dist/image/writable/var/lib/convenantbot" "$dist/image/writable/tmp"
cp "$dist/convenantbot" "$dist/image/convenantbot"
cp "$authorities" "$dist/image/ca-certificates.crt"
cp "$(dirname "$0")/Dockerfile" "$dist/image/Dockerfile"
