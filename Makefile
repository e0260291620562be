# The front door. Every target sets up what it needs on a bare Debian 12.

JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
TARGET ?= rootfs:/

.PHONY: all build build-all demo test bench fuzz lint format install package starter-db clean setup

all: build

setup:
	tools/setup/install-packages debian-packages.txt

# The program alone; build-all adds the tests and benchmarks.
build: setup
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS) --target portique

build-all: setup
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)

demo: build
	build/release/src/portique/cli/portique scan --allow-incomplete --policy audit-only $(TARGET)

test: build-all
	ctest --test-dir build/release --output-on-failure --parallel $(JOBS) --timeout 600

bench: build-all
	bench/run build/release

fuzz: setup
	cmake --preset fuzz
	cmake --build --preset fuzz --parallel $(JOBS)
	tools/fuzz/run build/fuzz $(FUZZ_SECONDS)

lint: setup
	tools/lint/run

format: setup
	git ls-files '*.h' '*.cc' | xargs clang-format-19 -i

install: build
	cmake --install build/release --prefix $(PREFIX)

package: build
	cd build/release && cpack -G DEB

# Makes data/starter/ anew from the Debian mirror that apt is configured for. KEV and CVSS name the
# files of CISA whose facts are kept with it (data/starter/README.md).
starter-db: setup
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS) --target fetch_starter
	build/release/tools/starter/fetch_starter data/starter/debian-12.tsv.zst build/starter-cache \
	  $(if $(KEV),--kev $(KEV)) $(if $(CVSS),--cvss $(CVSS))

clean:
	rm -rf build
