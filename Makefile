# What a newcomer needs, and what CI runs: `make test` is the whole of it.
#
#   make demo    build, and start everything on this machine
#   make test    install what the tests need, then check and test everything
#   make check   the part of it without the stories, once `make install` was done
#
# One shell per recipe that stops at the first failure, so that no line of a
# recipe can fail unseen.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GO    ?= go
DIST  := dist
TOOLS := $(DIST)/tools

# Packages that only drive processes: the built binary, a browser, a real
# server. The race detector has nothing to see in them and they are the slow
# ones, so they run once without it. Everything else runs under it.
STORIES = $(shell $(GO) list ./... | grep -E '/(stories|story)$$')
REST    = $(shell $(GO) list ./... | grep -vE '/(stories|story)$$')

# A release is built without cgo, so that it runs on any Linux and in an empty
# image; -trimpath keeps the builder's folders out of it.
#
# Libraries that only wait for a network, or are hardly called, are not written out
# at each call (-l).
# Every exported method of theirs is in the program, called or not, since kong and
# the templates find methods by name; that saves 5 MB and no time that counts.
OURS := github.com/convenantbot/convenantbot
LEAN := github.com/redis/... github.com/mattermost/... github.com/hashicorp/... github.com/grpc-ecosystem/... google.golang.org/... \
	go.opentelemetry.io/... github.com/blevesearch/zapx/v11 github.com/blevesearch/zapx/v12 github.com/blevesearch/zapx/v13 \
	github.com/blevesearch/zapx/v14 github.com/blevesearch/zapx/v15 github.com/blevesearch/geo/... go.etcd.io/bbolt/... \
	github.com/francoispqt/... github.com/json-iterator/... github.com/vmihailenco/... github.com/tinylib/... \
	github.com/alecthomas/kong github.com/pressly/... golang.org/x/net/... github.com/goccy/... github.com/antlr4-go/... \
	github.com/knadh/... github.com/dyatlov/... github.com/stretchr/... gopkg.in/... go.yaml.in/... github.com/go-viper/... \
	github.com/wiggin77/... github.com/go-logr/... filippo.io/... github.com/fsnotify/... github.com/blevesearch/bleve/v2/... \
	github.com/tink-crypto/... cel.dev/cel-go/ext cel.dev/cel-go/parser/... cel.dev/cel-go/checker/... cel.dev/cel-go/common/ast \
	cel.dev/cel-go/common/stdlib cel.dev/cel-go/common/decls cel.dev/cel-go/common/cost cel.dev/cel-go/common/env \
	cel.dev/cel-go/common/debug github.com/jackc/pgx/... github.com/minio/... github.com/rs/xid/... \
	github.com/klauspost/... github.com/zeebo/... github.com/slack-go/... github.com/gorilla/... \
	codeberg.org/go-pdf/... github.com/coreos/... github.com/go-jose/... golang.org/x/oauth2/... github.com/ledongthuc/... github.com/makiuchi-d/... github.com/arran4/... golang.org/x/text/... \
	golang.org/x/image/... golang.org/x/crypto/... net/http net/http/... crypto/tls crypto/x509 html/template text/template \
	text/template/... image/... encoding/xml encoding/asn1 mime/... archive/... net/textproto net/url net/mail net/smtp net/netip \
	vendor/golang.org/x/net/... database/sql os/exec net math/big regexp/syntax encoding/gob github.com/modern-go/... github.com/RoaringBitmap/... modernc.org/sqlite \
	$(OURS)/adapters/... $(OURS)/cmd/... $(OURS)/bot $(OURS)/bot/dossier $(OURS)/internal/paper \
	$(OURS)/internal/config $(OURS)/internal/bridge $(OURS)/internal/telemetry $(OURS)/internal/render $(OURS)/internal/knowledge/document
# These would grow: what they declare is laid down by the compiler when it may write
# calls out, and made at the start, by as much code, when it may not.
FULL := go.opentelemetry.io/otel/semconv/... go.opentelemetry.io/otel/attribute/... github.com/zeebo/... golang.org/x/image/draw
# What version control says is left out: the version is given, and an archive has none.
VERSION ?= dev
# grpcnotrace leaves out the pages on which gRPC shows its calls: nothing serves them.
# nethttpomithttp2 leaves HTTP/2 to the proxy in front: half a megabyte, and what the
# bot itself asks of others is a few calls at a time.
# funcalign puts functions at 16 bytes from each other and not 32, which is what a
# processor reads at a time: the gaps between them were 1.5 MB.
RELEASE := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -tags grpcnotrace,nethttpomithttp2 -ldflags '-s -w -funcalign=16 -X main.version=$(VERSION)' $(LEAN:%='-gcflags=%=-l') $(FULL:%='-gcflags=%=')

