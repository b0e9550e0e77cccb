# circuits: reading a trained model. Sees numerics and transformer only.
libtoycircuits_a_SOURCES += \
  %D%/ablation.c %D%/ablation.h \
  %D%/attribution.c %D%/attribution.h \
  %D%/composition.c %D%/composition.h \
  %D%/copying.c %D%/copying.h \
  %D%/dense.c %D%/dense.h \
  %D%/first_layer.c %D%/first_layer.h \
  %D%/fold.c %D%/fold.h \
  %D%/fourier.c %D%/fourier.h \
  %D%/fourier2d.c %D%/fourier2d.h \
  %D%/frequency.c %D%/frequency.h \
  %D%/generate.c %D%/generate.h \
  %D%/head_scores.c %D%/head_scores.h \
  %D%/logits.c %D%/logits.h \
  %D%/order.c %D%/order.h \
  %D%/position_scores.c %D%/position_scores.h \
  %D%/product64.c %D%/product64.h \
  %D%/similarity.c %D%/similarity.h \
  %D%/qk_ov.c %D%/qk_ov.h
