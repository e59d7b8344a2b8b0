#!/usr/bin/env bash
# Makes every secret that compose.yaml names, each in a file of its own that only
# the account in its container can read. What is there already stays as it is.
#   sudo secrets.sh FOLDER
# CHOWN=true leaves the owners alone, to try it without root.
#
# The three tokens are made by Mattermost; their files are made here, empty, and
# the bot does not start until they are filled.
set -euo pipefail

folder=${1:?the folder for the secrets}
chown=${CHOWN:-chown}
umask 077

# The accounts in the containers.
postgres=999:999 redis=999:999 mattermost=2000:2000 bot=65532:65532

random() { od -A n -t x1 -N 32 /dev/urandom | tr -d ' \n'; }

# put OWNER NAME TEXT
put() {
	local file=$folder/$2
	if [ -e "$file" ]; then
		return
	fi
	printf '%s' "$3" >"$file"
	chmod 600 "$file"
	$chown "$1" "$file"
}

# read or make a value that two files need
value() {
	local file=$folder/$1
	if [ -e "$file" ]; then cat "$file"; else random; fi
}

mkdir -p "$folder"
chmod 711 "$folder" # each container's account passes through to its own files

of_mattermost=$(value postgres_mattermost)
of_bot=$(value postgres_bot)
of_redis=$(value bot_redis)

put $postgres postgres_password "$(random)"
put $postgres postgres_mattermost "$of_mattermost"
put $postgres postgres_bot "$of_bot"
put $mattermost mattermost_pgpass "postgres:5432:mattermost:mattermost:$of_mattermost
"
put $redis redis_conf "bind 127.0.0.1
port 6379
protected-mode yes
dir /data
appendonly yes
maxmemory 128mb
maxmemory-policy noeviction
user default off
user bot on >$of_redis ~convenantbot:* &convenantbot:* -@all +@read +@write +@stream +@scripting +@pubsub +@connection -@dangerous +time +info
"
put $bot bot_redis "$of_redis"
put $bot bot_store "postgres://convenantbot:$of_bot@postgres:5432/convenantbot?sslmode=disable"
put $bot bot_master "$(random)"
put $bot bot_bridge "$(random)"
for token in bot_token bot_admin_token bot_erase_token; do
	put $bot $token ""
done
