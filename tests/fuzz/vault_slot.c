/* Slots, recovery codes and keys as somebody wrote them: refused or opened, with
 * no cost out of bounds paid, and a label that is always text with an end. */
#include "vault.h"

/* Stretching for real would only heat the room: within bounds it is left out. */
static bool
is_costly(const unsigned char slot[VAULT_SLOT_BYTES])
{
	uint32_t passes, kib;
	memcpy(&passes, slot + 4, 4);
	memcpy(&kib, slot + 8, 4);
	return (slot[0] == SLOT_PASSPHRASE || slot[0] == SLOT_RECOVERY) && passes >= 1 && passes <= 10 && kib >= 46 * 1024 && kib <= 1024 * 1024;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	unsigned char slot[VAULT_SLOT_BYTES] = { 0 };
	char label[41], text[200] = "";
	struct vault *v;
	struct vault_secret key = known_key(), code;
	memcpy(slot, bytes, n < sizeof slot ? n : sizeof slot);
	vault_slot_label(label, slot);
	if (strlen(label) > 40)
		abort();
	if (!is_costly(slot) && vault_slot_open(&v, known_store, slot, &key) == FAULT_NONE)
		vault_free(v);
	vault_secret_clear(&key);
	memcpy(text, bytes, n < sizeof text - 1 ? n : sizeof text - 1);
	if (vault_recovery_parse(&code, text) == FAULT_NONE) {
		if (code.len != 20)
			abort();
		vault_secret_clear(&code);
	}
	return 0;
}
