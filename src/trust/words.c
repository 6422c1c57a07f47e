#include "trust/words.h"

bool words_at(struct bytes text, size_t offset, const char *word)
{
    return offset <= text.n && bytes_starts(bytes_of(text.p + offset, text.n - offset), bytes_of_text(word));
}

bool words_begin(struct bytes text, const char *word)
{
    return words_at(text, 0, word);
}

bool words_end(struct bytes text, const char *word)
{
    size_t n = strlen(word);
    return text.n >= n && words_at(text, text.n - n, word);
}

bool words_in(struct bytes text, const char *word)
{
    return memmem(text.p, text.n, word, strlen(word)) != NULL;
}
