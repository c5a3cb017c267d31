/* engine/stats/student.h - Student's t distribution. */
#ifndef PELLTER_ENGINE_STATS_STUDENT_H
#define PELLTER_ENGINE_STATS_STUDENT_H

/* P(|T| > |t|), through the incomplete beta function, accurate to 1e-11 relative for any df >= 1
   (not only whole) down to 1e-300; and the two-sided 95% quantile t(0.975, df). NAN unless
   0 < df < infinity. */
double student_two_sided(double t, double df);
double student_quantile_975(double df);

#endif
