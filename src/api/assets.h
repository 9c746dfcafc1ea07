// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Files served by the daemon: the console and the browser loader, packed at build by
 * tools/embed_assets.py. Sorted by path; a '*' in a path stands for one segment.
 */
typedef enum ApiCoding {
    API_CODING_IDENTITY,
    API_CODING_BROTLI,
    API_CODING_GZIP,
    API_CODINGS,
} ApiCoding;

typedef struct ApiAsset {
    const char *path, *content_type;
    const char *etag; /* hex of the content's hash; each coding has a tag of its own made from it */
    const char *cache_control;
    bool cors; /* for pages of other origins */
    struct {
        size_t start, len; /* in the blob; len 0: not in this coding */
    } parts[API_CODINGS];
} ApiAsset;

extern const ApiAsset api_assets[];
extern const unsigned api_asset_count;
extern const char api_asset_blob[];

/* The best coding of those an Accept-Encoding header allows and the asset has: brotli, gzip, else
 * the bytes themselves. A missing header allows only these. */
ApiCoding api_asset_coding(const ApiAsset *asset, PtStr accept_encoding);

/* The asset a path means, NULL when there is none. A path that can only be a page of the console
 * means index.html: no file ending, and none of the prefixes under which files or calls live.
 */
const ApiAsset *api_asset_of(const ApiAsset *assets, size_t count, PtStr path);
