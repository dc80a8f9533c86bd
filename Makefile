# Hangtag's commands. `make` alone explains them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test test-alerts test-systemd build bench torture soak fuzz sanitize \
  bench-train order install uninstall units deb format lint clean run-packages test-packages \
  deb-packages

# Where `make install` puts things. DESTDIR is for packagers.
PREFIX ?= /usr/local
DESTDIR ?=
# systemd looks here both for /usr and for /usr/local.
UNITS ?= $(PREFIX)/lib/systemd/system
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions

# Programs are linked with Swift's own libraries, so they run where no Swift is installed. Nothing
# is loaded into them, so they export no symbols. Of the C++ library Swift's need little: linked in,
# it takes less memory and loads sooner. The linker takes the first that it finds, which is the
# static one. 43,000 addresses are set at each start: packed, a megabyte less is read for them. The
# linker that Swift takes by itself, gold, cannot pack them; lld comes with Swift and can. It also puts
# the functions that the daemon runs side by side, for 2 MB less of memory: see linking/order.py.
STATIC := build/static
RELEASE := -c release --static-swift-stdlib -Xlinker --no-export-dynamic \
  -Xlinker -L$(CURDIR)/$(STATIC) -Xswiftc -Xclang-linker -Xswiftc -static-libgcc \
  -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs \
  -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections \
  -Xlinker --symbol-ordering-file=$(CURDIR)/linking/functions.txt \
  -Xlinker --no-warn-symbol-ordering

BIN := .build/release
DEMO := build/demo
MINUTES ?= 20
SECONDS ?= 60

# What Debian must have besides Swift.
RUN_PACKAGES := libjpeg-dev libpng-dev zlib1g-dev libisal-dev libyaml-dev dataset-fashion-mnist \
  make git
TEST_PACKAGES := $(RUN_PACKAGES) python3-jsonschema
DEB_PACKAGES := debhelper dpkg-dev lintian
SYSTEMD_PACKAGES := systemd-container debootstrap python3

help: ## Show this list.
	@echo "Hangtag hangs a tag on every product photo."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build, and sort some photos with a running daemon, in build/demo.
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

build: run-packages $(STATIC)/libstdc++.a ## Build the programs.
	@# SwiftPM does not know that they depend on the list.
	@find $(BIN)/ -maxdepth 1 -name 'hangtag*' -type f ! -newer linking/functions.txt -delete \
	  2> /dev/null || true
	swift build $(RELEASE)

$(STATIC)/libstdc++.a:
	@mkdir -p $(STATIC)
	@ln -sf "$$(clang -print-file-name=libstdc++.a)" $@

torture: test-packages build ## Kill the daemon at every call, fail every call, cut the power (1-2 hours).
	python3 Tests/torture/torture.py --daemon $(BIN)/hangtagd
	python3 Tests/torture/torture.py power --alone --daemon $(BIN)/hangtagd

soak: test-packages build ## Bursts of photos and random kills for MINUTES (default 20).
	python3 Tests/torture/torture.py --daemon $(BIN)/hangtagd --soak $(MINUTES)

fuzz: test-packages ## Fuzz every reader, each for SECONDS (default 60); or one: TARGET=jpeg.
	python3 Tests/fuzz/fuzz.py --seconds $(SECONDS) $(if $(INPUT),--input $(INPUT)) $(TARGET)

sanitize: test-packages ## Sort hundreds of photos, good and bad, under AddressSanitizer.
	python3 Tests/fuzz/sanitize.py

bench: run-packages build ## Race Python scripts and the floor (BENCH="--full" for all photos).
	python3 bench/run.py $(BIN) $(BENCH)

order: build ## List anew which functions the daemon runs, for the linker (needs valgrind).
	python3 linking/order.py --programs $(BIN)
	@echo "make build links with it."

bench-train: run-packages build ## Time a training step against PyTorch, in turns (needs torch).
	python3 bench/training_step.py $(BIN)/hangtag-bench

