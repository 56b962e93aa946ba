/* What the tests of the tutor share: a sealed store in a scratch folder, a
 * library of short course texts, and a tutor over both. */
#ifndef TUTOR_TEST_H
#define TUTOR_TEST_H
#include "../stoa_test.h"
#include "../support/on_postgres.h"
#include "stoa/tutor.h"

struct desk {
	char folder[64], database[96], anchor[96], shelf[96];
	struct still at;
	uint64_t drawn;
	struct clock clock;
	struct chance chance;
	struct vault_secret key;
	struct store *db;
	struct library *library;
	struct tutor *tutor;
	struct tutor_model model;
	struct arena a;
	char shown[65536];              /* deltas, joined */
	size_t citations_emitted;
};

static const char PHOTO[] =
	"# Photosynthesis\n\n## Light\n\n"
	"Photosynthesis is the process by which green plants turn light, water and carbon dioxide into sugar and oxygen. "
	"The rate of photosynthesis rises with light intensity at first. "
	"Beyond light saturation the curve levels off because carbon dioxide becomes the limiting factor. "
	"This plateau was lifted by 38 percent when the carbon dioxide concentration was doubled.\n\n"
	"## Water\n\n"
	"Water enters the leaf through the xylem. Stomata close at night, which saves water and stops the uptake of carbon dioxide. "
	"Guard cells swell with water and open the stomata in the morning.\n\n"
	"## Cactus plants\n\n"
	"Cactus plants open their stomata at night and store carbon dioxide as malic acid until the morning.\n";
static const char WAVES[] =
	"# Waves\n\n## Kinds of waves\n\n"
	"There are two kinds of waves: transverse waves, in which the medium moves across the direction of travel, and longitudinal waves, in which it moves along it. "
	"Sound is a longitudinal wave. Light is a transverse wave.\n\n"
	"## Frequency\n\n"
	"The frequency of a wave is the number of crests that pass a point in one second. Frequency is measured in hertz. "
	"The speed of a wave is its frequency times its wavelength.\n\n"
	"## Doppler effect\n\n"
	"The Doppler effect is the change of the observed frequency when the source moves. An approaching siren sounds higher than a leaving one.\n";
static const char HISTORY[] =
	"# The railway age\n\n## Beginnings\n\n"
	"The Stockton and Darlington Railway opened in 1825. George Stephenson built the engine Locomotion for it. "
	"The Rainhill Trials of 1829 were won by the Rocket, which reached 48 kilometres an hour.\n\n"
	"## Consequences\n\n"
	"Railways made a common time necessary, because every town had kept its own noon. Greenwich time was adopted by the railways in 1847.\n";

/* Chance that gives every id once, the same in every run. */
static inline void
desk_fill(void *bytes, size_t n, void *arg)
{
	uint64_t *drawn = arg;
	memset(bytes, 0x5a, n);
	++*drawn;
	memcpy(bytes, drawn, n < sizeof *drawn ? n : sizeof *drawn);
}

static inline struct document *
desk_add(struct desk *d, const char *name, const char *title, const char *subject, const char *text)
{
	struct document *out = NULL;
	WELL(library_add_text(&out, &d->a, d->library, d->db, name, title, subject, text, strlen(text)));
	return out;
}

static inline void
desk_tutor(struct desk *d, bool model)
{
	static const struct tutor_domain domains[] = {
		{ "biology", "Biology", "photosynthesis plant plants cell leaf stomata water light" },
		{ "physics", "Physics", "wave waves frequency sound doppler light" },
	};
	struct tutor_config config = { .clock = &d->clock, .chance = &d->chance, .domains = domains, .domain_count = COUNT_OF(domains),
		.threshold_answer = .8, .threshold_maybe = .5, .model = model ? &d->model : NULL };
	tutor_free(d->tutor);
	WELL(tutor_new(&d->tutor, &config, d->library));
}

