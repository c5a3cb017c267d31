/* engine/stats/symmetric.h - small symmetric matrices: rows of n numbers one after the other, both
   triangles filled. Nothing is allocated; n is at most SYMMETRIC_MOST. */
#ifndef PELLTER_ENGINE_STATS_SYMMETRIC_H
#define PELLTER_ENGINE_STATS_SYMMETRIC_H

#include <stdbool.h>
#include <stddef.h>

#define SYMMETRIC_MOST 78

/* The lower triangular root L of a = L L'; above the diagonal 0. `root` may be `a`. False: `a` is not
   positive definite, a pivot being below `least` times its diagonal element (0 <= least < 1), or
   not a number; `root` is then of no use. */
bool symmetric_root(const double a[], size_t n, double least, double root[]);

/* From a root: the inverse of a (which may not be `root`); the solution x of a x = b (`x` may be
   `b`); ln det a. */
void symmetric_inverse(const double root[], size_t n, double inverse[]);
void symmetric_solve(const double root[], size_t n, const double b[], double x[]);
double symmetric_log_det(const double root[], size_t n);

/* x' a y. */
double symmetric_form(const double a[], size_t n, const double x[], const double y[]);

/* The symmetric a^(-1/2) of a matrix that has no negative eigenvalues, with eigenvalues below
   `least` times the largest taken for 0 and left out (Moore-Penrose). By Jacobi's rotations: Golub
   & Van Loan (2013), Matrix Computations, section 8.5. `a` is used up; n is at most
   SYMMETRIC_EIGEN_MOST. */
#define SYMMETRIC_EIGEN_MOST 12
void symmetric_inverse_root(double a[], size_t n, double least, double out[]);

#endif
