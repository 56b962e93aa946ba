# stoa -- `make help` lists what can be made.
PREFIX  ?= /usr/local
DESTDIR ?=
FLAVOUR ?= release
B       := build/$(FLAVOUR)
CC      ?= cc
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)
say      = $(if $(filter 1,$(V)),,@printf '%-5s %s\n' '$(1)' '$(2)';)

PKGS    := json-c libsodium sqlite3 libutf8proc readline ncursesw inih
PKGS_loaded := libcurl
PKGS_extract := poppler-glib libxml-2.0 libzip
PKGS_server := libwebsockets libpq libssl libcrypto
have     = $(shell pkg-config --exists $(1) 2>/dev/null && echo yes)
ifneq ($(filter-out help run check deps clean distclean install-deps,$(or $(MAKECMDGOALS),all)),)
ifneq ($(call have,$(PKGS) $(PKGS_loaded) $(PKGS_extract) $(PKGS_server)),yes)
$(error libraries are missing: run `make deps` first, or `make run`, which does it for you)
endif
endif

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	   -Wpointer-arith -Wformat=2 -Wvla -Werror
HARD    := -fstack-protector-strong -fPIE
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2
CFLAGS_debug   := -O0 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all
CFLAGS_tsan    := -O1 -g -fsanitize=thread
CFLAGS_clang   := -O1 -g
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined
CFLAGS_tiny    := -O1 -g -DSTOA_TINY_BLOCKS
CFLAGS  ?=
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) $(HARD) $(CFLAGS_$(FLAVOUR)) $(CFLAGS) \
	   -Iinclude -MMD -MP -DSTOA_PREFIX='"$(PREFIX)"' $(shell pkg-config --cflags $(PKGS) $(PKGS_loaded) $(PKGS_server) 2>/dev/null)
LINK    := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(filter -fsanitize=%,$(CFLAGS_$(FLAVOUR))) $(LDFLAGS)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldl -lstemmer -lwslay -lpthread -lm
LIBS_server := $(shell pkg-config --libs $(PKGS_server) 2>/dev/null) -lev
LIBS_test := $(shell pkg-config --libs check vterm 2>/dev/null) -Wl,--as-needed $(LIBS_server)
LIBS_extract := $(shell pkg-config --libs $(PKGS_extract) 2>/dev/null)

