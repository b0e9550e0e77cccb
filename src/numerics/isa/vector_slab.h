/* Part of vector_kernel.c: slabs, SLAB_DEPTH elements of TC_VF_LANES keys, each
   vector holding one element of all of them.

   A slab is loaded from the keys' rows and transposed.  With AVX-512 it is half
   as deep as a square: two squares of eight transpose side by side in the
   halves of the registers, with the fewest shuffles for each element.  */

#if TC_ISA_ID == TC_ISA_ID_avx512

enum { SLAB_DEPTH = 8 };

/* Elements e ... e + depth - 1 of the keys at row[0 ...].  Keys 0-3 and 8-11 go
   to the low halves, 4-7 and 12-15 to the high ones: so the last step leaves
   them in order.  */
TC_INLINE void
slab_load (tc_vf out[SLAB_DEPTH], const tc_real *const row[TC_VF_LANES], size_t e,
           size_t depth)
{
  const __mmask8 mask = (__mmask8) ((1u << depth) - 1u);
  __m512 r[8], t[8], u[8];
# pragma GCC unroll 8
  for (int j = 0; j < 8; j++)
    {
      int key = j < 4 ? j : j + 4;
      __m256 low = _mm256_maskz_loadu_ps (mask, row[key] + e);
      __m256 high = _mm256_maskz_loadu_ps (mask, row[key + 4] + e);
      r[j] = _mm512_insertf32x8 (_mm512_castps256_ps512 (low), high, 1);
    }
# pragma GCC unroll 8
  for (int i = 0; i < 8; i += 2)
    {
      t[i] = _mm512_unpacklo_ps (r[i], r[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps (r[i], r[i + 1]);
    }
# pragma GCC unroll 8
  for (int i = 0; i < 8; i += 4)
    {
      u[i] = _mm512_shuffle_ps (t[i], t[i + 2], 0x44);
      u[i + 1] = _mm512_shuffle_ps (t[i], t[i + 2], 0xee);
      u[i + 2] = _mm512_shuffle_ps (t[i + 1], t[i + 3], 0x44);
      u[i + 3] = _mm512_shuffle_ps (t[i + 1], t[i + 3], 0xee);
    }
# pragma GCC unroll 8
  for (int i = 0; i < 4; i++)
    {
      out[i] = _mm512_shuffle_f32x4 (u[i], u[i + 4], 0x88);
      out[i + 4] = _mm512_shuffle_f32x4 (u[i], u[i + 4], 0xdd);
    }
}

#else

enum { SLAB_DEPTH = TC_VF_LANES };

TC_INLINE void
slab_load (tc_vf out[SLAB_DEPTH], const tc_real *const row[TC_VF_LANES], size_t e,
           size_t depth)
{
  const tc_vf_tail tail = tc_vf_first (depth);
  for (int j = 0; j < TC_VF_LANES; j++)
    out[j] = tc_vf_load_tail (row[j] + e, tail);
  tc_vf_transpose (out);
}

#endif
