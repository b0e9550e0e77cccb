# experiments: their common frame, then a block for each.
libtoycircuits_a_SOURCES += \
  %D%/experiment.h \
  %D%/program.h %D%/train.c %D%/analyse.c \
  %D%/frame.c %D%/frame.h \
  %D%/measure.c %D%/measure.h \
  %D%/options.c %D%/prompt.c %D%/prompt.h %D%/setup.c %D%/setup.h \
  %D%/session.c %D%/session.h

# skip-trigram: the notebook's runs, its reduced model, and two that explain the
# floor of the loss.
experiments += skip-trigram
skip_trigram_runs = infinite finite minimal minimal-sgd minimal-weak-decay minimal-flow \
  no-decay small-eps seed-1 seed-2 seed-3 seed-4 seed-5
skip_trigram_quick = $(skip_trigram_runs)
bin_PROGRAMS += bin/tc-skip-trigram-train bin/tc-skip-trigram-analyse
noinst_LIBRARIES += libskip-trigram.a
libskip_trigram_a_SOURCES = \
  %D%/skip-trigram/experiment.c %D%/skip-trigram/experiment.h \
  %D%/skip-trigram/flow.c %D%/skip-trigram/flow.h \
  %D%/skip-trigram/minimal.c %D%/skip-trigram/minimal.h \
  %D%/skip-trigram/task.c %D%/skip-trigram/task.h
bin_tc_skip_trigram_train_SOURCES = %D%/skip-trigram/train.c
bin_tc_skip_trigram_train_LDADD = libskip-trigram.a $(TC_LIBS)
bin_tc_skip_trigram_analyse_SOURCES = \
  %D%/skip-trigram/analyse.c \
  %D%/skip-trigram/analysis.c %D%/skip-trigram/analysis.h \
  %D%/skip-trigram/analyse_circuits.c \
  %D%/skip-trigram/analyse_dynamics.c \
  %D%/skip-trigram/analyse_examples.c \
  %D%/skip-trigram/analyse_floor.c \
  %D%/skip-trigram/analyse_foresight.c \
  %D%/skip-trigram/analyse_loss.c \
  %D%/skip-trigram/analyse_onset.c \
  %D%/skip-trigram/analyse_places.c \
  %D%/skip-trigram/analyse_replay.c \
  %D%/skip-trigram/figures.c %D%/skip-trigram/figures.h \
  %D%/skip-trigram/figures_circuits.c %D%/skip-trigram/figure_script.h \
  %D%/skip-trigram/probe.c %D%/skip-trigram/probe.h \
  %D%/skip-trigram/reduce.c %D%/skip-trigram/reduce.h
bin_tc_skip_trigram_analyse_LDADD = libskip-trigram.a $(TC_LIBS)

# The notebook's printed log as the rows of a C array.
EXTRA_DIST += data/reference/skip-trigram.csv
stamps/skip-trigram/printed.inc: data/reference/skip-trigram.csv
	@mkdir -p stamps/skip-trigram
	@sed -n 's/^[0-9].*/{&},/p' $< >$@.tmp && mv $@.tmp $@
%D%/skip-trigram/analyse_replay.$(OBJEXT): stamps/skip-trigram/printed.inc
CLEANFILES += stamps/skip-trigram/printed.inc

# modular-addition: the notebook's four functions, two more seeds of the sum, and
# TransformerLens's demo with replicas of it that start one ulp apart.
experiments += modular-addition
modular_addition_runs = add add-seed-1 add-seed-2 subtract x2xyy2 random \
  transformerlens-demo demo-ulp-1 demo-ulp-2 demo-ulp-3 demo-ulp-4 demo-ulp-5
modular_addition_quick = demo-ulp-4 demo-ulp-5
modular_addition_after_add = add-seed-1 add-seed-2 subtract x2xyy2 random \
  transformerlens-demo
