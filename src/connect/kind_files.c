// SPDX-License-Identifier: Apache-2.0
/* Files under the server's folder for destinations. Each is written beside as .tmp, synced and put
 * in place by rename: who watches the folder never sees half a file, and a repeat after a crash
 * replaces the file by the same one.
 */
#include "connect/kind_internal.h"

enum { FOLDER_MAX = 200, BYTES_MAX = 33 << 20 };

static const ConnectField fields[] = {
    {"format", "Format", "JSON lines, or CSV with the columns of the field mapping.", false, false,
     8, "jsonl", kind_formats},
    {"folder", "Folder",
     "Below the server's folder for destinations: letters, digits, - _ . and /.", false, false,
     FOLDER_MAX, "", NULL},
    {"minutes", "Minutes a file",
     "At the latest after so long a file is closed: 0 to 60; 0: at once.", false, false, 2, "60",
     NULL},
    {"megabytes", "Megabytes a file", "When it is so large a file is closed: 1 to 32.", false,
     false, 2, "8", NULL},
};

/* Names with a slash between; none begins with a dot. */
static bool is_folder(PtStr folder)
{
    char before = '/';
    for (size_t i = 0; i < folder.len; i++) {
        const char c = folder.data[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!(plain || ((c == '.' || c == '/') && before != '/'))) {
            return false;
        }
        before = c;
    }
    return folder.len == 0 || before != '/';
}

static PtStatus check(const ConnectSettings *s, PtError *err)
{
    if (!is_folder(connect_setting(s, "folder"))) {
        return pt_fail(err, PT_INVALID,
                       "folder is not names of letters, digits, - _ . with a / between");
    }
    return kind_object_check(s, err);
}

static PtStr path_of(const ConnectSettings *s, PtStr name, PtArena *arena)
{
    PtStr folder = connect_setting(s, "folder");
    return kind_printf(arena, "%.*s/%.*s%s%.*s", PT_STR_ARG(s->folder), PT_STR_ARG(folder),
                       folder.len > 0 ? "/" : "", PT_STR_ARG(name));
}

static PtStatus encode(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                       const ConnectBatch *batch, PtArena *arena, ConnectRequest *r, PtError *err)
{
    PtStr name = kind_object_name(s, pieces, batch, arena);
    kind_object_body(s, pieces, count, &r->body);
    r->method = "WRITE";
    r->url = name.data != NULL ? path_of(s, name, arena) : name;
    PtStatus st = pt_buf_status(&r->body);
    st = st == PT_OK && r->url.data == NULL ? PT_NO_MEMORY : st;
    return st == PT_OK ? PT_OK : pt_fail(err, st, "no room for a file of %zu events", count);
}

/* Makes every folder of the path below settings.folder, that one too. */
static PtStatus make_folders(PtFs *fs, PtStr base, PtStr path, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = base.len; i < path.len && st == PT_OK; i++) {
        if (path.data[i] == '/') {
            PT_CLEANUP(pt_free_charp) char *folder = strndup(path.data, i);
            st = folder != NULL ? fs->ops->mkdir(fs, folder, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to make a folder");
        }
    }
    return st;
}

static PtStatus write_file(PtFs *fs, const ConnectSettings *s, const ConnectRequest *r,
                           PtError *err)
{
    PtStatus st = make_folders(fs, s->folder, r->url, err);
    return st == PT_OK ? pt_fs_replace(fs, r->url.data, pt_buf_str(&r->body), err) : st;
}

static const char *const purposes[] = {NULL};

const ConnectKind connect_kind_files = {
    .name = "files",
    .title = "Files",
    .help = "Writes CSV or JSON lines files to a folder of the server.",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .bytes_max = BYTES_MAX,
    .parallel = 1,
    .repeatable = true,
    .mapping = CONNECT_MAPPING_WHOLE,
    .purposes_default = purposes,
    .check = check,
    .count_max = kind_object_count,
    .linger_ms = kind_object_linger,
    .fill_max = kind_object_fill,
    .render = kind_object_render,
    .encode = encode,
    .write = write_file,
};
