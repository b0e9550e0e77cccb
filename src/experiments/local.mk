# experiments
experiments += skip-trigram
skip_trigram_runs = infinite finite minimal minimal-sgd
skip_trigram_quick = $(skip_trigram_runs)
skip_trigram_threads = 1
