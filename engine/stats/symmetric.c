#include "engine/stats/symmetric.h"

#include <assert.h>
#include <float.h>
#include <math.h>

bool symmetric_root(const double a[], size_t n, double least, double root[])
{
    assert(n <= SYMMETRIC_MOST);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            const double diagonal = sum;
            for (size_t k = 0; k < j; k++) {
                sum -= root[i * n + k] * root[j * n + k];
            }
            if (i > j) {
                root[i * n + j] = sum / root[j * n + j];
            } else if (sum > least * diagonal && sum > 0.0 && !isinf(sum)) {
                root[i * n + i] = sqrt(sum);
            } else {
                return false;
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            root[i * n + j] = 0.0;
        }
    }
    return true;
}

void symmetric_solve(const double root[], size_t n, const double b[], double x[])
{
    for (size_t i = 0; i < n; i++) {
        double sum = b[i];
        for (size_t k = 0; k < i; k++) {
            sum -= root[i * n + k] * x[k];
        }
        x[i] = sum / root[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        double sum = x[i];
        for (size_t k = i + 1; k < n; k++) {
            sum -= root[k * n + i] * x[k];
        }
        x[i] = sum / root[i * n + i];
    }
}

void symmetric_inverse(const double root[], size_t n, double inverse[])
{
    /* The upper triangle takes the transpose of L^-1, column by column; then a^-1 = L^-1' L^-1. */
    for (size_t j = 0; j < n; j++) {
        inverse[j * n + j] = 1.0 / root[j * n + j];
        for (size_t i = j + 1; i < n; i++) {
            double sum = 0.0;
            for (size_t k = j; k < i; k++) {
                sum -= root[i * n + k] * inverse[j * n + k];
            }
            inverse[j * n + i] = sum / root[i * n + i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            double sum = 0.0;
            for (size_t k = j; k < n; k++) {
                sum += inverse[i * n + k] * inverse[j * n + k];
            }
            inverse[j * n + i] = sum; /* below the diagonal, and on it when row i is done with */
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            inverse[i * n + j] = inverse[j * n + i];
        }
    }
}

double symmetric_log_det(const double root[], size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += 2.0 * log(root[i * n + i]);
    }
    return sum;
}

double symmetric_form(const double a[], size_t n, const double x[], const double y[])
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            sum += x[i] * a[i * n + j] * y[j];
        }
    }
    return sum;
}

/* Turns rows and columns p and q of `a` so that a[p][q] becomes 0, and columns p and q of `vectors`
   with them. */
static void rotate(double a[], size_t n, size_t p, size_t q, double vectors[])
{
    const double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
    const double t = copysign(1.0, theta) / (fabs(theta) + sqrt(1.0 + theta * theta));
    const double c = 1.0 / sqrt(1.0 + t * t), s = t * c;
    for (size_t k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        const double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        const double x = vectors[k * n + p], y = vectors[k * n + q];
        vectors[k * n + p] = c * x - s * y;
        vectors[k * n + q] = s * x + c * y;
    }
}

static void diagonalise(double a[], size_t n, double vectors[])
{
    bool rotated = true;
    for (size_t i = 0; i < n * n; i++) {
        vectors[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
    }
    /* Convergence is quadratic: six to ten sweeps are usual. */
    for (int sweep = 0; sweep < 60 && rotated; sweep++) {
        rotated = false;
        for (size_t p = 0; p < n; p++) {
            for (size_t q = p + 1; q < n; q++) {
                const double small =
                    DBL_EPSILON * 1e-3 * sqrt(fabs(a[p * n + p])) * sqrt(fabs(a[q * n + q]));
                if (fabs(a[p * n + q]) > small && fabs(a[p * n + q]) > DBL_MIN) {
                    rotate(a, n, p, q, vectors);
                    rotated = true;
                }
            }
        }
    }
}

void symmetric_inverse_root(double a[], size_t n, double least, double out[])
{
    double vectors[SYMMETRIC_EIGEN_MOST * SYMMETRIC_EIGEN_MOST];
    double largest = 0.0;
    assert(n <= SYMMETRIC_EIGEN_MOST);
    diagonalise(a, n, vectors);
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, a[i * n + i]);
    }
    for (size_t i = 0; i < n * n; i++) {
        double sum = 0.0;
        for (size_t k = 0; k < n; k++) {
            const double value = a[k * n + k];
            if (value > least * largest && value > 0.0) {
                sum += vectors[i / n * n + k] * vectors[i % n * n + k] / sqrt(value);
            }
        }
        out[i] = sum;
    }
}
