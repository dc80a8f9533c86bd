#include <math.h>

#include "CKernels.h"

/// How much of the target class k is.
static double share_of(const hangtag_cross_entropy_target *target, int k) {
  const double known = target->smoothing / target->classes +
                       (k == target->label ? 1 - target->smoothing : 0);
  const double share = target->teacher ? known + target->distillation *
                                                     (target->teacher[k] - known)
                                       : known;
  return (target->class_weights ? target->class_weights[k] : 1) * share;
}

double hangtag_cross_entropy(const hangtag_cross_entropy_target *target, const float *logits,
                             float *gradient, int *best) {
  int largest = 0;
  for (int k = 1; k < target->classes; k++) {
    if (logits[k] > logits[largest]) largest = k;
  }
  double sum = 0;
  for (int k = 0; k < target->classes; k++) sum += exp((double)logits[k] - logits[largest]);
  const double log_sum = log(sum) + logits[largest];

  double loss = 0;
  double targets = 0;
  for (int k = 0; k < target->classes; k++) {
    const double t = share_of(target, k);
    loss += t * (log_sum - logits[k]);
    targets += t;
  }
  for (int k = 0; k < target->classes; k++) {
    const double error = targets * exp(logits[k] - log_sum) - share_of(target, k);
    gradient[k] = (float)(target->scale * error);
  }
  *best = largest;
  return target->scale * loss;
}
