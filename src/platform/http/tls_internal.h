// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/http/http_internal.h"

#include <openssl/ssl.h>

/* TLS inside the HTTP core. OpenSSL never touches the socket: what was received is lent to it and
 * taken up whole, what it has to send is gathered in the connection's `sealed` block. So no call of
 * it waits for the network, a write never waits for a read, and the records of one round leave in
 * one send. Everything on the loop's thread, but for the certificate in HttpTls.
 */

/* Keys of session tickets: one in use and the one before it. A ticket is good for at least one
 * period and at most two; after that nothing can open a recorded session that was resumed. */
enum { HTTP_TICKET_PERIOD_MS = 3600000, HTTP_TICKET_NAME = 16 };

typedef struct HttpTicketKey {
    unsigned char name[HTTP_TICKET_NAME], cipher[32], mac[32];
} HttpTicketKey;

struct HttpTls {
    pthread_mutex_t mutex; /* all below but the paths */
    SSL_CTX *ctx;
    int64_t expires_ms;
    HttpTicketKey tickets[2]; /* [0] in use */
    int64_t tickets_since_ms; /* monotonic */
    char *certificate_path, *key_path;
};

/* A connection's state that takes the certificate in use now; NULL when out of memory. */
SSL *http_tls_session(HttpTls *tls);

/* Changes the ticket key when its period is over. */
PtStatus http_tls_rotate(HttpTls *tls, int64_t mono_ms);
