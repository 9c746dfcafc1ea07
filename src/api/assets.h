// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

/* Files served by the daemon, packed at build by tools/embed_assets.py. */
typedef struct ApiAsset {
    const char *path, *content_type, *etag; /* etag: quoted, of the content */
    PtStr (*content)(void);
} ApiAsset;

extern const ApiAsset api_assets[];
extern const unsigned api_asset_count;
