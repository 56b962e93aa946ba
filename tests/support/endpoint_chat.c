/* A language model's side of the protocol; the rows are at the end. */
#include "endpoint.h"
const struct behaviour endpoint_chat[] = { { 0 } };
