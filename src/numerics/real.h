#ifndef TC_NUMERICS_REAL_H
#define TC_NUMERICS_REAL_H

/* The number type of parameters and activations.  Everything published is
   float.  With TC_REAL_DOUBLE the same sources compile in double, portable
   kernels only: tests/ uses that build to check every gradient against finite
   differences to a precision that float cannot show.  */
#ifdef TC_REAL_DOUBLE
typedef double tc_real;
#else
typedef float tc_real;
#endif

#endif
