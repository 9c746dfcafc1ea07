// SPDX-License-Identifier: Apache-2.0
/* Built-in mappings, and mappings from files. */
#include "connect/connect.h"

#include <recipes.h> // made from recipes/*.json

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECIPES = sizeof connect_recipes / sizeof *connect_recipes };

const char *connect_recipe_name(size_t index)
{
    return index < RECIPES ? connect_recipes[index].name : NULL;
}

PtStr connect_recipe_text(PtStr name)
{
    for (size_t i = 0; i < RECIPES; i++) {
        if (pt_str_eq(name, pt_str(connect_recipes[i].name))) {
            return pt_str(connect_recipes[i].text);
        }
    }
    return (PtStr){NULL, 0};
}

static PtStatus load_file(const char *path, ConnectMapping **ret_mapping, PtError *err)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    if (f == NULL) {
        return pt_fail(err, errno == ENOENT ? PT_NOT_FOUND : PT_IO,
                       "no mapping \"%s\": not a recipe, and the file cannot be opened: %s", path,
                       strerror(errno));
    }
    PT_CLEANUP(pt_free_charp) char *text = malloc(CONNECT_MAPPING_MAX + 1);
    if (text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a mapping");
    }
    size_t len = fread(text, 1, CONNECT_MAPPING_MAX + 1, f);
    if (ferror(f)) {
        return pt_fail(err, PT_IO, "cannot read \"%s\"", path);
    }
    return connect_mapping_parse((PtStr){text, len}, ret_mapping, err);
}

PtStatus connect_mapping_load(const char *name_or_path, ConnectMapping **ret_mapping, PtError *err)
{
    PtStr recipe = connect_recipe_text(pt_str(name_or_path));
    return recipe.data != NULL ? connect_mapping_parse(recipe, ret_mapping, err)
                               : load_file(name_or_path, ret_mapping, err);
}