ROOMS   := $(filter-out helpers,$(shell sed -n 's/^\([a-z]*\) *->.*/\1/p' src/ROOMS))
SRC     := $(foreach r,$(ROOMS),$(sort $(wildcard src/$(r)/*.c)))
OBJ     := $(SRC:%.c=$(B)/%.o)
BASE    := $(patsubst %.c,$(B)/%.o,$(wildcard src/base/*.c))
EXTRACT := $(patsubst %.c,$(B)/%.o,$(wildcard src/helpers/extract/*.c))
SUPPORT := $(patsubst %.c,$(B)/%.o,$(filter-out %_main.c,$(wildcard tests/support/*.c)))
STANDINS := $(patsubst %.c,$(B)/%,$(wildcard tests/support/*_main.c))
TESTS   := $(sort $(foreach r,$(ROOMS) extract,$(wildcard tests/$(r)/*.c)))
FUZZ    := $(sort $(wildcard tests/fuzz/*.c))
GOLDEN  := $(B)/tests/golden/run
MODELS  := $(addprefix $(B)/tests/tui/,chat fields lock palette shelf)
BENCH   := $(sort $(wildcard tests/bench/*.c))
PROGRAMS := $(B)/stoa $(B)/stoad $(B)/stoa-extract
# As many jobs as there are processors, unless the caller said how many.
JOBS     = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
.SECONDARY:
.DELETE_ON_ERROR:
-include Makefile.local

all: $(PROGRAMS) ## build the programs (FLAVOUR=release, debug, asan, tsan, clang)

$(B)/src/helpers/extract/%.o: src/helpers/extract/%.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(shell pkg-config --cflags $(PKGS_extract)) -c -o $@ $<
$(B)/%.o: %.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -c -o $@ $<
$(B)/libstoa.a: $(OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^
$(B)/libsupport.a: $(SUPPORT)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^
$(B)/stoa: $(B)/src/stoa.o $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/stoad: $(B)/src/stoad.o $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(LIBS_server)
$(B)/stoa-extract: $(EXTRACT) $(BASE)
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS_extract) $(shell pkg-config --libs json-c libutf8proc inih) -lseccomp -lpthread -lm
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/libsupport.a $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(LIBS_test)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz_replay.o $(filter-out %/main.o,$(EXTRACT)) $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(LIBS_extract) -lseccomp
$(B)/tests/extract/%: $(B)/tests/extract/%.o $(filter-out %/main.o,$(EXTRACT)) $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(LIBS_extract) -lseccomp $(shell pkg-config --libs check)
$(MODELS): $(B)/tests/tui/%: $(B)/tests/tui/%.o $(B)/tests/golden/replies.o $(B)/libsupport.a $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(LIBS_test)
$(B)/tests/golden/run: $(B)/tests/golden/run.o $(B)/tests/golden/replies.o $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/tests/%: $(B)/tests/%.o $(B)/libsupport.a $(B)/libstoa.a
	$(call say,LD,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(LIBS_test)

deps: ## install what is missing (Debian, Ubuntu; says what to install elsewhere)
	@.ci/deps
run: deps ## build and open stoa on the sample course
	@$(MAKE) --no-print-directory $(JOBS) all && tests/run-sample $(B)
check: deps ## install what is missing, build, run all tests
	@$(MAKE) --no-print-directory $(JOBS) check-built
check-built: $(PROGRAMS) $(STANDINS) $(GOLDEN) $(TESTS:%.c=$(B)/%) $(FUZZ:%.c=$(B)/%)
	@tests/run-all $(B)
golden-update: $(GOLDEN) ## write tests/golden/*.screen anew from what is drawn now; look at the difference
	@$(GOLDEN) --update
check-%: $(PROGRAMS) $(STANDINS) $(GOLDEN) ## run the tests of one room: make check-vault
	@$(MAKE) --no-print-directory $(patsubst %.c,$(B)/%,$(filter-out tests/golden/%,$(wildcard tests/$*/*.c))) $(GOLDEN) && tests/run-all $(B) $*
asan: ## unit tests under address and undefined sanitizers
	@$(MAKE) --no-print-directory FLAVOUR=asan check-built
tsan: ## unit tests under the thread sanitizer
	@$(MAKE) --no-print-directory FLAVOUR=tsan check-built
clang: ## build everything with clang, warnings as errors
	@$(MAKE) --no-print-directory FLAVOUR=clang CC=clang all $(TESTS:%.c=build/clang/%)
manual: $(B)/stoad ## print the lists of the manual pages anew from the tables
	@tests/manual $(B)
lint: ## arrows between rooms, manual pages, shell scripts, sizes
	@tests/lint/run
bench: $(PROGRAMS) $(BENCH:%.c=$(B)/%) ## measure; prints ratios against named peers
	@tests/bench/run $(B)
crash: $(PROGRAMS) $(STANDINS) $(TESTS:%.c=$(B)/%) ## the long at-rest proofs (kills, injected faults)
	@tests/crash/run $(B)
format: ## clang-format over the tree
	@clang-format -i $$(git ls-files '*.c' '*.h')
install: $(PROGRAMS) ## install below $(DESTDIR)$(PREFIX)
	@tests/install $(B) '$(DESTDIR)$(PREFIX)' install '$(PREFIX)'
uninstall: ## remove what install put there
	@tests/install $(B) '$(DESTDIR)$(PREFIX)' uninstall
clean: ## remove build/
	rm -rf build
help: ## this text
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'
.PHONY: all deps run check check-built golden-update asan tsan clang manual lint bench crash format install uninstall clean help
-include $(shell find build/$(FLAVOUR) -name '*.d' 2>/dev/null)