modular_addition_after_transformerlens_demo = \
  demo-ulp-1 demo-ulp-2 demo-ulp-3 demo-ulp-4 demo-ulp-5
bin_PROGRAMS += bin/tc-modular-addition-train bin/tc-modular-addition-analyse
noinst_LIBRARIES += libmodular-addition.a
libmodular_addition_a_SOURCES = \
  %D%/modular-addition/experiment.c %D%/modular-addition/experiment.h \
  %D%/modular-addition/phases.c %D%/modular-addition/phases.h \
  %D%/modular-addition/symmetry.c %D%/modular-addition/symmetry.h \
  %D%/modular-addition/task.c %D%/modular-addition/task.h
bin_tc_modular_addition_train_SOURCES = %D%/modular-addition/train.c
bin_tc_modular_addition_train_LDADD = libmodular-addition.a $(TC_LIBS)
bin_tc_modular_addition_analyse_SOURCES = \
  %D%/modular-addition/analyse.c \
  %D%/modular-addition/analysis.c %D%/modular-addition/analysis.h \
  %D%/modular-addition/analysis_keys.c \
  %D%/modular-addition/analysis_numbers.c \
  %D%/modular-addition/analyse_bases.c \
  %D%/modular-addition/analyse_ladder.c \
  %D%/modular-addition/analyse_loss.c \
  %D%/modular-addition/analyse_phases.c \
  %D%/modular-addition/analyse_progress.c %D%/modular-addition/progress.h \
  %D%/modular-addition/analyse_replay.c \
  %D%/modular-addition/analyse_runs.c \
  %D%/modular-addition/figures_dynamics.c %D%/modular-addition/figures.h \
  %D%/modular-addition/figures_runs.c \
  %D%/modular-addition/ablate_model.c %D%/modular-addition/ablations.h \
  %D%/modular-addition/amplitude.c %D%/modular-addition/amplitude.h \
  %D%/modular-addition/analyse_ablations.c \
  %D%/modular-addition/analyse_attention.c \
  %D%/modular-addition/analyse_circuits.c \
  %D%/modular-addition/analyse_frequencies.c \
  %D%/modular-addition/analyse_geometry.c \
  %D%/modular-addition/analyse_methods.c \
  %D%/modular-addition/analyse_neurons.c \
  %D%/modular-addition/analyse_terms.c \
  %D%/modular-addition/attention.c %D%/modular-addition/attention.h \
  %D%/modular-addition/figures_circuits.c %D%/modular-addition/circuit_figures.h \
  %D%/modular-addition/figures_maps.c \
  %D%/modular-addition/figures_methods.c \
  %D%/modular-addition/grid.c %D%/modular-addition/grid.h \
  %D%/modular-addition/keys.c %D%/modular-addition/keys.h \
  %D%/modular-addition/methods.h %D%/modular-addition/methods_runs.c \
  %D%/modular-addition/random_sets.c \
  %D%/modular-addition/sweep.c %D%/modular-addition/sweep.h \
  %D%/modular-addition/tables.c %D%/modular-addition/tables.h
bin_tc_modular_addition_analyse_LDADD = libmodular-addition.a $(TC_LIBS)

# TransformerLens's printed log as the rows of a C array.
EXTRA_DIST += data/reference/modular-addition-transformerlens-demo.csv
stamps/modular-addition/printed.inc: data/reference/modular-addition-transformerlens-demo.csv
	@mkdir -p stamps/modular-addition
	@sed -n 's/^[0-9].*/{&},/p' $< >$@.tmp && mv $@.tmp $@
%D%/modular-addition/analyse_replay.$(OBJEXT): stamps/modular-addition/printed.inc
CLEANFILES += stamps/modular-addition/printed.inc

# addition: the notebook's runs on endless and on fixed sums, both on a model of a
# quarter of the width, and that one's phase changes from other seeds.
experiments += addition
addition_runs = infinite finite small small-slow finite-small finite-small-weak \
  seed-1 seed-2 seed-3 seed-4 seed-5
