# pipeline.mk - programs -> data -> figures -> paper, in GNU make.
#
# Makefile includes this file when make runs (Automake never sees it).  An
# experiment is one block in src/experiments/local.mk, which says
#
#     experiments += skip-trigram
#     skip_trigram_runs = infinite finite     src/experiments/skip-trigram/<run>.conf
#     skip_trigram_quick = infinite           runs short enough for `reproduce.sh --quick`
#     skip_trigram_after_infinite = seed-1    runs whose data infinite's analysis reads
#     bin_PROGRAMS += bin/tc-skip-trigram-train bin/tc-skip-trigram-analyse
#
# (in the names of variables `-` becomes `_`).  Everything else follows.
#
# In the build folder:
#   runs/<experiment>/<run>/        the trained model; never in git
#   data/<experiment>/<run>/        CSVs, macros.tex, run.json: published, in git
#   figures/<experiment>/<run>/     *.gp, published; *.svg and *.pdf drawn from them
#   stamps/<experiment>/train.sum   checksum of the program's code: what a run
#                                   depends on, so that comments rerun nothing
#   stamps/<experiment>/<run>.trained, .analysed     this was done, here
# In-tree the build folder is the source tree and data/ is regenerated in place.
# Elsewhere the source tree is only read.  Whether a run's data come from its
# program or from what is published is decided by stamps/, never by a date in
# the source tree: where a run was not done, figures are drawn from what is
# published.
#
#? make                    build the programs, bin/tc-*
#? make check              the tests, a few minutes
#? make check-expensive    the long tests: exhaustive sweeps, bare Debian roots
#? make data               train and analyse every run; rewrites data/ and figures/*.gp
#? make figures            draw figures/*/*/*.svg and .pdf, from published data where
#?                         nothing was trained here; figures/index.html shows them
#? make paper              typeset paper/report.pdf
#? make verify             compare what was built with data/manifest.sha256
#? make manifest           rewrite data/manifest.sha256 from what was built
#? make bench              time training steps beside PyTorch's and JAX's, about ten
#?                         minutes on a quiet machine; rewrites data/bench/ (see HACKING)
#? make install            programs, configurations and documents, to PREFIX
#? make dist, distcheck    a tarball; the tarball built and tested elsewhere
#? make clean              remove what was compiled and drawn, but no trained model
#? make clean-runs         remove trained models and stamps: `make data` starts afresh
#? make distclean          also undo configure
#?
#? Variables: EXPERIMENTS="sort addition" and RUNS="sort/one-head" narrow data,
#? figures and verify; QUICK=yes takes only the quick runs; make -j N trains and
#? analyses N runs side by side; TC_THREADS=N gives each N threads (default 1).
#? PYTHON=... is the Python that has the peers of make bench.

export LC_ALL = C
export STRIP GNUPLOT PDFLATEX BIBTEX
aux = $(srcdir)/build-aux

# Runs are many and independent: make -j divides them among processor cores, one
# thread each, which wastes nothing.  More threads are for a run on its own.
# Results are the same either way.
TC_THREADS = 1

# The runs to work on, as <experiment>/<run>.
EXPERIMENTS = $(experiments)
QUICK =
option = $($(subst -,_,$(1))_$(2))
runs_of = $(addprefix $(1)/,$(call option,$(1),$(2)))
all_runs := $(foreach e,$(experiments),$(call runs_of,$e,runs))
RUNS = $(foreach e,$(EXPERIMENTS),$(call runs_of,$e,$(if $(QUICK),quick,runs)))
ifneq ($(filter-out $(experiments),$(EXPERIMENTS)),)
$(error unknown experiment '$(filter-out $(experiments),$(EXPERIMENTS))'; known: $(experiments))
endif
ifneq ($(filter-out $(all_runs),$(RUNS)),)
$(error unknown run '$(filter-out $(all_runs),$(RUNS))'; known: $(all_runs))
endif

.PHONY: data figures paper bench verify manifest rendered published clean-runs help FORCE
.DELETE_ON_ERROR:
# What the tests said is wanted most when they failed.
.PRECIOUS: $(TEST_SUITE_LOG) $(TEST_LOGS)

# Training and analysis.
define experiment_rules
stamps/$(1)/%.sum: bin/tc-$(1)-%$$(EXEEXT) $$(aux)/checksum.sh
	@$$(aux)/checksum.sh $$< $$@
endef
$(foreach e,$(experiments),$(eval $(call experiment_rules,$e)))

# A stamp whose model, or one of whose published files, was removed is void.
if_missing = $(if $(filter-out $(wildcard $(1)),$(1)),FORCE)
analysed_files = $(if $(wildcard stamps/$(1).analysed),$(shell cat stamps/$(1).analysed))

# What the analysis of a run reads of other runs: done before it where it is done
# here at all, else as published.
read_runs = $(addprefix $(1)/,$(call option,$(1),after_$(subst -,_,$(2))))
analysed_before = $(patsubst %,stamps/%.analysed,$(filter $(RUNS),$(call read_runs,$(1),$(2))))

define run_rules
stamps/$(1)/$(2).trained: stamps/$(1)/train.sum $$(srcdir)/src/experiments/$(1)/$(2).conf \
    $(call if_missing,runs/$(1)/$(2)/model.safetensors)
	@$$(aux)/train-run.sh $(1) $(2) $$(srcdir)/src/experiments/$(1)/$(2).conf $$(TC_THREADS)
