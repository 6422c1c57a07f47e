/*
 * The main of a fuzz target in an ordinary build: runs it over every file of the folders that are named.
 */
#include <dirent.h>

#include "fuzz.h"

#define FILE_MAX (4 * MIB)

/* A copy of exactly the file's size, so that a sanitizer sees an overrun. */
static int run_file(const char *path)
{
    static uint8_t content[FILE_MAX];
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return 1;
    size_t n = fread(content, 1, sizeof(content), f);
    bool whole = feof(f) != 0;
    (void)fclose(f);
    uint8_t *copy = malloc(n + (n == 0));
    if (!whole || copy == NULL) {
        free(copy);
        return 1;
    }
    memcpy(copy, content, n);
    int status = LLVMFuzzerTestOneInput(copy, n);
    free(copy);
    return status;
}

static int run_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        (void)fprintf(stderr, "%s: no such folder\n", folder);
        return 1;
    }
    int failures = 0;
    size_t count = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        count++;
        if (run_file(path) == 0)
            continue;
        (void)fprintf(stderr, "%s: failed\n", path);
        failures++;
    }
    (void)closedir(dir);
    (void)printf("%s: %zu inputs, %d failed\n", folder, count, failures);
    return failures != 0 || count == 0;
}

int main(int argc, char **argv)
{
    int failures = argc < 2;
    for (int i = 1; i < argc; i++)
        failures += run_folder(argv[i]);
    return failures != 0;
}