# How large the program may be, in bytes. The budget is 60,000,000; what is between is
# for another version of the compiler.
MOST := 61900000

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: build ## build, start everything on this machine, print the address
	@exec $(DIST)/convenantbot demo

.PHONY: build
build: ## the one binary: dist/convenantbot
	@mkdir -p $(DIST)
	$(RELEASE) -o $(DIST)/convenantbot ./cmd/convenantbot
	size=$$(stat -c %s $(DIST)/convenantbot)
	if [ $$size -gt $(MOST) ]; then echo "the program has $$size bytes, at most $(MOST): see what came along (go tool nm -size)"; exit 1; fi

.PHONY: plugin
plugin: ## the two Mattermost plugins: dist/nl.convenantbot.tar.gz, dist/nl.convenantbot.wacht.tar.gz
	@mkdir -p $(DIST)
	$(GO) run ./cmd/mattermost-plugin/bundle

.PHONY: install
install: ## what the tests need and Go does not bring (asks for root only if something is missing)
	@internal/tools/install.sh

.PHONY: test
test: install build plugin check stories deployment ## everything: what CI runs

.PHONY: check
check: format vet lint vulnerabilities generated race ## format, vet, lint, known vulnerabilities, generated files, tests under the race detector

.PHONY: format
format:
	@echo "== format"
	unformatted=$$(gofmt -l .)
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

# The second line reads the code that only exists with failpoints built in.
.PHONY: vet
vet:
	@echo "== vet"
	$(GO) vet ./...
	$(GO) vet -tags faults ./internal/fault/... ./cmd/convenantbot ./cmd/mattermost-plugin

.PHONY: lint
lint: $(TOOLS)/staticcheck
	@echo "== lint"
	$(TOOLS)/staticcheck ./...

.PHONY: vulnerabilities
vulnerabilities: $(TOOLS)/govulncheck
	@echo "== known vulnerabilities"
	internal/tools/vulnerabilities.sh $(TOOLS)/govulncheck

.PHONY: generated
generated:
	@echo "== generated files"
	internal/tools/generated.sh

# Shuffled, so that no test leans on its neighbour; the order is printed when a
# test fails. -count=1 because some tests read files that the cache cannot see.
.PHONY: race
race:
	@echo "== tests, shuffled, under the race detector"
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -count=1 -timeout=30m $(REST)
	$(GO) test -tags faults -shuffle=on -count=1 ./internal/fault/...

.PHONY: stories
stories: build ## the stories: the built program as people use it
	@echo "== stories"
	if [ -z "$(STORIES)" ]; then echo "no package of stories"; else
		$(GO) test -shuffle=on -count=1 -timeout=40m $(STORIES)
	fi

# A module of its own, with the libraries of those who will read the files.
.PHONY: deployment
deployment: build $(TOOLS)/staticcheck ## what is shipped beside the program: image, compose, chart, unit, pages
	@echo "== deployment"
	$(GO) vet -C internal/tools/deploy ./...
	(cd internal/tools/deploy && $(CURDIR)/$(TOOLS)/staticcheck ./...)
	$(GO) test -C internal/tools/deploy -shuffle=on -count=1 -timeout=20m ./...

.PHONY: screenshots
screenshots: ## pictures of the chat and the bot's own pages, in each language and on a phone, and what is heard of them: dist/screenshots
	@rm -rf $(DIST)/screenshots
	SCREENSHOTS=$(CURDIR)/$(DIST)/screenshots $(GO) test -count=1 -timeout=40m ./cmd/convenantbot/pages/story
	SCREENSHOTS=$(CURDIR)/$(DIST)/screenshots $(GO) test -count=1 -timeout=40m -run 'Somebody|Anew|Dark|Phone|Wherever|CutOff|EveryPage' ./adapters/playground
	echo "in $(DIST)/screenshots"

