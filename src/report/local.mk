# report: CSV, JSON, LaTeX macros, progress. Sees numerics only.
libtoycircuits_a_SOURCES += \
  %D%/csv.c %D%/csv.h \
  %D%/csv_columns.c %D%/csv_columns.h \
  %D%/figure.c %D%/figure.h \
  %D%/json.c %D%/json.h \
  %D%/macros.c %D%/macros.h \
  %D%/progress.c %D%/progress.h
