#include "median.h"

#include <stdlib.h>

static int compare(const void *left, const void *right) {
  int32_t a = *(const int32_t *)left;
  int32_t b = *(const int32_t *)right;
  return (a > b) - (a < b);
}

int32_t median(int32_t *values, size_t count) {
  if (count == 0) {
    return 0;
  }
  qsort(values, count, sizeof *values, compare);
  return values[count / 2];
}
