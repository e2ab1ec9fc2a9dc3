/*
 * The strings of X.509 names (RFC 5280 section 4.1.2.4: DirectoryString and what else is used)
 * as UTF-8. Depends on base only.
 */
#ifndef TEEWATCH_CERT_TEXT_H
#define TEEWATCH_CERT_TEXT_H

#include "base/der.h"

/* Is it one of the string types whose content is text, byte by byte or wide? */
bool cert_text_is_string(uint8_t tag);

/* The text of a string. Wide types are written to scratch as UTF-8; all others are the content as
 * it stands, which need not be UTF-8 (Latin-1 is common). False where the tag is no string type or
 * the content breaks its type's encoding (UTF8String too), or scratch is too small: text is then
 * the content. */
bool cert_text_read(const struct der *value, uint8_t *scratch, size_t size, struct bytes *text);

/* Latin-1 to UTF-8, NUL-terminated; false where out is too small. */
bool cert_text_latin1(struct bytes in, char *out, size_t size);

#endif
