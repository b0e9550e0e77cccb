# cli: one option table for command line, configuration files, --help and
# run.json. Sees numerics only.
libtoycircuits_a_SOURCES += \
  %D%/options.c %D%/options.h \
  %D%/value.c %D%/value.h \
  %D%/help.c \
  %D%/json.c
