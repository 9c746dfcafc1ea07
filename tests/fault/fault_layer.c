// SPDX-License-Identifier: Apache-2.0
#include "fault_layer.h"

#include "fault_alloc.h"
#include "fault_fs.h"

static FaultLayer *enter(PtFs *fs)
{
    FaultLayer *l = (FaultLayer *)(void *)fs;
    if (atomic_fetch_add(&l->ops, 1) + 1 == l->cut_at) {
        fault_fs_power_off(l->disk);
    }
    if (l->alloc_at != 0) {
        uint64_t seen = fault_alloc_count();
        l->alloc_at = seen < l->alloc_at ? l->alloc_at - seen : 0;
        fault_alloc_fail(0, 0);
    }
    return l;
}

static PtStatus leave(const FaultLayer *l, PtStatus st)
{
    if (l->alloc_at != 0) {
        fault_alloc_fail(l->alloc_at, 0);
    }
    return st;
}

static PtStatus l_open(PtFs *fs, const char *path, PtOpenMode mode, PtFile **file, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->open(l->disk, path, mode, file, err));
}

static void l_close(PtFs *fs, PtFile *file)
{
    PtFs *disk = ((FaultLayer *)(void *)fs)->disk;
    disk->ops->close(disk, file);
}

static PtStatus l_pread(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at,
                        size_t *ret_len, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->pread(l->disk, file, bytes, len, at, ret_len, err));
}

static PtStatus l_pwrite(PtFs *fs, PtFile *file, const void *bytes, size_t len, uint64_t at,
                         PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->pwrite(l->disk, file, bytes, len, at, err));
}

static PtStatus l_datasync(PtFs *fs, PtFile *file, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->datasync(l->disk, file, err));
}

static PtStatus l_size(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->size(l->disk, file, ret_size, err));
}

static PtStatus l_rename(PtFs *fs, const char *from, const char *to, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->rename(l->disk, from, to, err));
}

static PtStatus l_unlink(PtFs *fs, const char *path, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->unlink(l->disk, path, err));
}

static PtStatus l_mkdir(PtFs *fs, const char *path, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->mkdir(l->disk, path, err));
}

static PtStatus l_sync_dir(PtFs *fs, const char *path, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->sync_dir(l->disk, path, err));
}

static PtStatus l_list(PtFs *fs, const char *path, bool (*fn)(void *ctx, const char *name),
                       void *ctx, PtError *err)
{
    FaultLayer *l = enter(fs);
    return leave(l, l->disk->ops->list(l->disk, path, fn, ctx, err));
}

static const PtFsOps layer_ops = {.open = l_open,
                                  .close = l_close,
                                  .pread = l_pread,
                                  .pwrite = l_pwrite,
                                  .datasync = l_datasync,
                                  .size = l_size,
                                  .rename = l_rename,
                                  .unlink = l_unlink,
                                  .mkdir = l_mkdir,
                                  .sync_dir = l_sync_dir,
                                  .list = l_list};

void fault_layer_init(FaultLayer *layer, PtFs *disk)
{
    *layer = (FaultLayer){.fs = {&layer_ops}, .disk = disk};
}

void fault_layer_fail_alloc(FaultLayer *layer, uint64_t nth)
{
    layer->alloc_at = nth;
    fault_alloc_fail(nth, 0);
}
