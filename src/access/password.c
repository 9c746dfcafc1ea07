// SPDX-License-Identifier: Apache-2.0
#include "access/password.h"

#include <assert.h>
#include <sodium.h>

static_assert(PASSWORD_TEXT >= crypto_pwhash_STRBYTES, "stored form");

/* Of the most used passwords those that are long enough to be taken else. */
static const char *const common[] = {
    "0123456789",    "0987654321",       "1111111111",    "1122334455",   "1234512345",
    "1234567890",    "1234567891",       "12345678910",   "123456789a",   "1q2w3e4r5t",
    "1q2w3e4r5t6y",  "1qaz2wsx3edc",     "9876543210",    "a123456789",   "abc1234567",
    "abcd123456",    "abcdefghij",       "administrator", "adminadmin",   "aaaaaaaaaa",
    "asdfghjkl1",    "asdfghjkl;",       "basketball",    "changeme123",  "chocolate1",
    "football123",   "iloveyou12",       "iloveyou123",   "letmein123",   "liverpool1",
    "manchester",    "michelle123",      "passw0rd123",   "password01",   "password10",
    "password11",    "password12",       "password123",   "password1234", "password12345",
    "p@ssw0rd123",   "passwordpassword", "princess123",   "q1w2e3r4t5",   "q1w2e3r4t5y6",
    "qazwsxedcrfv",  "qwerty1234",       "qwerty12345",   "qwerty123456", "qwertyuiop",
    "qwertyuiop123", "qwertyuiop[]",     "sunshine123",   "superman123",  "welcome123",
    "welcome1234",   "zaq12wsxcde3",     "zxcvbnm123",    "zxcvbnmasd",   "patronpatron",
};

/* Of no password: verified against when there is nothing to verify against, so that an unknown
 * address costs what a known one does. */
static const char dummy[] = "$argon2id$v=19$m=65536,t=2,p=1$M6fNZmTtZ8c56DejWfZnQQ$"
                            "wdpanNTZnHBxp4TNq7jaT/6E7QCKSNMZPEUJsDizCPU";

void password_gate_init(PasswordGate *gate)
{
    *gate = (PasswordGate){.hashing = 0};
    (void)pthread_mutex_init(&gate->lock, NULL);
    (void)pthread_cond_init(&gate->left, NULL);
}

void password_gate_done(PasswordGate *gate)
{
    (void)pthread_cond_destroy(&gate->left);
    (void)pthread_mutex_destroy(&gate->lock);
}

static PtStatus enter(PasswordGate *gate, PtError *err)
{
    PtStatus st = PT_OK;
    (void)pthread_mutex_lock(&gate->lock);
    if (gate->hashing >= PASSWORD_HASHING && gate->waiting >= PASSWORD_WAITING) {
        st = pt_fail(err, PT_BUSY, "too many passwords are being checked");
    } else {
        gate->waiting++;
        while (gate->hashing >= PASSWORD_HASHING) {
            (void)pthread_cond_wait(&gate->left, &gate->lock);
        }
        gate->waiting--;
        gate->hashing++;
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return st;
}

static void leave(PasswordGate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    gate->hashing--;
    (void)pthread_cond_signal(&gate->left);
    (void)pthread_mutex_unlock(&gate->lock);
}

static size_t characters(PtStr text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

PtStatus password_check_new(PtStr password, PtStr email, PtError *err)
{
    if (password.len == 0 || !pt_utf8_valid(password) ||
        memchr(password.data, '\0', password.len) != NULL) {
        return pt_fail(err, PT_INVALID, "password: not text");
    }
    const size_t count = characters(password);
    if (count < PASSWORD_MIN || count > PASSWORD_MAX) {
        return pt_fail(err, PT_INVALID, "password: %zu characters, not %d to %d", count,
                       PASSWORD_MIN, PASSWORD_MAX);
    }
    if (email.len > 0 && pt_str_eq_nocase(password, email)) {
        return pt_fail(err, PT_INVALID, "password: it is the mail address");
    }
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (pt_str_eq_nocase(password, pt_str(common[i]))) {
            return pt_fail(err, PT_INVALID, "password: one of the most common ones");
        }
    }
    return PT_OK;
}

PtStatus password_hash(PasswordGate *gate, PtStr password, char out[static PASSWORD_TEXT],
                       PtError *err)
{
    PtStatus st = enter(gate, err);
    if (st != PT_OK) {
        return st;
    }
    const int failed =
        crypto_pwhash_str(out, password.data, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE);
    leave(gate);
    return failed == 0 ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to hash a password");
}

PtStatus password_verify(PasswordGate *gate, const char *stored, PtStr password, bool *ret_right,
                         PtError *err)
{
    PtStatus st = enter(gate, err);
    if (st != PT_OK) {
        return st;
    }
    const char *against = stored != NULL ? stored : dummy;
    const int failed = crypto_pwhash_str_verify(against, password.data, password.len);
    leave(gate);
    *ret_right = failed == 0 && stored != NULL;
    return PT_OK;
}