stamps/$(1)/$(2).analysed: stamps/$(1)/$(2).trained stamps/$(1)/analyse.sum \
    $(call analysed_before,$(1),$(2)) \
    $(call if_missing,$(call analysed_files,$(1)/$(2))) \
    $(if $(call read_runs,$(1),$(2)),| $(if $(filter-out .,$(srcdir)),published))
	@$$(aux)/analyse-run.sh $(1) $(2) $$(TC_THREADS)
endef
$(foreach r,$(RUNS),$(eval $(call run_rules,$(patsubst %/,%,$(dir $r)),$(notdir $r))))

data: $(if $(filter-out .,$(srcdir)),published) $(RUNS:%=stamps/%.analysed)

published:
	@$(aux)/copy-published.sh $(srcdir)

# Figures.  Which scripts there are is known only once the runs done here are up
# to date, hence the second make.
done_here = $(foreach r,$(RUNS),$(wildcard stamps/$r.analysed))
have_gnuplot := $(shell command -v $(or $(GNUPLOT),gnuplot))
figures: $(if $(filter data,$(MAKECMDGOALS)),data,$(done_here)) $(if $(filter-out .,$(srcdir)),published)
ifeq ($(have_gnuplot),)
	@echo "figures: skipped, gnuplot is missing (./bootstrap installs it); the data are in data/" >&2
else
	@$(MAKE) --no-print-directory rendered RUNS="$(RUNS)"

scripts_of = $(wildcard figures/$(1)/*.gp)
define figure_rules
$(patsubst %.gp,%.svg,$(call scripts_of,$(1))): %.svg: %.gp figures/style.gp $$(aux)/render.sh $(wildcard data/$(1)/*.csv)
	@echo "  DRAW     $$@"; $$(aux)/render.sh svg $$< $$@
$(patsubst %.gp,%.pdf,$(call scripts_of,$(1))): %.pdf: %.gp figures/style.gp $$(aux)/render.sh $(wildcard data/$(1)/*.csv)
	@$$(aux)/render.sh pdf $$< $$@
rendered: $(patsubst %.gp,%.svg,$(call scripts_of,$(1))) $(patsubst %.gp,%.pdf,$(call scripts_of,$(1)))
endef
$(foreach r,$(RUNS) $(if $(wildcard data/bench/*.csv),bench),$(if $(call scripts_of,$r),$(eval $(call figure_rules,$r))))
rendered:
	@$(aux)/index.sh
endif

# The paper shows every run; only those asked for are brought up to date.
have_tex := $(and $(shell command -v $(or $(PDFLATEX),pdflatex)),$(shell command -v $(or $(BIBTEX),bibtex)))
paper: figures
ifeq ($(and $(have_gnuplot),$(have_tex)),)
	@echo "paper: skipped, $(if $(have_gnuplot),TeX,gnuplot) is missing (./bootstrap installs it)" >&2
else
	@$(MAKE) --no-print-directory rendered RUNS="$(all_runs)"
	@$(MAKE) --no-print-directory paper/report.pdf RUNS="$(all_runs)"

quoted_sources = $(shell sed -n 's/.*\\tcquote{\([^}#]*\)}.*/\1/p' $(srcdir)/paper/*.tex)
paper/report.pdf: $(wildcard $(srcdir)/paper/*.tex $(srcdir)/paper/*.sty $(srcdir)/paper/*.bib) \
    $(aux)/typeset.sh $(addprefix $(srcdir)/,$(quoted_sources)) \
    $(wildcard data/*/*/*.tex data/bench/*.tex) $(wildcard figures/*/*/*.pdf figures/bench/*.pdf)
	@echo "  TYPESET  $@"; SOURCE_DATE_EPOCH=$(PUBLICATION_EPOCH) \
	  $(aux)/typeset.sh $(srcdir) $(PACKAGE_VERSION) $@
endif

# Speed, which belongs to a machine: published in data/bench, but never compared.
# QUICK=yes only prints ours, within seconds.
bench: bin/tc-bench$(EXEEXT)
ifneq ($(QUICK),)
	@bin/tc-bench --repeats 3 --seconds 0.05
else
	@command -v "$(PYTHON)" >/dev/null || \
	  { echo "bench: needs Python; without it, bin/tc-bench times our steps alone" >&2; exit 1; }
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) $(srcdir)/bench/compare.py --out data/bench $(BENCH_FLAGS)
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) $(srcdir)/bench/report.py data/bench
	@mkdir -p stamps && : >stamps/bench.analysed
endif

# What is published, and whether this is it.
verify:
	@$(aux)/verify.sh $(srcdir) $(RUNS)

manifest: $(all_runs:%=stamps/%.analysed)
	@$(aux)/manifest.sh >data/manifest.sha256.tmp && mv data/manifest.sha256.tmp data/manifest.sha256
	@echo "wrote data/manifest.sha256: $$(wc -l <data/manifest.sha256) files"

help:
	@sed -n 's/^#? \{0,1\}//p' $(srcdir)/pipeline.mk

# Cleaning.  Published files are removed only from a folder other than the
# source tree, where they are copies.
clean-runs:
	rm -rf runs stamps
