/* What the packaged formats share: parts, properties, relationships. */
#ifndef STOA_EXTRACT_OFFICE_H
#define STOA_EXTRACT_OFFICE_H
#include "extract_in.h"
#include "xml_in.h"
#include "zip_in.h"

#define PART_NAME_MAX 512

/* Read a part and parse it.  ABSENT: no such part. */
enum fault office_parse(const struct xml_sink *sink, struct package *p, const char *part, bool lenient) STOA_MUST;
/* The same, but a part that is missing is no fault. */
enum fault office_parse_if(const struct xml_sink *sink, struct package *p, const char *part, bool lenient) STOA_MUST;
/* Dublin Core title, creators and language of a part, if it is there. */
enum fault office_properties(struct document *d, struct package *p, const char *part) STOA_MUST;
/* Name of href as seen from part, percent signs decoded, dots resolved; false:
 * it leaves the package. */
bool office_resolve(char out[PART_NAME_MAX], const char *part, const char *href);

struct relation { char *id, *type, *target; };
struct relations { struct relation *at; size_t count, cap; };
/* The relations of a part, targets resolved; memory in a, list by mem_free(). */
enum fault office_relations(struct relations *out, struct arena *a, struct package *p, const char *part) STOA_MUST;
/* Target of the relation with this id, or the first whose type ends in kind. */
const char *office_target(const struct relations *r, const char *id, const char *kind);

#endif