addition_quick = small seed-1
bin_PROGRAMS += bin/tc-addition-train bin/tc-addition-analyse
noinst_LIBRARIES += libaddition.a
libaddition_a_SOURCES = \
  %D%/addition/chains.c %D%/addition/chains.h \
  %D%/addition/circuits.c %D%/addition/circuits.h \
  %D%/addition/digits.c %D%/addition/digits.h \
  %D%/addition/experiment.c %D%/addition/experiment.h \
  %D%/addition/gaze.c %D%/addition/gaze.h \
  %D%/addition/grids.c %D%/addition/grids.h \
  %D%/addition/probe.c %D%/addition/probe.h \
  %D%/addition/shares.c %D%/addition/shares.h \
  %D%/addition/sigmoid.c %D%/addition/sigmoid.h \
  %D%/addition/sums.c %D%/addition/task.c %D%/addition/task.h \
  %D%/addition/theory.c %D%/addition/theory.h
bin_tc_addition_train_SOURCES = %D%/addition/train.c
bin_tc_addition_train_LDADD = libaddition.a $(TC_LIBS)
bin_tc_addition_analyse_SOURCES = \
  %D%/addition/analyse.c \
  %D%/addition/analysis.c %D%/addition/analysis.h \
  %D%/addition/analyse_ablation.c \
  %D%/addition/analyse_accuracy.c \
  %D%/addition/analyse_attention.c \
  %D%/addition/analyse_codes.c \
  %D%/addition/analyse_examples.c \
  %D%/addition/analyse_finite.c \
  %D%/addition/analyse_fourier.c \
  %D%/addition/analyse_lookahead.c \
  %D%/addition/analyse_loss.c \
  %D%/addition/analyse_overlap.c \
  %D%/addition/analyse_neurons.c \
  %D%/addition/analyse_pairs.c \
  %D%/addition/analyse_pattern.c \
  %D%/addition/analyse_phases.c \
  %D%/addition/analyse_reach.c %D%/addition/reach.h \
  %D%/addition/analyse_replay.c \
  %D%/addition/analyse_swaps.c \
  %D%/addition/figures.c %D%/addition/figures.h \
  %D%/addition/figures_circuits.h \
  %D%/addition/figures_attention.c \
  %D%/addition/figures_fourier.c \
  %D%/addition/figures_pairs.c \
  %D%/addition/figures_swaps.c
bin_tc_addition_analyse_LDADD = libaddition.a $(TC_LIBS)

# The notebook's printed log, and what others published, as rows of C arrays.
EXTRA_DIST += data/reference/addition.csv data/reference/addition-published.csv
stamps/addition/printed.inc: data/reference/addition.csv
	@mkdir -p stamps/addition
	@sed -n 's/^[0-9].*/{&},/p' $< >$@.tmp && mv $@.tmp $@
stamps/addition/published.inc: data/reference/addition-published.csv
	@mkdir -p stamps/addition
	@sed -n 's/^\([a-z][a-z0-9_.]*\),\([0-9].*\)/{"\1",\2},/p' $< >$@.tmp && mv $@.tmp $@
%D%/addition/analyse_replay.$(OBJEXT): stamps/addition/printed.inc
%D%/addition/analysis.$(OBJEXT): stamps/addition/published.inc
CLEANFILES += stamps/addition/printed.inc stamps/addition/published.inc

# sort: notebooks 000 (one-head), 002 (attn-only) and 003 (five), each over seeds, and
# what is published beside them.
experiments += sort
sort_runs = length-5 repeats-16 no-positions zero-layer zero-layer-repeats \
  one-head-long one-head-seed-2 one-head-seed-3 one-head-seed-4 one-head-seed-5 \
  one-head-attn-only one-head \
  attn-only-seed-2 attn-only-seed-3 attn-only-seed-4 attn-only-seed-5 \
  attn-only-two-heads attn-only \
  five-seed-2 five-seed-3 five-eos-seed-2 five-eos-seed-3 five-eos \
  five-variable-seed-2 five-variable-seed-3 five-variable \
  five-script-seed-2 five-script-seed-3 five-script \
  five-plain-seed-2 five-plain-seed-3 five-plain five
