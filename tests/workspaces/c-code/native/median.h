#ifndef MEDIAN_H
#define MEDIAN_H

#include <stddef.h>
#include <stdint.h>

/* Returns the median of values, which it sorts; 0 where there are none. */
int32_t median(int32_t *values, size_t count);

#endif