# A test fails when the words in one are no longer those of the product.
.PHONY: pictures
pictures: ## the pictures in the handbook anew: cmd/convenantbot/handbook_pictures
	PICTURES=$(CURDIR)/cmd/convenantbot/handbook_pictures $(GO) test -count=1 -timeout=30m -run Pictures ./cmd/convenantbot/storybook/story

# The short run is part of the stories. This is the long one: make faults
# DURATION=10m, and with SEED=… a run that failed is played again.
.PHONY: faults
DURATION ?= 10m
SEED     ?= 0
faults: ## three replicas under load while things break; DURATION=10m SEED=0 (drawn and printed)
	@echo "== load and faults, for $(DURATION)"
	$(GO) test -run TestLoadAndFaults -count=1 -timeout=0 -v ./cmd/convenantbot/faults/story -args -seed=$(SEED) -duration=$(DURATION) $(if $(KEEP),-keep=$(abspath $(KEEP)))

.PHONY: bench
bench: ## benchmarks, with allocations
	$(GO) test -run '^$$' -bench . -benchmem $(REST)

.PHONY: eval
eval: ## how good the answers are, per kind of question
	$(GO) run ./internal/knowledge/eval

.PHONY: simulate
simulate: ## a million casussen over twenty years, in a model; see deploy/scaling.md
	$(GO) run ./cmd/simulate

.PHONY: image
image: build ## the container image convenantbot:local, from nothing but the binary
	@deploy/image/prepare.sh $(DIST)
	docker build --network=none -t convenantbot:local $(DIST)/image

# What is handed out, in dist/release. KEY is a file with the secret half of a key
# (go run -C internal/tools/deploy ./release key NAME), for its owner alone.
.PHONY: release
ARCHES ?= amd64 arm64
OUT    := $(DIST)/release
release: ## what is handed out, signed: VERSION=v1.2.3 KEY=FILE [ARCHES="amd64 arm64"]
	@[ -n "$(KEY)" ] && [ "$(VERSION)" != dev ] || { echo "say which: make release VERSION=v1.2.3 KEY=FILE"; exit 1; }
	rm -rf $(OUT)
	umask 022
	mkdir -p $(OUT)/completion $(OUT)/man
	for arch in $(ARCHES); do GOOS=linux GOARCH=$$arch $(RELEASE) -o $(OUT)/convenantbot-linux-$$arch ./cmd/convenantbot; done
	version="$(VERSION)"
	$(GO) run ./cmd/mattermost-plugin/bundle -version "$${version#v}" -arch "$$(echo $(ARCHES) | tr ' ' ,)" -out $(OUT)/nl.convenantbot.tar.gz -sentry $(OUT)/nl.convenantbot.wacht.tar.gz
	here=$(OUT)/convenantbot-linux-$$($(GO) env GOHOSTARCH)
	$$here help man >$(OUT)/man/convenantbot.1
	for shell in bash zsh fish; do $$here help completion $$shell >$(OUT)/completion/convenantbot.$$shell; done
	install -m 644 LICENSE deploy/convenantbot.yaml deploy/directory.yaml deploy/systemd/convenantbot.service $(OUT)/
	$(GO) run -C internal/tools/deploy ./release finish $(abspath $(OUT)) "$(VERSION)" $(abspath $(KEY))

# The same sources in two folders of other names, by accounts with other habits.
# Compiled parts may come from the cache; CLEAN=1 makes all of it anew, which takes
# minutes.
.PHONY: reproducible
reproducible: ## the release twice from two folders, byte for byte the same; CLEAN=1 without the cache
	$(GO) test -C internal/tools/deploy -count=1 -timeout=60m -run TestTheReleaseIsTheSameFromTwoFolders -args -clean=$(if $(CLEAN),true,false)

.PHONY: clean
clean: ## remove what was built
	rm -rf $(DIST)

# The tools live in a module of their own, pinned there.
$(TOOLS)/staticcheck: internal/tools/go.mod internal/tools/go.sum
	@mkdir -p $(TOOLS)
	$(GO) build -C internal/tools -o $(CURDIR)/$@ honnef.co/go/tools/cmd/staticcheck

$(TOOLS)/govulncheck: internal/tools/go.mod internal/tools/go.sum
	@mkdir -p $(TOOLS)
	$(GO) build -C internal/tools -o $(CURDIR)/$@ golang.org/x/vuln/cmd/govulncheck