sort_quick = one-head
sort_after_one_head = one-head-long one-head-seed-2 one-head-seed-3 one-head-seed-4 \
  one-head-seed-5 one-head-attn-only length-5 repeats-16 no-positions zero-layer \
  zero-layer-repeats attn-only attn-only-two-heads five-script five-plain five
sort_after_attn_only = attn-only-seed-2 attn-only-seed-3 attn-only-seed-4 attn-only-seed-5
sort_after_five = five-seed-2 five-seed-3 five-eos five-eos-seed-2 five-eos-seed-3 \
  five-variable five-variable-seed-2 five-variable-seed-3 five-script five-script-seed-2 \
  five-script-seed-3 five-plain five-plain-seed-2 five-plain-seed-3
bin_PROGRAMS += bin/tc-sort-train bin/tc-sort-analyse
noinst_LIBRARIES += libsort.a
libsort_a_SOURCES = \
  %D%/sort/bound.c %D%/sort/bound.h \
  %D%/sort/bound_model.c %D%/sort/bound_model.h \
  %D%/sort/bound_steps.c %D%/sort/bound_steps.h \
  %D%/sort/bound_sums.c %D%/sort/bound_sums.h \
  %D%/sort/experiment.c %D%/sort/experiment.h \
  %D%/sort/interventions.c %D%/sort/interventions.h \
  %D%/sort/lists.c %D%/sort/task.c %D%/sort/task.h \
  %D%/sort/zero.c %D%/sort/zero.h
bin_tc_sort_train_SOURCES = %D%/sort/train.c
bin_tc_sort_train_LDADD = libsort.a $(TC_LIBS)
bin_tc_sort_analyse_SOURCES = \
  %D%/sort/analyse.c \
  %D%/sort/analysis.c %D%/sort/analysis.h \
  %D%/sort/analyse_ablation.c \
  %D%/sort/analyse_attention.c %D%/sort/examine.c %D%/sort/examine.h \
  %D%/sort/analyse_attribution.c \
  %D%/sort/analyse_band.c \
  %D%/sort/analyse_bound.c \
  %D%/sort/analyse_configurations.c \
  %D%/sort/analyse_duplicates.c %D%/sort/floors.c %D%/sort/floors.h \
  %D%/sort/analyse_echo.c \
  %D%/sort/analyse_claims.c \
  %D%/sort/analyse_errors.c \
  %D%/sort/analyse_interventions.c \
  %D%/sort/analyse_log.c \
  %D%/sort/analyse_mispredictions.c \
  %D%/sort/analyse_public.c \
  %D%/sort/analyse_qkov.c \
  %D%/sort/analyse_replay.c \
  %D%/sort/analyse_rows.c \
  %D%/sort/analyse_stop.c \
  %D%/sort/figures.c %D%/sort/figures.h \
  %D%/sort/figures_attribution.c \
  %D%/sort/figures_circuits.c %D%/sort/figures_circuits.h \
  %D%/sort/score.c %D%/sort/score.h
bin_tc_sort_analyse_LDADD = libsort.a $(TC_LIBS)

# What the notebooks printed, as rows of C arrays.
EXTRA_DIST += data/reference/sort-one-head.csv data/reference/sort-length-5.csv \
  data/reference/sort-attn-only.csv data/reference/sort-attn-only-published.csv \
  data/reference/sort-attn-only-map.csv data/reference/sort-public-model.csv
