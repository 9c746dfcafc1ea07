// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Keys and certificates made on the spot, in a folder of their own: no secret lies in the tree. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct TlsFiles {
    char folder[64], certificate[96], key[96];
} TlsFiles;

static inline X509 *tls_sign_own(EVP_PKEY *key, const char *name, long days)
{
    X509 *x = X509_new();
    if (x == NULL) {
        return NULL;
    }
    X509_NAME *subject = X509_get_subject_name(x);
    bool ok = X509_set_version(x, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL &&
              X509_gmtime_adj(X509_getm_notAfter(x), days * 86400) != NULL &&
              X509_set_pubkey(x, key) == 1 &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                         -1, -1, 0) == 1 &&
              X509_set_issuer_name(x, subject) == 1 && X509_sign(x, key, EVP_sha256()) > 0;
    if (!ok) {
        X509_free(x);
        return NULL;
    }
    return x;
}

/* A new pair under the same two paths: a curve's name, or "RSA". */
static inline bool tls_write_pair(const TlsFiles *f, const char *curve, const char *name, long days)
{
    EVP_PKEY *key = strcmp(curve, "RSA") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen(curve);
    X509 *x = key != NULL ? tls_sign_own(key, name, days) : NULL;
    FILE *certificate = fopen(f->certificate, "we"), *secret = fopen(f->key, "we");
    bool ok = x != NULL && certificate != NULL && secret != NULL &&
              PEM_write_X509(certificate, x) == 1 &&
              PEM_write_PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (certificate != NULL) {
        ok = fclose(certificate) == 0 && ok;
    }
    if (secret != NULL) {
        ok = fclose(secret) == 0 && ok;
    }
    X509_free(x);
    EVP_PKEY_free(key);
    return ok && chmod(f->key, 0600) == 0;
}

static inline bool tls_files(TlsFiles *f)
{
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/pt-tls-XXXXXX");
    if (mkdtemp(f->folder) == NULL) {
        return false;
    }
    (void)snprintf(f->certificate, sizeof f->certificate, "%s/certificate.pem", f->folder);
    (void)snprintf(f->key, sizeof f->key, "%s/key.pem", f->folder);
    return tls_write_pair(f, "P-256", "localhost", 30);
}

static inline void tls_files_remove(const TlsFiles *f)
{
    (void)unlink(f->certificate);
    (void)unlink(f->key);
    (void)rmdir(f->folder);
}
