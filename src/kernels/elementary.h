#pragma once
// Double-precision exp, log, sin and cos of our own, made of + - * / and exact steps only: the same bits on every
// platform, unlike libm. For what is computed once in a while and still has to agree everywhere: rates, losses,
// position encodings. (Argument reduction after Cody and Waite, 1980, and Taylor polynomials.)

namespace headlight::kernels {

// Relative error below 1e-15. Infinity above 709.79, 0 below -745.14; NaN for NaN.
[[nodiscard]] double exp_f64(double x);

// Natural logarithm; relative error below 1e-15. -infinity for 0, NaN for negative numbers and NaN.
[[nodiscard]] double log_f64(double x);

// x in radians; absolute error below 1e-15, and relative error below 1e-14 where the result is above 1e-7 in size.
// NaN for infinities, NaN and |x| above a million.
[[nodiscard]] double sin_f64(double x);
[[nodiscard]] double cos_f64(double x);

}  // namespace headlight::kernels