stamps/sort/%.inc: data/reference/sort-%.csv
	@mkdir -p stamps/sort
	@sed -n -e 's/^[0-9]*,[^,]*,[^,]*$$/&,0,0/' -e 's/^[0-9].*/{&},/p' $< >$@.tmp && mv $@.tmp $@
stamps/sort/public-model.inc: data/reference/sort-public-model.csv
	@mkdir -p stamps/sort
	@sed -n 's/^\([a-z_]*\),\([0-9.-]*\)$$/{"\1",\2},/p' $< >$@.tmp && mv $@.tmp $@
%D%/sort/analyse_public.$(OBJEXT): stamps/sort/public-model.inc
%D%/sort/analyse_stop.$(OBJEXT): stamps/sort/one-head.inc
%D%/sort/analyse_replay.$(OBJEXT): stamps/sort/one-head.inc stamps/sort/length-5.inc \
  stamps/sort/attn-only.inc stamps/sort/attn-only-published.inc stamps/sort/attn-only-map.inc
CLEANFILES += stamps/sort/one-head.inc stamps/sort/length-5.inc stamps/sort/public-model.inc \
  stamps/sort/attn-only.inc stamps/sort/attn-only-published.inc stamps/sort/attn-only-map.inc

# induction: the notebook's runs on endless and on fixed data, with its sinusoids and
# the usual ones, the two residuals from the two initialisations, twice, and one layer.
experiments += induction
induction_runs = infinite finite sine sine-standard sine-matched plain-residual \
  reparametrised doubled-plain-init seed-1 plain-residual-seed-1 reparametrised-seed-1 \
  doubled-plain-init-seed-1 one-layer
induction_quick = one-layer
induction_after_infinite = sine sine-standard sine-matched plain-residual reparametrised \
  doubled-plain-init seed-1 plain-residual-seed-1 reparametrised-seed-1 \
  doubled-plain-init-seed-1 one-layer
bin_PROGRAMS += bin/tc-induction-train bin/tc-induction-analyse
noinst_LIBRARIES += libinduction.a
libinduction_a_SOURCES = \
  %D%/induction/experiment.c %D%/induction/experiment.h \
  %D%/induction/sequences.c \
  %D%/induction/task.c %D%/induction/task.h
bin_tc_induction_train_SOURCES = %D%/induction/train.c
bin_tc_induction_train_LDADD = libinduction.a $(TC_LIBS)
bin_tc_induction_analyse_SOURCES = \
  %D%/induction/analyse.c \
  %D%/induction/analysis.c %D%/induction/analysis.h \
  %D%/induction/analyse_composition.c \
  %D%/induction/analyse_floors.c \
  %D%/induction/analyse_heads.c \
  %D%/induction/analyse_loss.c \
  %D%/induction/analyse_paths.c \
  %D%/induction/analyse_patterns.c \
  %D%/induction/analyse_places.c \
  %D%/induction/analyse_published.c \
  %D%/induction/analyse_replay.c \
  %D%/induction/analyse_runs.c \
  %D%/induction/analyse_scores.c \
  %D%/induction/analyse_switches.c \
  %D%/induction/figures.c %D%/induction/figures.h \
  %D%/induction/figures_circuits.c \
  %D%/induction/probe.c %D%/induction/probe.h
bin_tc_induction_analyse_LDADD = libinduction.a $(TC_LIBS)

EXTRA_DIST += data/reference/induction.csv data/reference/induction-published.csv
stamps/induction/printed.inc: data/reference/induction.csv
	@mkdir -p stamps/induction
	@sed -n 's/^[0-9].*/{&},/p' $< >$@.tmp && mv $@.tmp $@
%D%/induction/analyse_replay.$(OBJEXT): stamps/induction/printed.inc
stamps/induction/published.inc: data/reference/induction-published.csv
	@mkdir -p stamps/induction
	@sed -n 's/^\([a-z].*\),\([0-9.]*\)$$/{"\1",\2},/p' $< >$@.tmp && mv $@.tmp $@