static inline void
desk_open(struct desk *d, bool filled)
{
	WELL(vault_start());
	memset(d, 0, sizeof *d);
	snprintf(d->folder, sizeof d->folder, "%s", scratch());
	snprintf(d->database, sizeof d->database, "%s/local.db", d->folder);
	snprintf(d->anchor, sizeof d->anchor, "%s/anchor", d->folder);
	snprintf(d->shelf, sizeof d->shelf, "%s/library", d->folder);
	d->at.now_ms = 1767225600000;           /* 2026-01-01 */
	d->clock = STILL_CLOCK(&d->at);
	d->chance = (struct chance){ desk_fill, &d->drawn };
	arena_init(&d->a);
	WELL(vault_key_make(&d->key));
	struct store_paths paths = store_paths_of(d->database, d->anchor);
	WELL(store_open(&d->db, &paths, &d->clock));
	WELL(store_seal_new(d->db, SLOT_KEY_FILE, &d->key, "test"));
	WELL(library_open(&d->library, &(struct library_config){ .folder = d->shelf, .clock = &d->clock, .chance = &chance_system }, d->db));
	if (filled) {
		desk_add(d, "photo.md", "Photosynthesis", "Biology", PHOTO);
		desk_add(d, "waves-notes.md", "Waves", "Physics", WAVES);
		desk_add(d, "railways.md", "The railway age", "History", HISTORY);
	}
	desk_tutor(d, false);
}

static inline void
desk_close(struct desk *d)
{
	tutor_free(d->tutor);
	library_close(d->library);
	store_close(d->db);
	vault_secret_clear(&d->key);
	arena_clear(&d->a);
	scratch_remove(d->folder);
}

static inline void
desk_delta(const struct ev_delta *e, void *arg)
{
	struct desk *d = arg;
	size_t n = strlen(d->shown);
	snprintf(d->shown + n, sizeof d->shown - n, "%s", e->delta);
}
static inline void
desk_citation(const struct citation *c, void *arg)
{
	((struct desk *)arg)->citations_emitted += c->verified;
}

/* Ask, in a conversation or a new one (NULL). */
static inline struct message *
desk_send(struct desk *d, const struct message_send *req)
{
	struct tutor_events events = { .delta = desk_delta, .citation = desk_citation, .arg = d };
	struct message *m = NULL;
	d->shown[0] = '\0';
	d->citations_emitted = 0;
	d->at.now_ms += 1000;
	WELL(tutor_send(&m, &d->a, d->tutor, d->db, req, &events, NULL));
	ck_assert_ptr_nonnull(m);
	return m;
}
static inline struct message *
desk_ask(struct desk *d, const char *conversation, const char *question)
{
	return desk_send(d, &(struct message_send){ .conversation_id = conversation, .content = question });
}

/* Every sentence that is not a heading cites, and every quotation is the stored bytes. */
static inline void
check_verified(struct desk *d, const struct message *m)
{
	const struct sentence *s = m->sentences.items;
	const struct citation *c = m->citations.items;
	for (size_t i = 0; i < m->sentences.count; i++)
		if (!s[i].heading) {
			ck_assert_msg(s[i].citation >= 1 && (size_t)s[i].citation <= m->citations.count, "'%s' cites %lld", s[i].text, (long long)s[i].citation);
			ck_assert_int_eq(c[s[i].citation - 1].n, s[i].citation);
		}
	for (size_t i = 0; i < m->citations.count; i++) {
		ck_assert(c[i].verified);
		if (*c[i].file_id == '\0')
			continue;
		struct text bytes;
		text_init(&bytes, 1 << 20);
		WELL(library_bytes(&bytes, d->library, d->db, c[i].file_id, c[i].start, c[i].end));
		ck_assert_str_eq(bytes.data, c[i].quote);
		text_clear(&bytes);
	}
}
static inline bool
quotes(const struct message *m, const char *part)
{
	const struct citation *c = m->citations.items;
	for (size_t i = 0; i < m->citations.count; i++)
		if (strstr(c[i].quote, part) != NULL)
			return true;
	return false;
}
#endif