install: ## Install what was built into PREFIX (default /usr/local), with units and man pages.
	@test -x $(BIN)/hangtag || { echo "Run make build first."; exit 1; }
	install -d $(addprefix $(DESTDIR), $(PREFIX)/bin $(PREFIX)/share/hangtag/models \
	  $(PREFIX)/share/man/man1 $(PREFIX)/share/man/man5 $(PREFIX)/share/man/man8 \
	  $(PREFIX)/share/bash-completion/completions $(ZSH_COMPLETIONS) $(PREFIX)/libexec/hangtag \
	  $(UNITS) $(PREFIX)/lib/sysusers.d $(PREFIX)/lib/tmpfiles.d /etc/hangtag)
	install -s $(BIN)/hangtag $(DESTDIR)$(PREFIX)/bin
	ln -sf hangtag $(DESTDIR)$(PREFIX)/bin/hangtagd
	install -m 644 models/hangtag.safetensors $(DESTDIR)$(PREFIX)/share/hangtag/models
	install -m 644 etc/manifest.schema.json etc/hangtag.rules.yml etc/grafana-dashboard.json \
	  $(DESTDIR)$(PREFIX)/share/hangtag
	for page in etc/man/*; do \
	  install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.} || exit; done
	for program in hangtag hangtagd; do \
	  $(BIN)/$$program --generate-completion-script bash | sed 1d \
	    > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$program && \
	  $(BIN)/$$program --generate-completion-script zsh \
	    > $(DESTDIR)$(ZSH_COMPLETIONS)/_$$program || exit; done
	test -e $(DESTDIR)/etc/hangtag/hangtag.yaml || \
	  install -m 644 etc/hangtag.yaml $(DESTDIR)/etc/hangtag
	install systemd/hangtag-unblock $(DESTDIR)$(PREFIX)/libexec/hangtag
	for unit in systemd/*.service systemd/*.timer; do \
	  sed 's|/usr/\(bin\|lib\|libexec\)/|$(PREFIX)/\1/|g' $$unit \
	    > $(DESTDIR)$(UNITS)/$${unit##*/} || exit; done
	install -m 644 systemd/hangtag.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/hangtag.conf
	install -m 644 systemd/hangtag.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/hangtag.conf

uninstall: ## Remove what `make install` put there; photos, manifests and settings stay.
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/, bin/hangtagd bin/hangtag \
	  lib/sysusers.d/hangtag.conf lib/tmpfiles.d/hangtag.conf \
	  $(foreach page, $(notdir $(wildcard etc/man/*)), \
	    share/man/man$(subst .,,$(suffix $(page)))/$(page)) \
	  share/bash-completion/completions/hangtag share/bash-completion/completions/hangtagd)
	rm -f $(DESTDIR)$(ZSH_COMPLETIONS)/_hangtag $(DESTDIR)$(ZSH_COMPLETIONS)/_hangtagd
	rm -f $(addprefix $(DESTDIR)$(UNITS)/, $(notdir $(wildcard systemd/*.service systemd/*.timer)))
	rm -rf $(DESTDIR)$(PREFIX)/share/hangtag $(DESTDIR)$(PREFIX)/libexec/hangtag

deb: deb-packages run-packages build ## Build the Debian package, in build/.
	systemd/build-deb $(DEB_VERSION)

test-alerts: ## Check the alert rules, with Prometheus' own tool.
	@$(MAKE) --silent build/promtool || { echo "SKIPPED: promtool cannot be had here."; exit 0; }; \
	  build/promtool check rules etc/hangtag.rules.yml && \
	  build/promtool test rules Tests/systemd/alerts.test.yml

# Taken out of its package: installed, it would bring a server that runs.
build/promtool:
	mkdir -p build/prometheus && cd build/prometheus && apt-get download -qq prometheus && \
	  dpkg-deb -x prometheus_*.deb . && mv usr/bin/promtool ..

test-systemd: test-alerts ## Install the package in a booted Debian, and try everything (root).
	-@$(call install_packages,$(SYSTEMD_PACKAGES))
	@python3 Tests/systemd/run.py --possible || exit 0; \
	  $(MAKE) deb && python3 linking/order.py --check --programs $(BIN) && \
	  python3 Tests/systemd/run.py "$$(ls -t build/hangtag_*.deb | head -n 1)"

units: ## Make the template unit from the unit of the one daemon.
	sed -f systemd/template.sed systemd/hangtagd.service > systemd/hangtagd@.service

format: ## Format the sources.
	swift format --in-place --parallel --recursive Sources Tests Package.swift

lint: ## Check format and style.
	swift format lint --strict --parallel --recursive Sources Tests Package.swift
	@sed -f systemd/template.sed systemd/hangtagd.service | cmp --silent systemd/hangtagd@.service || \
	  { echo "systemd/hangtagd@.service is not what make units makes."; exit 1; }

clean: ## Remove everything that was built.
	rm -rf .build build

run-packages:
	@$(call install_packages,$(RUN_PACKAGES))

test-packages:
	@$(call install_packages,$(TEST_PACKAGES))

deb-packages:
	@$(call install_packages,$(DEB_PACKAGES))

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
