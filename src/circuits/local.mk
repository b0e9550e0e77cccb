# circuits: reading a trained model. Sees numerics and transformer only.
libtoycircuits_a_SOURCES += \
  %D%/attribution.c %D%/attribution.h \
  %D%/dense.c %D%/dense.h \
  %D%/qk_ov.c %D%/qk_ov.h
