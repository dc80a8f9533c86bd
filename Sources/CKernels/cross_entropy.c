#include <math.h>

#include "CKernels.h"

double hangtag_cross_entropy(const hangtag_cross_entropy_target *target, const float *logits,
                             float *gradient, int *best) {
  int largest = 0;
  for (int k = 1; k < target->classes; k++) {
    if (logits[k] > logits[largest]) largest = k;
  }
  double sum = 0;
  for (int k = 0; k < target->classes; k++) sum += exp((double)logits[k] - logits[largest]);
  const double log_sum = log(sum) + logits[largest];

  // The target of class k is hit * [k = label] + smooth, each times the class's weight.
  const double smooth = target->smoothing / target->classes;
  double loss = 0;
  double targets = 0;
  for (int k = 0; k < target->classes; k++) {
    const double weight = target->class_weights ? target->class_weights[k] : 1;
    const double t = weight * (smooth + (k == target->label ? 1 - target->smoothing : 0));
    loss += t * (log_sum - logits[k]);
    targets += t;
  }
  for (int k = 0; k < target->classes; k++) {
    const double weight = target->class_weights ? target->class_weights[k] : 1;
    const double t = weight * (smooth + (k == target->label ? 1 - target->smoothing : 0));
    gradient[k] = (float)(target->scale * (targets * exp(logits[k] - log_sum) - t));
  }
  *best = largest;
  return target->scale * loss;
}
