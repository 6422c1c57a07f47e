/*
 * Looking for words of our own in texts from outside.
 */
#pragma once

#include "base/bytes.h"

/*
 * words_in - whether a text holds a word. words_end - whether it ends with it. words_begin - whether it begins with it.
 * words_at - whether the word stands at this offset.
 *
 * in       text: hostile; word: a C string of our own
 * out      the answer
 * errors   none
 */
bool words_in(struct bytes text, const char *word);
bool words_end(struct bytes text, const char *word);
bool words_begin(struct bytes text, const char *word);
bool words_at(struct bytes text, size_t offset, const char *word);