%D%/induction/analyse_published.$(OBJEXT): stamps/induction/published.inc
CLEANFILES += stamps/induction/printed.inc stamps/induction/published.inc

# permutation: the notebook's run, one that learns, sequences of other kinds, larger
# models (the notebook's assumptions), and what explains its loss.
experiments += permutation
permutation_runs = notebook-seed-1 notebook-seed-2 beta2-999 batch-32 constant \
  constant-seed-1 constant-beta2-999 constant-batch-32 notebook \
  repaired-seed-1 unsorted n-2 n-3 n-5 small two-layers mlp-relu mlp-solu repaired
permutation_quick = notebook
permutation_after_notebook = notebook-seed-1 notebook-seed-2 beta2-999 batch-32 constant \
  constant-seed-1 constant-beta2-999 constant-batch-32
permutation_after_repaired = notebook batch-32 repaired-seed-1 unsorted n-2 n-3 n-5 small \
  two-layers mlp-relu mlp-solu
bin_PROGRAMS += bin/tc-permutation-train bin/tc-permutation-analyse
noinst_LIBRARIES += libpermutation.a
libpermutation_a_SOURCES = \
  %D%/permutation/alphabet.c %D%/permutation/alphabet.h \
  %D%/permutation/combinations.c \
  %D%/permutation/experiment.c %D%/permutation/experiment.h \
  %D%/permutation/floors.c %D%/permutation/floors.h \
  %D%/permutation/score.c %D%/permutation/score.h \
  %D%/permutation/task.c %D%/permutation/task.h
bin_tc_permutation_train_SOURCES = %D%/permutation/train.c
bin_tc_permutation_train_LDADD = libpermutation.a $(TC_LIBS)
bin_tc_permutation_analyse_SOURCES = \
  %D%/permutation/analyse.c \
  %D%/permutation/analysis.c %D%/permutation/analysis.h \
  %D%/permutation/analyse_assumptions.c \
  %D%/permutation/analyse_attention.c \
  %D%/permutation/analyse_circuits.c \
  %D%/permutation/analyse_completion.c \
  %D%/permutation/analyse_floors.c \
  %D%/permutation/analyse_frozen.c \
  %D%/permutation/analyse_hubs.c \
  %D%/permutation/analyse_learning.c \
  %D%/permutation/analyse_loss.c \
  %D%/permutation/analyse_paths.c \
  %D%/permutation/analyse_replay.c \
  %D%/permutation/analyse_schedule.c \
  %D%/permutation/figures.c %D%/permutation/figures.h \
  %D%/permutation/figures_circuits.c
bin_tc_permutation_analyse_LDADD = libpermutation.a $(TC_LIBS)

# The notebook's printed log as the rows of a C array.
EXTRA_DIST += data/reference/permutation.csv
stamps/permutation/printed.inc: data/reference/permutation.csv
	@mkdir -p stamps/permutation
	@sed -n 's/^[0-9].*/{&},/p' $< >$@.tmp && mv $@.tmp $@
%D%/permutation/analyse_replay.$(OBJEXT): stamps/permutation/printed.inc
CLEANFILES += stamps/permutation/printed.inc

# The template compiles and runs in the tests, so that it never rots.
check_PROGRAMS += bin/tc-TEMPLATE-train bin/tc-TEMPLATE-analyse
bin_tc_TEMPLATE_train_SOURCES = %D%/TEMPLATE/train.c %D%/TEMPLATE/task.c %D%/TEMPLATE/task.h
bin_tc_TEMPLATE_train_LDADD = $(TC_LIBS)
bin_tc_TEMPLATE_analyse_SOURCES = %D%/TEMPLATE/analyse.c %D%/TEMPLATE/task.c %D%/TEMPLATE/task.h
bin_tc_TEMPLATE_analyse_LDADD = $(TC_LIBS)
