#!/usr/bin/env bash
# Makes the two databases, each with an owner who may do nothing in the other.
# PostgreSQL runs it once, when its own folder is empty. The passwords come from
# files and are never on a command line.
set -euo pipefail

secrets=${SECRETS:-/run/secrets}

for owner in mattermost convenantbot; do
	file=$secrets/postgres_mattermost
	if [ "$owner" = convenantbot ]; then
		file=$secrets/postgres_bot
	fi
	psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<-SQL
		\set password \`cat $file\`
		CREATE ROLE $owner LOGIN PASSWORD :'password';
		CREATE DATABASE $owner OWNER $owner;
		REVOKE ALL ON DATABASE $owner FROM PUBLIC;
	SQL
done
