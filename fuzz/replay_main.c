// SPDX-License-Identifier: Apache-2.0
/* Runs a fuzz target over every file of a folder: the corpus as a regression test. usage: X_replay
 * DIR */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 8 << 20 };

static int replay_file(const char *dir, const char *name, uint8_t *buf)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        return -1;
    }
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return -1;
    }
    size_t len = fread(buf, 1, INPUT_MAX, f);
    int failed = ferror(f);
    (void)fclose(f);
    if (failed) {
        return -1;
    }
    uint8_t *exact =
        malloc(len > 0 ? len : 1); // its own block, so that the sanitizer sees a read past the end
    if (exact == NULL) {
        return -1;
    }
    for (size_t i = 0; i < len; i++) {
        exact[i] = buf[i];
    }
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
    uint8_t *buf = malloc(INPUT_MAX);
    if (d == NULL || buf == NULL) {
        (void)fprintf(stderr, "usage: %s CORPUS_DIR (it must exist)\n", argv[0]);
        return 2;
    }
    unsigned count = 0;
    int rc = 0;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        if (e->d_name[0] == '.') {
            continue;
        }
        if (replay_file(argv[1], e->d_name, buf) != 0) {
            (void)fprintf(stderr, "cannot read %s/%s\n", argv[1], e->d_name);
            rc = 1;
        }
        count++;
    }
    (void)closedir(d);
    free(buf);
    (void)printf("%u inputs replayed\n", count);
    return rc != 0 || count == 0; // an empty corpus is a test that cannot fail
}
