/*
 * The machine's clocks. Only net, proc and cmd read them: for pacing, timeouts and the
 * run's own row. Verdicts take their time as a value.
 */
#ifndef TEEWATCH_BASE_CLOCK_H
#define TEEWATCH_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void);       /* wall clock, since 1970 UTC */
int64_t clock_monotonic_ms(void); /* never goes back */

#endif
