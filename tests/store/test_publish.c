#include "store/history.h"
TEST(x) { CHECK(1); }
