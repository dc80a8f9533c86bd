# Hangtag's commands. `make` alone explains them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test build torture soak bench-train install uninstall format lint clean run-packages \
  test-packages

# Where `make install` puts things. DESTDIR is for packagers.
PREFIX ?= /usr/local
DESTDIR ?=
# systemd looks here both for /usr and for /usr/local.
SYSTEMD := $(DESTDIR)$(PREFIX)/lib

# Programs are linked with Swift's own libraries, so they run where no Swift is installed.
RELEASE := -c release --static-swift-stdlib

BIN := .build/release
DEMO := build/demo
MINUTES ?= 20

# What Debian must have besides Swift.
RUN_PACKAGES := libjpeg-dev libpng-dev zlib1g-dev libyaml-dev dataset-fashion-mnist make git
TEST_PACKAGES := $(RUN_PACKAGES) python3-jsonschema

help: ## Show this list.
	@echo "Hangtag hangs a tag on every product photo."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: run-packages build ## Build, and sort some photos with a running daemon, in build/demo.
	@rm -rf $(DEMO)
	@echo "Starting the daemon: hangtagd --state-directory $(DEMO)"
	@$(BIN)/hangtagd --state-directory $(DEMO) --model models/hangtag.safetensors & \
	  daemon=$$!; trap "kill $$daemon 2>/dev/null" EXIT; \
	  $(BIN)/hangtag-demo drop $(DEMO) && \
	  echo "Stopping the daemon: it finishes what it has begun, and seals the manifest." && \
	  kill $$daemon && wait $$daemon && trap - EXIT && \
	  $(BIN)/hangtag-demo show $(DEMO)
	@echo
	@echo "Look around in $(DEMO), or ask about one photo:"
	@echo "  $(BIN)/hangtag explain --state-directory $(DEMO) --model models/hangtag.safetensors spring/bag-18.jpg"

test: test-packages ## Run every test.
	swift test

build: ## Build the programs.
	swift build $(RELEASE)

torture: test-packages build ## Kill the daemon at every call, fail every call, cut the power (1-2 hours).
	python3 Tests/torture/torture.py --daemon $(BIN)/hangtagd

soak: test-packages build ## Bursts of photos and random kills for MINUTES (default 20).
	python3 Tests/torture/torture.py --daemon $(BIN)/hangtagd --soak $(MINUTES)

bench-train: run-packages build ## Time a training step against PyTorch, in turns (needs torch).
	python3 bench/training_step.py $(BIN)/hangtag-bench

install: ## Install what was built into PREFIX (default /usr/local), with the systemd unit.
	@test -x $(BIN)/hangtagd || { echo "Run make build first."; exit 1; }
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/hangtag/models
	install -s $(BIN)/hangtagd $(BIN)/hangtag $(DESTDIR)$(PREFIX)/bin
	install -m 644 models/*.safetensors $(DESTDIR)$(PREFIX)/share/hangtag/models
	install -m 644 etc/manifest.schema.json $(DESTDIR)$(PREFIX)/share/hangtag
	install -d $(DESTDIR)/etc/hangtag
	test -e $(DESTDIR)/etc/hangtag/hangtag.yaml || \
	  install -m 644 etc/hangtag.yaml $(DESTDIR)/etc/hangtag
	install -d $(SYSTEMD)/systemd/system $(SYSTEMD)/sysusers.d
	sed 's|@PREFIX@|$(PREFIX)|g' systemd/hangtagd.service > $(SYSTEMD)/systemd/system/hangtagd.service
	install -m 644 systemd/hangtag.sysusers $(SYSTEMD)/sysusers.d/hangtag.conf
	@echo "To start it: systemd-sysusers && systemctl daemon-reload && systemctl enable --now hangtagd"

uninstall: ## Remove what `make install` put there; photos, manifests and settings stay.
	rm -f $(DESTDIR)$(PREFIX)/bin/hangtagd $(DESTDIR)$(PREFIX)/bin/hangtag
	rm -rf $(DESTDIR)$(PREFIX)/share/hangtag
	rm -f $(SYSTEMD)/systemd/system/hangtagd.service $(SYSTEMD)/sysusers.d/hangtag.conf

format: ## Format the sources.
	swift format --in-place --parallel --recursive Sources Tests Package.swift

lint: ## Check format and style.
	swift format lint --strict --parallel --recursive Sources Tests Package.swift

clean: ## Remove everything that was built.
	rm -rf .build build

run-packages:
	@$(call install_packages,$(RUN_PACKAGES))

test-packages:
	@$(call install_packages,$(TEST_PACKAGES))

# Installs the packages that are missing and says so. Does nothing where all are there, or where
# there is no apt-get: then the build says what it misses.
define install_packages
command -v swift > /dev/null || { \
  echo "Swift 6.3 or later is needed: see https://www.swift.org/install/linux/"; exit 1; }; \
command -v apt-get > /dev/null || exit 0; \
missing=$$(for package in $(1); do \
  dpkg-query -W -f '$${Status}' $$package 2> /dev/null | grep -q 'ok installed' \
    || printf '%s ' $$package; done); \
if [ -n "$$missing" ]; then \
  echo "Installing Debian packages: $$missing"; \
  as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
  $$as_root apt-get update -qq && \
  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    $$missing; \
fi
endef
