// SPDX-License-Identifier: Apache-2.0
// Generated from openapi/patron.json by tools/gen_api.mjs (./dev gen): edit openapi/ instead.
export interface paths {
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who the caller is, and what a sign-in page needs to know
         * @description Always 200. Without a valid session, token or socket `signed_in` is false. `csrf` is what X-CSRF-Token must hold.
         */
        get: operations["session_get"];
        put?: never;
        /**
         * Sign in with mail address and password
         * @description Sets the cookie `patron_session` (`__Host-patron_session` over TLS), always a new one. When `second_factor_due` is true the session
         *     opens nothing but POST /api/v1/session/totp, for ten minutes. Unknown address, wrong password and disabled account answer alike.
         *     After five failures of an account or an address each further one makes the next wait longer: 429 with Retry-After.
         */
        post: operations["session_begin"];
        /**
         * Sign out
         * @description Ends the session of the cookie and takes the cookie back. 200 also when there was none.
         */
        delete: operations["session_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The second factor of a sign-in
         * @description A code of the authenticator, or one of the recovery codes, each good once. The session gets a new cookie and CSRF token.
         */
        post: operations["session_second_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The code of first-run set-up
         * @description Over the data folder's socket only. patrond prints it at its start too; it changes with each start.
         */
        get: operations["setup_code"];
        put?: never;
        /**
         * Make the first owner, signed in at once
         * @description 409 once there is an account.
         */
        post: operations["setup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a password by the link of an invitation or a reset, signed in at once
         * @description The token stands behind the `#` of the link, good once and for 72 hours. All other sessions of the account end.
         */
        post: operations["invitations_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's own account
         * @description 409 for a token or the socket, which are nobody's account; likewise everywhere under /api/v1/me.
         */
        get: operations["me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change one's name and preferences */
        patch: operations["me_change"];
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change one's password
         * @description All sessions of the account end; the caller gets a new one in the answer. 401 when `current` is wrong.
         */
        post: operations["me_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where one is signed in, newest first */
        get: operations["me_sessions_list"];
        put?: never;
        post?: never;
        /** Sign out everywhere else */
        delete: operations["me_sessions_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of one's sessions */
        delete: operations["me_session_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enrol an authenticator; in force once confirmed
         * @description The secret is shown here only. A second call before confirmation makes a new one. 409 when one is in force.
         */
        post: operations["me_totp_begin"];
        /** Give the second factor up */
        delete: operations["me_totp_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put the enrolled authenticator in force by one of its codes
         * @description Ends the account's other sessions; the caller gets a new one and, once, ten recovery codes.
         */
        post: operations["me_totp_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People by mail address */
        get: operations["accounts_list"];
        put?: never;
        /**
         * Invite a person
         * @description The answer holds a link, shown once, that the person opens to set a password. With `password` the account is ready at once and there is no link.
         *     Nobody gives a role with more rights than their own; only an owner makes owners.
         */
        post: operations["accounts_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or mail address */
                account: string;
            };
            cookie?: never;
        };
        /** One person */
        get: operations["accounts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a person's name, role, state or second factor
         * @description A change of role or second factor, and disabling, end the account's sessions. The last owner stays one. Only owners change owners.
         */
        patch: operations["accounts_change"];
        trace?: never;
    };
    "/api/v1/accounts/{account}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or mail address */
                account: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new link to set a password, shown once
         * @description The old password holds until the link is used; an older link ends at once.
         */
        post: operations["accounts_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Roles and what they may do */
        get: operations["roles_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** API tokens, newest first */
        get: operations["tokens_list"];
        put?: never;
        /**
         * A new token, shown once
         * @description Its rights are the role's, cut down to `scopes` where given; nobody gives away a right they do not hold. A token that a person made
         *     holds no more than that person does at the time, and nothing while the person is disabled.
         */
        post: operations["tokens_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a token at once
         * @description 403 for a token with a right that the caller does not hold.
         */
        delete: operations["tokens_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/adoption": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Both sides by day and by event name, and whose each part is
         * @description Ours are events by the day of their own time, in UTC, but the server's own; theirs are those uploaded; between them stands what a destination that feeds the incumbent made of ours,
         *     for days up to 400 back. A call without a name counts as `$identify`, `$page` and so on.
         *     The sums by event leave out days of which the incumbent told nothing, unless it told nothing of any.
         */
        get: operations["adoption_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/adoption/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * What the incumbent took, by day and event name; days that are told again are replaced
         * @description CSV with the columns day, event and count, or a JSON array of objects with these members. day: 2026-01-31. At most 20,000 rows and 1 MiB at once.
         */
        put: operations["adoption_put_counts"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/adoption/parts/{part}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                part: string;
            };
            cookie?: never;
        };
        get?: never;
        /** Say whose a part of the work is */
        put: operations["adoption_set_part"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/adoption/identity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comparisons of who is one person, newest first; 10 are kept */
        get: operations["adoption_identity_list"];
        put?: never;
        /**
         * Compare the incumbent's persons with ours, in the background
         * @description The file comes as an import (POST /api/v1/imports and its parts) that is never started: CSV with a header that names the columns person, type and value, a row for each identifier.
         *     409: the file is not there as a whole, or a comparison runs already.
         */
        post: operations["adoption_identity_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a question
         * @description 400 names the place in the query as a JSON pointer, such as `/steps/0/where`; 413, a bound that the question goes over (memory, values, edges).
         *     Questions take turns: 429 when too many wait. A question ends when its client goes away.
         */
        post: operations["analytics_query"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The people behind a number of an answer
         * @description It takes `analytics.read` besides. By an order of their own that stays, so that pages fit together. As CSV (`format`) the columns are id, name and detail, and
         *     the next page's cursor is in the header `X-Next-Cursor`.
         */
        post: operations["analytics_people"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/names": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of events and properties that there are, for building a question */
        get: operations["analytics_names"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Saved questions, by name */
        get: operations["reports_list"];
        put?: never;
        /**
         * Save a question
         * @description 400 names the place in the query; 409, the name is in use; 413, there are 1000 already.
         */
        post: operations["reports_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One saved question */
        get: operations["reports_get"];
        /**
         * Replace a saved question
         * @description `version` is that of the report as it was read: 409 when somebody saved another one since, or the name is in use.
         */
        put: operations["reports_save"];
        post?: never;
        /**
         * Remove a saved question
         * @description 409, an export by a schedule needs it.
         */
        delete: operations["reports_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries of the audit chain, newest first */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the whole chain, and against its anchors in the log
         * @description Reads every entry and computes it anew: changed content, changed commitments, entries dropped, slipped in or put in another order, and a
         *     tail that was cut or written anew (each entry's link is also in the log) are found. Erased content counts as erased and stays verifiable.
         */
        get: operations["audit_verify"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chain, oldest first, as JSON lines or CSV
         * @description JSON lines carry salt, commitment and link too, so that the chain can be verified without this server.
         */
        get: operations["audit_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/clock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the daemon's clock shows, and how fast it runs
         * @description Stamps of events, timers and retention follow it. Sessions, tokens, time-outs and the audit chain follow the machine's own clock.
         */
        get: operations["clock_get"];
        /**
         * Sets the pace of a simulated clock, and its instant
         * @description Only a daemon that was started with `clock = sim` has such a clock; any other answers 409. A change of pace moves the clock neither on nor
         *     back. `now` may lie before what the clock shows: events that come then are stamped earlier than those before them.
         */
        put: operations["clock_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/stores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stores, filtered
         * @description By code. `search` takes words of code, name, region and address; the best 200 are filtered further and stand best first, on one page.
         */
        get: operations["commerce_stores_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/stores/{store}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        /** One store */
        get: operations["commerce_store_get"];
        /**
         * Add or change a store
         * @description What is left out stays as it was. `version` is 0 for a new one, else that of the store as it was read: 409 when somebody saved it since.
         *     `calendar` holds from `calendar_from` on (left out: from now on; of a new store: always), and replaces what was to hold from later.
         */
        put: operations["commerce_store_put"];
        post?: never;
        /**
         * Remove a store and its tills
         * @description For one that was a mistake. A store that closes gets its closed_on.
         */
        delete: operations["commerce_store_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/stores/{store}/hours": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        /** When a store is open, day by day */
        get: operations["commerce_store_hours"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/stores/{store}/tills": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        /** Tills of a store, by code */
        get: operations["commerce_tills_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/stores/{store}/tills/{till}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                store: string;
                /** @description Code */
                till: string;
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Add or change a till
         * @description What is left out stays as it was. `version` as of a store.
         */
        put: operations["commerce_till_put"];
        post?: never;
        /**
         * Remove a till
         * @description For one that was a mistake. A till that goes is retired.
         */
        delete: operations["commerce_till_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/calendars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Opening hours by name */
        get: operations["commerce_calendars_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/calendars/{calendar}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 to 64 of a-z, 0-9 and _, the first a letter */
                calendar: string;
            };
            cookie?: never;
        };
        /** One calendar with all its versions */
        get: operations["commerce_calendar_get"];
        /**
         * Add or change a calendar
         * @description `calendar` holds from `from` on (left out: from now on; of a new one: always), and replaces what was to hold from later; what held before stays.
         *     `version` as of a store.
         */
        put: operations["commerce_calendar_put"];
        post?: never;
        /** Remove a calendar that no store keeps nor kept */
        delete: operations["commerce_calendar_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a calendar would say, day by day */
        post: operations["commerce_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/holidays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Holidays out of an iCalendar file
         * @description Whole-day events (RFC 5545) as local dates, repetitions within the years written out; events at a time of day are counted as skipped.
         *     Nothing is stored: put them into a calendar's `holidays`.
         */
        post: operations["commerce_holidays"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commerce/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: "stores" | "tills";
            };
            cookie?: never;
        };
        /** All stores, or all tills, as CSV */
        get: operations["commerce_export"];
        put?: never;
        /**
         * Add and change stores, or tills, from CSV
         * @description UTF-8 with a header line; columns in any order, one that is missing leaves what was. Stores: code, name, zone, country, region, format, address,
         *     opened_on, closed_on, calendar (kept from now on). Tills: store, code, name, kind, state. Rows that are wrong are left out and named. At most
         *     20,000 rows and 1 MiB.
         */
        post: operations["commerce_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/computed-traits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All definitions, by name */
        get: operations["computed_list"];
        put?: never;
        /**
         * A new computed trait, back-filled from all events that are kept
         * @description 400 names the place in the fold that is not taken; 409, the name is in use; 413, there are 100 already.
         */
        post: operations["computed_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/computed-traits/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a fold would come to, for one person or for those seen last; nothing is stored
         * @description Of each person the newest 2,000 events are read, of all together 20,000: `cut` says that there are more.
         */
        post: operations["computed_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/computed-traits/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One definition */
        get: operations["computed_get"];
        /**
         * Replace a definition
         * @description With another fold it is back-filled anew, and no person has a value of it until that is done. A new name or description changes no value.
         */
        put: operations["computed_save"];
        post?: never;
        /** Remove a definition and its values */
        delete: operations["computed_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hooks/{connector}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A delivery of a shop, a till or another system
         * @description Signed as its kind says, over the raw bytes. 200 once all that it tells is durable, is known, or is kept for people who see what is wrong with it; the body is what the vendor
         *     wants to read. At most 2 MiB. Matched in src/api/hooks.c, not by the table.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    connector: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": string;
                    "application/x-www-form-urlencoded": string;
                };
            };
            responses: {
                /** @description Taken */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, unknown>;
                    };
                };
                401: components["responses"]["Problem"];
                404: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connector-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What can be connected, and what each wants to know */
        get: operations["connectors_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All connectors by name, with their health */
        get: operations["connectors_list"];
        put?: never;
        /**
         * A new connector
         * @description A secret that is made here is in this answer and never shown again. Without a source one is made, named as the connector. At most 200 connectors.
         */
        post: operations["connectors_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connectors/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a mapping makes of a body
         * @description Of the body given, or of the newest that came to a connector within the hour. Nothing is stored, nor is the answer for an Idempotency-Key.
         */
        post: operations["connectors_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connectors/{connector}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        /** One connector */
        get: operations["connectors_get"];
        put?: never;
        post?: never;
        /**
         * Remove a connector
         * @description Its address answers 404 from then on. Its source and its events stay.
         */
        delete: operations["connectors_remove"];
        options?: never;
        head?: never;
        /**
         * Change a connector
         * @description Settings that are not named stay as they are. 409 when changed_at is given and it was changed since, or the name is taken.
         */
        patch: operations["connectors_change"];
        trace?: never;
    };
    "/api/v1/connectors/{connector}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new secret
         * @description The one before is right for keep_hours more. Without a secret one is made here, where the kind lets us; it is in this answer and never shown again.
         */
        post: operations["connectors_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connectors/{connector}/test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a delivery without anybody sending one
         * @description Signed here with the connector's secret as the vendor does, checked, mapped and sifted as one that came, and dropped: no event lands, nothing is stored, counted or handed to the
         *     privacy desk, nor is the answer kept for an Idempotency-Key. Without a body a sample of the kind is tried. A disabled connector is tried as if it were enabled. It cannot tell
         *     whether the vendor has the same secret.
         */
        post: operations["connectors_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connectors/{connector}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        /**
         * Its last deliveries, newest first
         * @description The last 20 that were signed, and the last 20 since the start of the server that were refused.
         */
        get: operations["connectors_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connectors/{connector}/sample": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        /**
         * The newest body that came within the hour
         * @description Kept in memory only, of connectors with a mapping of their own, and at most 64 KiB. For whoever writes the mapping.
         */
        get: operations["connectors_sample"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/consent/purposes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Purposes, by id */
        get: operations["consent_purposes_list"];
        put?: never;
        /**
         * A new purpose
         * @description 409, the id is in use, or a category means another purpose; 413, there are 32 (archived ones count).
         */
        post: operations["consent_purposes_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/consent/purposes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One purpose */
        get: operations["consent_purposes_get"];
        /**
         * Replace a purpose
         * @description What was decided stays. Categories mean it from the change's place in the log on. 409: another version is the newest, or a category means another purpose.
         */
        put: operations["consent_purposes_save"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/consent/purposes/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a purpose out of use, or into use again
         * @description Nothing is allowed for an archived purpose. What was decided about it stays.
         */
        post: operations["consent_purposes_archive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/consent/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far retention is, by class of events
         * @description A class is dropped once its days are over: whole days of UTC after the event was received. What remains of an event is its type, name, hour, source,
         *     channel, store, amount and currency; of one that somebody became known by, its identifiers; one that decided about consent stays.
         */
        get: operations["consent_retention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/consent/retention/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many records such rows would drop now
         * @description Those that no row of the same class has dropped yet. The log is read for at most a second; evidence of consent is counted too, and stays.
         */
        post: operations["consent_retention_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /**
         * What a person allows, and how that came to be
         * @description State by purpose, those in use; history newest first, page by page. Of each identifier the newest 200 decisions are kept, and the
         *     newest of each purpose. A page may be longer than asked for by what its last event says.
         */
        get: operations["profiles_consent"];
        put?: never;
        /**
         * Note what a person told the staff
         * @description Audited, and put into the log. Answers when it is in effect; 503 means that it is decided and in effect later.
         */
        post: operations["profiles_consent_decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/preference-link": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A link to the person's own preference page
         * @description Whoever has it may see and change what the person allows, nothing else. It follows the person's strongest identifier through merges
         *     and splits. With a purpose a POST of `List-Unsubscribe=One-Click` (RFC 8058) refuses that one; without, all that cover messages.
         */
        post: operations["profiles_preference_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Addresses that nothing is to be sent to
         * @description In no order that means anything. Addresses are kept as keyed hash and mask.
         */
        get: operations["suppressions_list"];
        put?: never;
        /**
         * Add addresses, one or many
         * @description All of them or none: 400 names the first that is no address. One that is there keeps its day, and its reason unless the new one is
         *     graver (in the order of the reasons).
         */
        post: operations["suppressions_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether an address is on the list */
        post: operations["suppressions_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole list, a JSON line each */
        get: operations["suppressions_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take an address off the list
         * @description 409: the address of somebody who was erased stays.
         */
        delete: operations["suppressions_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/preferences/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        /**
         * A person's own preference page
         * @description For people, in English, German or Arabic as their browser asks. The token in the path is the credential.
         */
        get: operations["preferences_page"];
        put?: never;
        /** Save what the form of the page says, or unsubscribe by one click */
        post: operations["preferences_save"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tickets, filtered and sorted
         * @description By due: what is late longest first, then by time to breach; what is promised nothing, or waits, comes last. By priority: P1 first. By sentiment: the lowest
         *     first. Of equal ones the older first. By number and by change: the newest first. `search` takes words of key, title, store,
         *     till, requester, description and notes; of those that fit the filters the best 200 are found. A description or a note is found a moment after it was written.
         */
        get: operations["tickets_list"];
        put?: never;
        /**
         * Report something
         * @description An incident whose fault is known and open (same category and services, touchpoints where there are no services) and was last reported
         *     under 60 minutes ago takes the report in: 200 with `joined` and what to tell the reporter. Everything else opens a ticket: 201. What the category asks
         *     for (a major incident, a problem or change record) comes with it.
         */
        post: operations["tickets_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tickets as CSV
         * @description As the list, at most 10,000 rows; more than that are asked for with a narrower filter (413).
         */
        get: operations["tickets_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The same change for many tickets
         * @description Each ticket is changed for itself, whatever becomes of the others; the answer says it of each.
         */
        post: operations["tickets_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        /** One ticket with its links */
        get: operations["tickets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a ticket, its state included
         * @description `version` is that of the ticket as it was read. What others changed since stands, where it is another field; where it is the same field
         *     with another value, 409 says which, who and when, and nothing is changed. Without it the last one wins.
         */
        patch: operations["tickets_change"];
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/history": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        /**
         * Who changed what, and when; notes
         * @description A row a change, oldest first; its `seq` is the version that the change made.
         */
        get: operations["tickets_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/reports": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        /** Who reported it */
        get: operations["tickets_reports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/reports/{report}/part": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Number of the report */
                report: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a report that joined a ticket of its own
         * @description The undo of a join. The new ticket takes no further reports. 409, it is the ticket's only report.
         */
        post: operations["tickets_part"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Merge a ticket into another
         * @description Its reports become those of the other one, and it is closed as a duplicate. Both are open and of one type (409).
         */
        post: operations["tickets_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/links": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Link a ticket to another */
        post: operations["tickets_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/links/{kind}/{other}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                kind: components["schemas"]["TicketLinkKind"];
                other: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a link away */
        delete: operations["tickets_unlink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/escalations": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        /** What vendors were asked, and what they said */
        get: operations["tickets_escalations"];
        put?: never;
        /**
         * Escalate to a vendor
         * @description The event "Vendor Escalated" carries the message out, where a destination takes it.
         */
        post: operations["tickets_escalate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/escalations/{escalation}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Its number */
                escalation: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Note what the vendor answered */
        post: operations["tickets_escalation_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        /** Files of a ticket */
        get: operations["tickets_attachments"];
        put?: never;
        /**
         * Add a file
         * @description The body is the file, at most 4 MiB, and durable when answered. At most 50 a ticket (409). The type is one of those that Content-Type may name here and
         *     that the bytes say, too (415).
         */
        post: operations["tickets_attach"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/attachments/{attachment}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Its number */
                attachment: string;
            };
            cookie?: never;
        };
        /**
         * The file itself
         * @description Always to be saved, never shown by the browser (Content-Disposition, nosniff, an empty policy).
         */
        get: operations["tickets_attachment"];
        put?: never;
        post?: never;
        /** Remove a file */
        delete: operations["tickets_detach"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Say that you are at a ticket, and see who else is
         * @description Held in memory for as long as `expires_s` after it was said last; say it again before.
         */
        put: operations["tickets_presence"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The policy of priorities */
        get: operations["desk_policy_get"];
        /**
         * A new version of it
         * @description 400 names the place. `version` is that of the policy as it was read: 409 when somebody saved another since. It holds for what is found from
         *     then on: an open ticket keeps its priority until its facts change.
         */
        put: operations["desk_policy_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/policy/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Which priority something would have, and why */
        post: operations["desk_policy_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/records/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "services" | "touchpoints" | "vendors" | "queues" | "fields" | "macros" | "templates" | "views";
            };
            cookie?: never;
        };
        /** Services, touchpoints, vendors, queues, fields of one's own, macros, templates or saved views */
        get: operations["desk_records_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/records/{kind}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "services" | "touchpoints" | "vendors" | "queues" | "fields" | "macros" | "templates" | "views";
                id: string;
            };
            cookie?: never;
        };
        /** One of them */
        get: operations["desk_records_get"];
        /**
         * Add or replace one
         * @description What stands in `record` depends on the kind (docs/desk.md); 400 names the place. `version` is 0 for a new one, else that of the record as
         *     it was read: 409 when somebody saved it since. But macros, templates and views they need desk.policy besides.
         */
        put: operations["desk_records_put"];
        post?: never;
        /**
         * Remove one
         * @description But macros, templates and views they need desk.policy besides. What names it in tickets stays.
         */
        delete: operations["desk_records_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who works on tickets
         * @description Enabled accounts whose role holds desk.write, the first 1,000 by address.
         */
        get: operations["desk_people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All destinations by name, with how far they are */
        get: operations["destinations_list"];
        put?: never;
        /**
         * A new destination; it begins at the log's end
         * @description 413 when there are 50. Settings are the fields of the kind; secrets among them are sealed and never given back.
         */
        post: operations["destinations_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a destination can be, with the settings of each */
        get: operations["destinations_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        /** One destination with how far it is */
        get: operations["destinations_get"];
        put?: never;
        post?: never;
        /** Delete it with its dead letters */
        delete: operations["destinations_delete"];
        options?: never;
        head?: never;
        /**
         * Change what is named; the rest stays
         * @description One that is enabled again begins at the log's end (replay sends what lies between). One that was stopped goes on.
         */
        patch: operations["destinations_change"];
        trace?: never;
    };
    "/api/v1/destinations/{destination}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send nothing; it keeps its place in the log */
        post: operations["destinations_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on, also after a stop; one that does not answer is tried at once */
        post: operations["destinations_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}/test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send one event now and see what was sent and what came back
         * @description A made-up order, or an event of the log. Consent is asked of an event of the log; filters are not. Marked as a test where the kind can. Takes up to 15 s.
         */
        post: operations["destinations_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        /** Events that failed for good, in the order of the log */
        get: operations["destinations_dead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send dead letters again
         * @description One by its position; or all, or all of a reason, behind what is live and at most redrive_per_s. 409 while such a job runs.
         */
        post: operations["destinations_redrive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget dead letters; one by its position, or all, or all of a reason */
        post: operations["destinations_discard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a range of the log again
         * @description From a time or position, to before another one, at most to where the destination is. Filters, traits, mapping and consent hold as they are now; ids are
         *     those of the first time. Behind what is live and at most redrive_per_s. 409 while another replay runs.
         */
        post: operations["destinations_replay"];
        /** End the replay; what was sent was sent */
        delete: operations["destinations_replay_cancel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/destinations/{destination}/skipped": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        /** The newest events that were not for the destination, up to 20 of each reason, since the server started */
        get: operations["destinations_skipped"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Persons who may be one
         * @description Open ones by score, highest first; accepted and refused ones by decision, newest first. Nobody is merged before somebody accepts.
         *     What is open changes with every event: a page holds what is open at that moment behind the cursor.
         */
        get: operations["duplicates_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/duplicates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One pair, open or decided */
        get: operations["duplicates_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/duplicates/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * They are one person; merges them
         * @description As `POST /api/v1/profiles/{id}/merge`: audited, undone by a split. 409 where a limit or a barrier forbids it (`forbidden` tells
         *     before), or where the pair was decided meanwhile.
         */
        post: operations["duplicates_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/duplicates/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * They are two persons; not proposed again
         * @description Audited. It holds for whoever has these identifiers, also after a rebuild.
         */
        post: operations["duplicates_refuse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /**
         * Who may be the same person as this one
         * @description Open pairs, highest score first, at most 20.
         */
        get: operations["profiles_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A range of the log as JSON lines, in log order */
        get: operations["events_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/{offset}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One record of the log, as exported */
        get: operations["events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tail of the log as Server-Sent Events
         * @description Event `event` (id: offset; data: as exported), `caught_up` (once: from here on it is live), `rejected` (a call that never became a record; no id), `skipped` ({"count"}: left out, since more than 200 a second arrive).
         *     Resumes behind Last-Event-ID. A comment every 15 s.
         */
        get: operations["events_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Quarantined events, newest first */
        get: operations["quarantine_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Judge quarantined events again under today's rules; exactly once by position */
        post: operations["quarantine_redrive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What came from whom
         * @description The live view; with from/to or since/until the same figures by replay of that range.
         */
        get: operations["stats_sources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views/{view}/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drop a view and replay the log into it */
        post: operations["view_rebuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An answer, the people behind a number of it, or its events, as a file
         * @description People take `profiles.read` besides, events `profiles.read` and `events.read`; both stand in the audit chain. Problems come before the first byte; a file that is cut
         *     ends in the middle of its framing. `X-Total-Rows` says how many rows there will be (people who are gone since are left out).
         */
        post: operations["analytics_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An answer, and anew when something happened, as Server-Sent Events
         * @description Event `answer` (id: the watermark's position; data: as of `analytics_query`), at once and then at most every `every` seconds, when the watermark has moved or the minute is over; rarer
         *     where all live questions together would take over a quarter of a core. `problem` ({"status", "detail"}) where it could not be answered anew: it goes on. A comment every 15 s.
         *     With Last-Event-ID an answer that is still the newest is not sent again.
         */
        get: operations["analytics_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Exports by a schedule, by name, and how their last runs went */
        get: operations["exports_list"];
        put?: never;
        /**
         * Write what a saved question says to a file, over and over
         * @description It takes `profiles.read` besides, of events `events.read`, and with a destination `destinations.write`: whoever reads the folder, or gets the files, reads them. 400 names the field; 409, the name is in use, or the server has no export.root;
         *     413, there are 100 already.
         */
        post: operations["exports_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/exports/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a file of two lines (patron-test.csv) to a destination, now */
        post: operations["exports_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/exports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One of them */
        get: operations["exports_get"];
        /**
         * Define it anew, pause it (`enabled`) or take it up again
         * @description `version` is that of the export as it was read: 409 when somebody saved another one since. A run that is under way ends. Rights as of making one.
         */
        put: operations["exports_save"];
        post?: never;
        /** Remove it and its history; its files in a folder stay */
        delete: operations["exports_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/exports/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run it now, also while it is paused
         * @description 409 while it runs, or waits for that.
         */
        post: operations["exports_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/exports/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** Its runs, newest first; the last 100 are kept */
        get: operations["exports_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/exports/{id}/runs/{number}/send": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the file of a run now, that waits or failed to be sent
         * @description 409 where it has none.
         */
        post: operations["exports_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/exports/{id}/runs/{number}/file": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        /**
         * The file of a run that is done, as long as it is kept
         * @description It takes `profiles.read` besides, and of events `events.read`, and stands in the audit chain.
         */
        get: operations["exports_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Accounts and households, by name
         * @description An account is what group calls name; a household is what customers with the same household id say, or, where they say none, 2 to 12
         *     customers with the same last name and postal address. A page may have fewer rows than asked for, and more all the same.
         */
        get: operations["groups_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /**
         * One account or household with those who belong to it
         * @description Members page by page, each once, in the order in which their first identifier in the group appeared.
         */
        get: operations["groups_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** By which identifiers people are recognised, and the limits */
        get: operations["identity_rules"];
        /**
         * Other rules, from now on
         * @description They hold for events that come from here on; persons who are there stay as they are until a rebuild. Members and types that are left out
         *     are the defaults'. 400 names the member and its bound; 409 when `version` is not the newest any more.
         */
        put: operations["identity_rules_change"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/rules/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the preview is, and what it found; kept until the next one begins or the server stops */
        get: operations["identity_preview"];
        put?: never;
        /**
         * What these rules would change, were they applied to all of history
         * @description Replays the log beside the running server and changes nothing. 409 while another one runs.
         */
        post: operations["identity_preview_start"];
        /** Stops the preview that runs */
        delete: operations["identity_preview_stop"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apply the rules in force to all of history
         * @description Persons are parted and joined as if these rules had always held; staff's merges and splits are carried out again in their places. Until the
         *     log is read again customers answer 503. Later rebuilds keep to it.
         */
        post: operations["identity_rebuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All imports, newest first */
        get: operations["imports_list"];
        put?: never;
        /**
         * A new import, ready to take its file in parts
         * @description The source is one that exists and may write the past, by name or id; a name that no source has makes one when the import is started.
         *     413 when the file, with all others that are kept, would be over the setting import.disk_gib.
         */
        post: operations["imports_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/recipes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The built-in mappings */
        get: operations["imports_recipes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Progress of all imports as Server-Sent Events
         * @description Event `import` (data: an Import) for each unfinished import at the start and for each import whenever it changes, at most four times a second. A comment every 15 s.
         *     Without a stream, GET of the import gives the same figures.
         */
        get: operations["imports_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        /** One import with its progress */
        get: operations["imports_get"];
        put?: never;
        post?: never;
        /** Remove its file; the record stays. An unfinished import is cancelled; a queued or running one must be paused or cancelled first */
        delete: operations["imports_delete"];
        options?: never;
        head?: never;
        /** Change its name, or its source before it is started */
        patch: operations["imports_change"];
        trace?: never;
    };
    "/api/v1/imports/{import}/parts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        get?: never;
        /**
         * The file's next bytes, durable when answered
         * @description At most 2 MiB, appended at `uploaded`. A part that is there already, whole or its beginning, is fine; one that leaves a gap is 409 with the offset that is expected, so that an upload goes on after any loss.
         *     429: another part of this import is being written. 503: the disk is full or away; send the part again later.
         */
        put: operations["imports_part"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        /**
         * The first rows as they would become events
         * @description Under the import's mapping, or, while it has none, under one that is guessed from the first 1,000 rows. 409 while the file is not whole or was removed.
         */
        get: operations["imports_preview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/mapping": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        /** The mapping that was chosen */
        get: operations["imports_mapping"];
        /** Choose the mapping: a recipe by name, or a mapping as docs/import.md describes it. Until the first event was sent */
        put: operations["imports_set_mapping"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/start": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin, or begin again after a failure; one import runs at a time, the others wait in the order of their start
         * @description 409 when it has no mapping, or when the same file went into the same source under another mapping, since its events would only be dropped as duplicates.
         */
        post: operations["imports_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop sending; what landed stays */
        post: operations["imports_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on where it was paused */
        post: operations["imports_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End it for good; what landed stays */
        post: operations["imports_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/refusals": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        /** Rows that gave no event, in the file's order; the first 10,000 are kept */
        get: operations["imports_refusals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{import}/live": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        /** Progress of one import as Server-Sent Events, as in /api/v1/imports/live; ends at once when there is no such import */
        get: operations["imports_live_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insight/desk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * First contact resolution, time to resolve, promises kept, satisfaction
         * @description Of the incidents and service requests that were resolved in the range, each once: merged ones are their survivor, children their parent. Beside each
         *     figure stand what it is made of, the period before, and by each period and group. A share has a 95 % interval (Wilson); a figure of nothing is null.
         */
        get: operations["insight_desk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insight/desk/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The same as CSV
         * @description A line for the whole, the period before, each period and each group: `part` and `value` say which.
         */
        get: operations["insight_desk_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insight/desk/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tickets behind a number */
        get: operations["insight_desk_tickets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insight/desk/checkout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Checkouts that failed or were abandoned, while a major incident was open and else
         * @description Events of customers, by the hour: an hour in which a major incident was open, if only for a moment, is `during`. Started: Checkout Started. Failed: Checkout Failed, Payment Failed,
         *     Order Payment Failed. Completed: Order Completed. Up to 998 hours.
         */
        get: operations["insight_desk_checkout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A batch of events
         * @description Also at /v1/import, /v1/b, /v1/batch/b, /batch, /b, each with or without a slash at the end. Any content type; Content-Encoding gzip or deflate.
         *     Answered 200 once every event is durable, landed or quarantined.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/track": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One event
         * @description Likewise /v1/identify, /v1/page, /v1/screen, /v1/group, /v1/alias and their short forms /v1/t, /v1/i, /v1/p, /v1/s, /v1/g, /v1/a.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/identify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One event
         * @description Likewise /v1/identify, /v1/page, /v1/screen, /v1/group, /v1/alias and their short forms /v1/t, /v1/i, /v1/p, /v1/s, /v1/g, /v1/a.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/page": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One event
         * @description Likewise /v1/identify, /v1/page, /v1/screen, /v1/group, /v1/alias and their short forms /v1/t, /v1/i, /v1/p, /v1/s, /v1/g, /v1/a.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/screen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One event
         * @description Likewise /v1/identify, /v1/page, /v1/screen, /v1/group, /v1/alias and their short forms /v1/t, /v1/i, /v1/p, /v1/s, /v1/g, /v1/a.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/group": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One event
         * @description Likewise /v1/identify, /v1/page, /v1/screen, /v1/group, /v1/alias and their short forms /v1/t, /v1/i, /v1/p, /v1/s, /v1/g, /v1/a.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alias": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One event
         * @description Likewise /v1/identify, /v1/page, /v1/screen, /v1/group, /v1/alias and their short forms /v1/t, /v1/i, /v1/p, /v1/s, /v1/g, /v1/a.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/beacon/v1/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A batch sent by navigator.sendBeacon */
        post: {
            parameters: {
                query: {
                    writeKey: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "text/plain": string;
                };
            };
            responses: {
                /** @description All events are durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            success?: true;
                            /** @description Events that were known */
                            duplicates?: number;
                            quarantined?: number;
                        };
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                413: components["responses"]["Problem"];
                429: components["responses"]["Later"];
                503: components["responses"]["Later"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/pixel/v1/track": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One event in a query, answered by a 1x1 GIF
         * @description `data` (base64 of the JSON event), or one parameter a member with dotted names, such as properties.sku=1. Likewise /pixel/v1/page.
         */
        get: {
            parameters: {
                query: {
                    writeKey: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The event is durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/gif": unknown;
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                503: components["responses"]["Later"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/pixel/v1/page": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One event in a query, answered by a 1x1 GIF
         * @description `data` (base64 of the JSON event), or one parameter a member with dotted names, such as properties.sku=1. Likewise /pixel/v1/page.
         */
        get: {
            parameters: {
                query: {
                    writeKey: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The event is durable */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/gif": unknown;
                    };
                };
                400: components["responses"]["Problem"];
                401: components["responses"]["Problem"];
                503: components["responses"]["Later"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{writeKey}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the browser library reads at its start
         * @description Also at /projects/{writeKey}/settings.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    writeKey: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Settings */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                404: components["responses"]["Problem"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mailboxes, and how far each is */
        get: operations["mailboxes_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What came in, the newest first
         * @description Those in quarantine by `outcome=quarantined`.
         */
        get: operations["mailboxes_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/messages/{message}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its number */
                message: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a message of quarantine again, with what can be read of it */
        post: operations["mailboxes_redrive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/messages/{message}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its number */
                message: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove the bytes of a message in quarantine */
        post: operations["mailboxes_discard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/sent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What leaves, the newest first */
        get: operations["mailboxes_sent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/sent/{message}/decide": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its number */
                message: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Of a message in doubt, failed or bounced, say whether it is to be sent again */
        post: operations["mailboxes_decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/{mailbox}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        /** One mailbox */
        get: operations["mailboxes_get"];
        /**
         * Add or change a mailbox
         * @description `version` is the one that it was read at, 0 for a new one; 409 where somebody saved it since. Secrets are sealed and never given back: left out, each stays
         *     as it is; '' removes it. A new `host` of a server takes a new secret.
         */
        put: operations["mailboxes_put"];
        post?: never;
        /**
         * Remove a mailbox
         * @description Its tickets stay; what waits to be sent fails.
         */
        delete: operations["mailboxes_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/{mailbox}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause a mailbox, or let it go on */
        post: operations["mailboxes_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/{mailbox}/test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Connect, log in, open the folder, and send a message to itself
         * @description Each step says what came of it; behind one that fails none is taken.
         */
        post: operations["mailboxes_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mailboxes/{mailbox}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand in a message, as a mail server or an import does
         * @description The body is the message as it came (RFC 5322), at most 4 MiB. The same message a second time does nothing (`duplicate`). What it says is believed as of one
         *     that came by IMAP: whoever hands it in has seen to it that its sender is its sender.
         */
        post: operations["mailboxes_take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/mails": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
            };
            cookie?: never;
        };
        /**
         * Messages of a ticket, in and out
         * @description `seq` is the row of its history that a message is told by, or tells; the newest first, 200 of each.
         */
        get: operations["tickets_mails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own notifications, the newest first
         * @description 409 for a token or the socket, which are nobody; likewise for all that is one's own here.
         */
        get: operations["notifications_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Some of them were read */
        post: operations["notifications_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/read-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All up to one were read */
        post: operations["notifications_read_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one wants to be told of, and where */
        get: operations["notifications_settings"];
        /**
         * Say it anew
         * @description `version` is the one that was read; 409 where it was changed since, on another device.
         */
        put: operations["notifications_settings_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Browsers that one is told on */
        get: operations["notifications_devices"];
        put?: never;
        /**
         * Subscribe a browser to web push
         * @description What `PushManager.subscribe` gave, with `push_key` of the settings as applicationServerKey. At most 20 a person; one endpoint is one device.
         */
        post: operations["notifications_device_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Send nothing more to it */
        delete: operations["notifications_device_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test by a channel
         * @description 409 where the channel is not set up. What became of it: GET /api/v1/notifications/test/{number}.
         */
        post: operations["notifications_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/test/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        /** What became of a delivery of one's own */
        get: operations["notifications_test_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What left the building for all people, the newest first */
        get: operations["notifications_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/deliveries/{number}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send one again that is dead or in doubt */
        post: operations["notifications_redrive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/oidc/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Begin a sign-in with the provider
         * @description For a browser's navigation. Sends it to the provider and sets a cookie that binds the sign-in to it for ten minutes; a browser has
         *     one sign-in in progress. What goes wrong sends it to `/sign-in?error=CODE` instead: `oidc_off` (no provider is set up),
         *     `oidc_busy` (too many at once), `oidc_unavailable` (the provider does not answer).
         */
        get: operations["session_oidc_start"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the provider sends the browser back to
         * @description Signs the person in, with a new session, and sends the browser to where it wanted to go. Parameters beyond these are passed over,
         *     as the standard asks. What goes wrong sends it to `/sign-in?error=CODE`: `oidc_off`, `oidc_busy`, `oidc_unavailable`,
         *     `oidc_state` (unknown, used, over ten minutes old, or of another browser), `oidc_denied` (declined at the provider),
         *     `oidc_refused` (the provider's answer is not believed), `oidc_no_account` (no account here, or it is disabled),
         *     `oidc_failed` (this server could not do it). Details are in the server's own log.
         */
        get: operations["session_oidc_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server's parts, each with its state in words and figures */
        get: operations["health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of the server's own figures over the last day at most
         * @description Sampled every 10 s and kept in memory, so it begins at the server's start. A point is the mean of its step, of
         *     ack_p50_ms, ack_p99_ms and view_lag_records the largest; null where nothing was measured.
         */
        get: operations["health_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every setting with its value in force, where that comes from, and its bounds
         * @description Read-only. Settings are changed by flag, environment or file, and read at start. Values of secret ones are not shown.
         */
        get: operations["settings_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Alerts on the server's own health, newest first */
        get: operations["alerts_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{alert}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                alert: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Somebody has seen it and deals with it
         * @description Recorded with the caller; an alert that is acknowledged already keeps its first acknowledgement.
         */
        post: operations["alerts_acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Backups made and being made, newest first */
        get: operations["backups_list"];
        put?: never;
        /**
         * Begin a backup into the server's backup folder
         * @description Only where backup.dir is set; one at a time (409 while one runs). It goes on by itself; its row tells how far it is.
         */
        post: operations["backups_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backups/{backup}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                backup: string;
            };
            cookie?: never;
        };
        /** One backup and how far it is */
        get: operations["backups_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backups/{backup}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                backup: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a running backup; what it wrote is removed
         * @description 409 when it no longer runs.
         */
        post: operations["backups_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backup-stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a backup and send it as the answer
         * @description What `patron backup` calls. One at a time (409 while one runs). An answer that is cut short is no backup: its last bytes hold the digest of the whole.
         *     With secrets only over the data folder's socket; 403 from elsewhere.
         */
        post: operations["backups_stream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Log, dedupe, views, HTTP in figures */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus text */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process runs */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Intake would accept */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All plans, by name, without their rules */
        get: operations["plans_list"];
        put?: never;
        /**
         * A new plan, version 1
         * @description 400 names the rule and the place in its schema that is not taken.
         */
        post: operations["plans_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a draft would say of a sample event, or of a source's last events; nothing is stored
         * @description Give `event`, or `source` (with `last`), or both. History is judged newest part of the log first to last, at most `last` events of the source among the
         *     newest 1,000,000 records and for at most 5 seconds: `complete` is false when that ended it.
         */
        post: operations["plans_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/infer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A draft made from the events that a source has sent; nothing is stored
         * @description Types as seen, required where always present, enums where texts repeat among few values. At most 5 seconds and the newest 1,000,000 records.
         */
        post: operations["plans_infer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/convert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A draft from another tool's file (Segment, RudderStack) or Patron's own; nothing is stored */
        post: operations["plans_convert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/violations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Violating events over time
         * @description One point a step that has any, oldest first. An event counts once, however many violations it has. Hours and days are UTC.
         */
        get: operations["plans_violations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/violations/top": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is violated most */
        get: operations["plans_violations_top"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/violations/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events with a violation, newest first
         * @description Reads the log backwards by hours that have any; the page may be short, next_cursor tells whether there is more.
         */
        get: operations["plans_violations_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/{plan}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
            };
            cookie?: never;
        };
        /** A plan with its rules, as in force */
        get: operations["plans_get"];
        /**
         * A new version; it holds for events that come in from now on
         * @description 409 when base_version is given and is no longer the current one, or the name is taken. What is equal to the current version makes no new one.
         */
        put: operations["plans_save"];
        post?: never;
        /**
         * Delete a plan and its versions
         * @description 409 while a source has it. Events keep what was said of them.
         */
        delete: operations["plans_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/{plan}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
            };
            cookie?: never;
        };
        /** Versions, newest first */
        get: operations["plans_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/{plan}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
                version: string;
            };
            cookie?: never;
        };
        /** The plan as it stood in a version; to restore it, PUT it as a new one */
        get: operations["plans_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{source}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        /** Which plan judges a source's events */
        get: operations["sources_plan_get"];
        /** Which plan judges a source's events from now on */
        put: operations["sources_plan"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What can be reported, and from where
         * @description The caller's stores with their tills, and the categories and services of the desk.
         */
        get: operations["portal_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own reports and those of one's stores
         * @description Newest first, each with what has become of it.
         */
        get: operations["portal_reports"];
        put?: never;
        /**
         * Report something
         * @description A fault that is known and open takes the report in: 200 with `known`. Everything else opens a ticket: 201. Whoever is staff of stores names
         *     one of those (left out where there is one); whoever is of none may name any.
         */
        post: operations["portal_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal/tickets/{ticket}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        /**
         * What became of a report
         * @description 404, also where the ticket is somebody else's.
         */
        get: operations["portal_ticket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal/tickets/{ticket}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer, or add something
         * @description A ticket that waits for an answer goes on; one that is solved is open again.
         */
        post: operations["portal_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal/tickets/{ticket}/verdict": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that it is solved, or not
         * @description Solved: the ticket is closed once all who reported have said so; 409 unless it is resolved. Not solved: it is open again; 409 unless it is
         *     resolved or closed.
         */
        post: operations["portal_verdict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal/tickets/{ticket}/photos": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a photo to one's newest report of it
         * @description The body is the photo, at most 4 MiB; the type is what Content-Type and the bytes say (415). The desk sees it, other stores do not.
         */
        post: operations["portal_photo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal/tickets/{ticket}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how it was
         * @description By whoever was invited to (`rating` of the ticket); until then, and for everybody else, 404. It may be changed until the invitation ends.
         */
        post: operations["portal_rate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Requests about customers' data
         * @description Newest first.
         */
        get: operations["privacy_list"];
        put?: never;
        /**
         * Note a request
         * @description Of persons by id, or by identifiers as events bring them. An erasure may name an identifier that is nobody's: it is looked for in
         *     quarantine and files, and events of it from before are suppressed from then on. An export is of one person.
         *     Nothing is done before it is approved. Audited, without whom it is about.
         */
        post: operations["privacy_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One request, with its progress */
        get: operations["privacy_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Carry it out
         * @description An erasure of several persons, or one over `privacy.bulk` persons in a day, takes a second person: signed in, with privacy.approve, and not who asked for
         *     it (nor who made the token that asked): else 403. A failed request may be approved again. Audited.
         */
        post: operations["privacy_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse it, with the reason */
        post: operations["privacy_refuse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take it back before it runs */
        post: operations["privacy_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests/{id}/certificate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /**
         * The signed certificate of an erasure
         * @description To be kept as it comes, byte by byte, since the signature is of its text. `patron privacy verify FILE` checks it.
         */
        get: operations["privacy_certificate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A link to the archive of an export
         * @description In place of the last one. It is good once, until the archive expires. Audited.
         */
        post: operations["privacy_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/requests/{id}/archive.zip": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /**
         * The archive of an export, once
         * @description index.html for people, data/*.jsonl for programs. Handed over to its last byte, it is removed.
         */
        get: operations["privacy_archive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What an erasure would remove
         * @description As far as the index tells: what stands in free text of others, in quarantine and in files is found when the erasure is carried out.
         */
        post: operations["privacy_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public key that certificates are signed with */
        get: operations["privacy_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search as you type; without a text those who were seen last
         * @description All words must match, each as a word, a beginning, a part (from 3 letters) or with a typing error (from 4 letters): names, mail
         *     addresses, phone and card numbers, user ids, other identifiers, numbers of the last orders. Best first.
         */
        get: operations["profiles_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The person who has an identifier
         * @description The value is normalised as the type's rule says. 404 when nobody has it, also when it can be nobody's.
         */
        get: operations["profiles_lookup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/barriers/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Let two identifiers be one person's again
         * @description Merges nobody; the next event or merge that joins them may.
         */
        delete: operations["profiles_barrier_lift"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        /**
         * What is known of a person
         * @description The `id` of the answer differs from the one that was asked for where that person was merged into another.
         */
        get: operations["profiles_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        /**
         * What a person did, newest first
         * @description In log order. A page holds what belongs to the person at that moment, below the cursor; a merge between two pages shows in the later one.
         */
        get: operations["profiles_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        /**
         * How a person came to be one, newest first
         * @description To undo a link, split off its `nodes`.
         */
        get: operations["profiles_links"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/barriers": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        /** Which identifiers are kept apart from this person's, by number */
        get: operations["profiles_barriers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/context": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        /**
         * What whoever takes over needs to know
         * @description Two who hold the same `id` and `version` see the same person in the same state.
         */
        get: operations["profiles_context"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Two are one person
         * @description The id that stays is the older person's. 409 names the limit or the barrier that forbids it. Answers when the merge is seen; 503
         *     means that it is decided and seen later. It can be undone by a split.
         */
        post: operations["profiles_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/split": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Some of a person's identifiers are somebody else's
         * @description They become a new person, with all events that are filed under them. A barrier stands between each of them and each that stays: no
         *     event joins them again until it is lifted. Not all of a person's identifiers can leave.
         */
        post: operations["profiles_split"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pulls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All pulls, by name, and how they are */
        get: operations["pulls_list"];
        put?: never;
        /**
         * Define a pull; once it is enabled it runs at once and then by its schedule
         * @description 400 names the field; 409, the name is in use; 413, there are 200 already. A source that does not exist is made, for which sources.write is wanted too.
         */
        post: operations["pulls_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pulls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One pull */
        get: operations["pulls_get"];
        /**
         * Define it anew; what runs ends at its last saved page, and a stopped one is taken up again
         * @description `secret` left out stays as it is; it has to be given again when server, kind of credentials or their name change. Where URL, items, paging or since
         *     change, the position begins anew: what came in before is known by its ids and comes in once.
         */
        put: operations["pulls_save"];
        post?: never;
        /** Remove it and its runs; its events stay */
        delete: operations["pulls_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pulls/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run it now, also when it is switched off or stopped
         * @description 409 while it runs.
         */
        post: operations["pulls_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pulls/{id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Back to the first page and the first instant; what came in before is known by its ids and comes in once */
        post: operations["pulls_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pulls/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try it: fetch the first page and show its first items as events; nothing is stored or sent
         * @description 409 tells what was wrong with the request or its answer.
         */
        post: operations["pulls_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pulls/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** Its runs, newest first; the last 100 are kept */
        get: operations["pulls_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drop-folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All drop folders, by name */
        get: operations["drops_list"];
        put?: never;
        /**
         * Watch a folder below connect.drop_root; it is made when missing
         * @description 409, no connect.drop_root is set, name or folder is in use, or the source may not write the past; 413, there are 50 already.
         */
        post: operations["drops_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drop-folders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** One drop folder */
        get: operations["drops_get"];
        /** Define it anew; its folder is opened and looked at again */
        put: operations["drops_save"];
        post?: never;
        /** Stop watching it; the folder and its files stay */
        delete: operations["drops_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drop-folders/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** Files that were taken, newest first */
        get: operations["drops_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pulse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A beat a second as Server-Sent Events
         * @description Event `pulse`: `at` (UTC ms), `end` (first offset not yet written), `lag` (records that the slowest view has not seen) and, for those who
         *     may see events, `sources`: counters since the server's start of sources with a number below 1024 that sent something.
         *     For a person `notified`: another number whenever their notifications have changed.
         */
        get: operations["pulse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How good the events of each source are in a period, compared with the period before
         * @description By source, in order of number. Counted by the time of receipt, in hours and days of UTC; the series is in hours where the period has
         *     at most 3 days, else in days. A point without anything received is left out. Hours are kept for 90 days, days for 800.
         */
        get: operations["quality_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quality/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id, name or number */
                source: string;
            };
            cookie?: never;
        };
        /** How good the events of one source are over time, and which fields are the worst */
        get: operations["quality_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/skills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Skills that tickets may need */
        get: operations["routing_skills_get"];
        /**
         * All skills there are
         * @description 400 names the place. A skill that is no longer there is asked of nobody. 409, somebody saved since `version`.
         */
        put: operations["routing_skills_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Queues that have settings */
        get: operations["routing_queues_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/queues/{queue}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As tickets name it */
                queue: string;
            };
            cookie?: never;
        };
        /**
         * How a queue's tickets are given
         * @description What holds by default where nobody has set anything (version 0).
         */
        get: operations["routing_queues_get"];
        /**
         * Change it
         * @description In force at once. 400 names the place. 409, somebody saved since `version`.
         */
        put: operations["routing_queues_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Queues on or off, many at once
         * @description Their other settings stay. Without names, all that the desk has records of.
         */
        post: operations["routing_switch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents that have settings */
        get: operations["routing_agents_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/agents/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: string;
            };
            cookie?: never;
        };
        /**
         * What an agent can do, and when
         * @description What holds by default where nobody has set anything (version 0).
         */
        get: operations["routing_agents_get"];
        /**
         * Change it
         * @description In force at once; what they have stays theirs. 400 names the place. 404, no account of that id works on tickets. 409, somebody saved since `version`.
         */
        put: operations["routing_agents_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/agents/{account}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: string;
            };
            cookie?: never;
        };
        get?: never;
        /** Say of an agent whether they take work */
        put: operations["routing_agents_presence"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether I take work, and what is offered to me
         * @description Of the account that is signed in; 403 for tokens.
         */
        get: operations["routing_me"];
        /**
         * Take work, or not
         * @description Offline or away, offers are taken back. Offline, so are tickets of queues that say so (`give_back`).
         */
        put: operations["routing_me_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/offers/{offer}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                offer: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the ticket
         * @description 404, it was not offered to me. 409, the offer no longer stands.
         */
        post: operations["routing_offers_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/offers/{offer}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                offer: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave it to others
         * @description 404, it was not offered to me. 409, the offer no longer stands.
         */
        post: operations["routing_offers_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/board": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits and why, and who works */
        get: operations["routing_board"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Settings tried on the tickets of the last days
         * @description The tickets that came, once more: as the settings in force would give them, as the changed ones would, and beside them what was. Nothing is
         *     changed. docs/routing.md says what the model leaves out. 400 names the place; 413, over 200,000 tickets came in so many days; 429, too many questions wait; 503, one is being
         *     tried already, or it took over 30 s.
         */
        post: operations["routing_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/routing": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        /** To whom it was given or offered, and why */
        get: operations["tickets_routing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/clocks": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        /** What is promised of a ticket, and how far it is */
        get: operations["tickets_clocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/clocks/{clock}/explanation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                clock: components["schemas"]["SlaClock"];
            };
            cookie?: never;
        };
        /**
         * Every second of a clock
         * @description Stretches are half open and tile the life of the ticket. Those with `why` counted, of the latest round, sum to the clock's elapsed time, to the
         *     millisecond. 413, there are over 100,000.
         */
        get: operations["tickets_clock_explain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sla/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Policies in force, or that will be
         * @description In the order in which they are asked whether they apply. Of each the newest version.
         */
        get: operations["sla_policies_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sla/policies/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a policy would have made of the tickets since */
        post: operations["sla_policies_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sla/policies/{policy}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy: string;
            };
            cookie?: never;
        };
        /** A policy's newest version */
        get: operations["sla_policies_get"];
        /**
         * A new version of it
         * @description 400 names the place. `version` is 0 for a new policy, else that of the policy as it was read: 409 when somebody saved another since. It holds for all open
         *     tickets from its instant on; what was before stays.
         */
        put: operations["sla_policies_put"];
        post?: never;
        /** From now on it is no longer in force */
        delete: operations["sla_policies_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sla/policies/{policy}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy: string;
            };
            cookie?: never;
        };
        /** All its versions, oldest first */
        get: operations["sla_policies_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All sources, by number */
        get: operations["sources_list"];
        put?: never;
        /** A new source */
        post: operations["sources_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        /** One source */
        get: operations["sources_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a source */
        patch: operations["sources_change"];
        trace?: never;
    };
    "/api/v1/sources/{source}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new write key; the old one stops at once */
        post: operations["sources_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/stakeholders": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key or number */
                ticket: string;
            };
            cookie?: never;
        };
        /** Who is told of a major incident, by which links it is followed, and when the next update is due */
        get: operations["tickets_stakeholders"];
        /**
         * Set who is told of each update
         * @description At most 100 together. Accounts are told in the console and as they want it; addresses by the first mailbox that can send. Audited.
         */
        put: operations["tickets_stakeholders_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/updates": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key or number */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish an update of a major incident
         * @description A public note, which stands on the page of stakeholders too and is sent to them. The clock of the next update begins anew. 409 where the ticket is no major incident, or closed.
         */
        post: operations["tickets_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/status-links": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key or number */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link by which a major incident is followed without an account
         * @description Whoever has it sees what the page shows. It is valid until it is revoked, or some days (the policy's link_days) after the incident has ended. At most 20 of a ticket at once, and 200 in all. Audited.
         */
        post: operations["tickets_status_link_make"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/status-links/{link}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Its number */
                link: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a link
         * @description Its page answers 404 from now on. Audited.
         */
        delete: operations["tickets_status_link_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        /**
         * A major incident, for whoever has the link
         * @description For people, in English, German or Arabic as their browser asks. The token in the path is the credential. It loads itself anew each minute while the incident goes on.
         */
        get: operations["status_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status/{token}/incident.json": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        /** The same for a program, such as a status page of one's own */
        get: operations["status_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/surveys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Surveys, and how many were asked and answered in the last 30 days */
        get: operations["surveys_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/surveys/answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Answers, the newest first */
        get: operations["surveys_answers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/surveys/{survey}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                survey: string;
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Add or change a survey
         * @description `version` is the one that it was read at, 0 for a new one; 409 where somebody else changed it since. What was asked before keeps its scale.
         */
        put: operations["surveys_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/survey": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
            };
            cookie?: never;
        };
        /**
         * What was asked after a ticket, and what was answered
         * @description `link` is for its requester alone: whoever has it can answer. It is told to those who hold surveys.write.
         */
        get: operations["surveys_of_ticket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/survey/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        /**
         * The question, for whoever was asked
         * @description For people, in English, German or Arabic as their browser asks. The token in the path is the credential. Reading it answers nothing.
         */
        get: operations["survey_page"];
        put?: never;
        /** Answer, or change the answer */
        post: operations["survey_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/triage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a text is about, how sure that is, and why
         * @description The category by the model in force, and what the policy in force makes of it. Below the model's threshold (`accepted` false) a person decides. Nothing is kept.
         */
        post: operations["desk_triage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/triage": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key */
                ticket: string;
            };
            cookie?: never;
        };
        /**
         * What the machine found in a ticket's text, what it set, and what people made of it
         * @description Incidents and requests are read when they are opened; one from before that is read now (`made_now`). 404, problems and changes are not read.
         */
        get: operations["tickets_triage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/triage/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What is proposed is right
         * @description Sets the proposed category where it is not set, and is an example to learn from. 409, the category was its reporter's choice.
         */
        post: operations["tickets_triage_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{ticket}/triage/correct": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key */
                ticket: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What is right instead
         * @description Changes the ticket, and is an example to learn from. At least one member. A change of category or queue in any other way says the same.
         */
        post: operations["tickets_triage_correct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triage/examples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many examples there are to learn from */
        get: operations["triage_examples"];
        put?: never;
        /**
         * Add labelled texts
         * @description CSV with a header, columns text and label (or two columns, whatever they are called), or JSON lines with these members; a body that begins with { is
         *     JSON lines. At most 20,000 rows and 1 MiB at once; rows that are wrong are left out and named. Label oos: belongs nowhere. What is learnt for is said
         *     by `kind`; which texts train, validate and are held out is found by each text's hash unless `part` says it.
         */
        post: operations["triage_add_examples"];
        /** Take back the examples that files brought */
        delete: operations["triage_drop_examples"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triage/train": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new model now
         * @description In the background. It takes over if it is not worse, beyond chance, than the one in force on the texts held out; else it is kept as a candidate. 409, one is being made.
         */
        post: operations["triage_train"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triage/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of a model, newest first */
        get: operations["triage_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triage/models/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        /** A version, with what it does better and worse */
        get: operations["triage_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triage/models/{version}/use": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a version in force
         * @description A roll-back, or a candidate that somebody prefers.
         */
        post: operations["triage_use_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triage/quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of proposals, by week */
        get: operations["triage_quality"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/triage/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the machine may set, and when it learns */
        get: operations["triage_settings"];
        /**
         * Change that
         * @description 409, somebody else changed it since.
         */
        put: operations["triage_put_settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            title: string;
            status: number;
            code: string;
            detail?: string;
        };
        /** @description Give it as cursor for the next page; null at the end */
        NextCursor: string | null;
        /** Format: date-time */
        Time: string;
        /** Format: date-time */
        TimeOrNull: string | null;
        /** @enum {string} */
        RoleName: "owner" | "admin" | "engineer" | "analyst" | "agent" | "store" | "privacy" | "auditor";
        /** @description Stored in lower case */
        Email: string;
        PersonName: string;
        PasswordGiven: string;
        /** @description Neither one of the most common ones nor the mail address */
        PasswordNew: string;
        PasswordCheck: {
            /** @description Needed unless the account has none (it signs in elsewhere) */
            password?: components["schemas"]["PasswordGiven"];
        };
        CodeGiven: {
            code: string;
        };
        Session: {
            /** @description False also while the second factor is due */
            signed_in: boolean;
            /** @description There is no account yet */
            setup_required: boolean;
            second_factor_due: boolean;
            /** @enum {unknown} */
            kind: "session" | "token" | "socket" | null;
            account: components["schemas"]["Person"] | null;
            role: string | null;
            permissions: string[];
            csrf: string | null;
            /** @description When the session ends at the latest */
            expires_at: components["schemas"]["TimeOrNull"];
            /** @description OpenID Connect providers to sign in with */
            providers: {
                id: string;
                name: string;
            }[];
        };
        Person: {
            id: string;
            email: string;
            name: string;
            preferences: Record<string, unknown>;
        };
        Me: {
            id: string;
            email: string;
            name: string;
            role: components["schemas"]["RoleName"];
            preferences: Record<string, unknown>;
            has_password: boolean;
            totp: boolean;
            totp_at: components["schemas"]["TimeOrNull"];
            recovery_codes_left: number;
            password_changed_at: components["schemas"]["TimeOrNull"];
            created_at: components["schemas"]["Time"];
        };
        OwnSession: {
            id: string;
            current: boolean;
            /** @description Address it began from */
            peer: string;
            user_agent: string;
            created_at: components["schemas"]["Time"];
            last_used_at: components["schemas"]["Time"];
            expires_at: components["schemas"]["Time"];
        };
        Account: {
            id: string;
            email: string;
            name: string;
            role: components["schemas"]["RoleName"];
            /** @description Codes of the stores whose staff they are, sorted */
            stores: string[];
            /** @enum {unknown} */
            state: "active" | "invited" | "disabled";
            totp: boolean;
            /** @description Signs in with an OpenID Connect provider */
            external: boolean;
            /** @description Open ones */
            sessions: number;
            created_at: components["schemas"]["Time"];
            last_seen_at: components["schemas"]["TimeOrNull"];
        };
        AccountWithLink: {
            account: components["schemas"]["Account"];
            link: {
                token: string;
                /** @description Behind the address of this server: /invitation#TOKEN */
                path: string;
                expires_at: components["schemas"]["Time"];
            } | null;
        };
        Role: {
            name: string;
            description: string;
            permissions: string[];
            /** @description Enabled ones with this role */
            accounts: number;
        };
        Token: {
            id: string;
            name: string;
            role: string;
            /** @description null: all of the role */
            scopes: string[] | null;
            /** @enum {unknown} */
            state: "valid" | "expired" | "revoked";
            /** @description null: over the data folder's socket */
            created_by: {
                id: string;
                name: string;
            } | null;
            created_at: components["schemas"]["Time"];
            last_used_at: components["schemas"]["TimeOrNull"];
            expires_at: components["schemas"]["TimeOrNull"];
            revoked_at: components["schemas"]["TimeOrNull"];
        };
        AdoptionForwarding: {
            /** Format: uuid */
            id: string;
            name: string;
            kind: string;
            /** @enum {unknown} */
            state: "running" | "paused" | "broken" | "stopped" | "disabled";
            state_reason: string | null;
            /** @description Records of the log that it has not settled */
            lag: number;
            /** @description Age of the oldest of them that is its */
            lag_s: number;
            waiting: number;
            dead: number;
            created_at: components["schemas"]["Time"];
        };
        AdoptionPart: {
            /** @enum {unknown} */
            name: "events" | "identity" | "consent" | "segments" | "destinations" | "campaigns" | "desk" | "reporting";
            title: string;
            /** @enum {unknown} */
            state: "incumbent" | "side_by_side" | "patron";
            note: string;
            /** @description null: nobody has said anything */
            changed_at: components["schemas"]["TimeOrNull"];
            changed_by: string | null;
        };
        AdoptionIdentity: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            import: string;
            /** @enum {unknown} */
            state: "running" | "done" | "failed";
            reason: string | null;
            started_at: components["schemas"]["Time"];
            finished_at: components["schemas"]["TimeOrNull"];
            started_by: string;
            rows: number;
            /** @description Rows without a person, a type or a value */
            refused: number;
            /** @description Identifiers that Patron does not have, or not by that type */
            unknown: number;
            /** @description Persons of the incumbent of whom Patron knows an identifier */
            theirs: number;
            /** @description Persons of Patron that these are */
            ours: number;
            /** @description Persons who are one on both sides */
            alike: number;
            /** @description Persons of the incumbent who are several here */
            parted: number;
            /** @description Persons of Patron who are several there */
            joined: number;
            /** @description Of each kind at most 20, with at most 10 persons */
            examples: {
                /** @enum {unknown} */
                kind: "parted" | "joined";
                /** @description Ids of the incumbent */
                theirs: string[];
                /** @description Ids of profiles */
                ours: string[];
            }[];
        };
        ReportEdit: {
            /** @description Unique */
            name: string;
            /** @default  */
            description: string;
            query: components["schemas"]["AnalyticsQuery"];
            /** @description How it is shown: kept for the console as it came; left out, {} */
            shown?: Record<string, unknown>;
        };
        Report: {
            /** Format: uuid */
            id: string;
            name: string;
            description: string;
            kind: components["schemas"]["AnalyticsKind"];
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            shown: Record<string, unknown>;
            /** @description Rises with every change */
            version: number;
            created_at: components["schemas"]["Time"];
            changed_at: components["schemas"]["Time"];
            /** @description Name of whoever saved it last */
            changed_by: string;
        };
        /** @enum {unknown} */
        AnalyticsKind: "segmentation" | "funnel" | "retention" | "paths" | "stickiness" | "lifecycle" | "sessions" | "compare" | "correlation" | "friction" | "journey";
        AnalyticsQuery: components["schemas"]["SegmentationQuery"] | components["schemas"]["FunnelQuery"] | components["schemas"]["RetentionQuery"] | components["schemas"]["PathsQuery"] | components["schemas"]["StickinessQuery"] | components["schemas"]["LifecycleQuery"] | components["schemas"]["SessionsQuery"] | components["schemas"]["CompareQuery"] | components["schemas"]["CorrelationQuery"] | components["schemas"]["FrictionQuery"] | components["schemas"]["JourneyQuery"];
        /** @description Together */
        AnalyticsDuration: {
            seconds?: number;
            minutes?: number;
            hours?: number;
            days?: number;
        };
        /** @description Up to now, the running hour, day, week or month and so many less one before it; or days (both inside) or instants (`to` is outside) */
        AnalyticsRange: {
            last: {
                hours?: number;
                days?: number;
                weeks?: number;
                months?: number;
            };
        } | {
            from: string;
            to: string;
        };
        /** @description Which events: of these names, for which `where` holds */
        AnalyticsEvents: {
            /** @description Left out: all */
            event?: string | string[];
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            /** @description What it is called in the answer */
            name?: string;
        };
        AnalyticsSeries: {
            event?: string | string[];
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            name?: string;
            /**
             * @description Left out: total
             * @enum {unknown}
             */
            measure?: "total" | "uniques" | "sum" | "average" | "least" | "most" | "quantile";
            of?: components["schemas"]["AnalyticsProperty"];
            /** @description Of a quantile */
            q?: number;
        };
        AnalyticsExclusion: {
            event?: string | string[];
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            name?: string;
            /** @description Number of a step; left out: between any two */
            after?: number;
        };
        /** @description What is read of an event */
        AnalyticsProperty: {
            property: string;
        } | {
            context: string;
        } | {
            /** @enum {unknown} */
            field: "event" | "type" | "channel" | "source" | "store" | "currency" | "amount" | "timestamp";
        };
        SegmentationQuery: {
            /** @enum {unknown} */
            kind: "segmentation";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            /**
             * @description Left out: day
             * @enum {unknown}
             */
            unit?: "hour" | "day" | "week" | "month" | "whole";
            series: components["schemas"]["AnalyticsSeries"][];
            formulae?: {
                name?: string;
                /** @description Over series by letter, as A / B * 100 */
                formula: string;
            }[];
            breakdown?: components["schemas"]["AnalyticsProperty"];
            /** @description Values of the breakdown; 10 */
            limit?: number;
        };
        FunnelQuery: {
            /** @enum {unknown} */
            kind: "funnel";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            steps: components["schemas"]["AnalyticsEvents"][];
            /** @description From the first step to the last, shorter than that; 7 days */
            window?: components["schemas"]["AnalyticsDuration"];
            /**
             * @description Left out: ordered
             * @enum {unknown}
             */
            order?: "ordered" | "strict" | "any";
            exclude?: components["schemas"]["AnalyticsExclusion"][];
            /** @description Has the same value at each step */
            same?: components["schemas"]["AnalyticsProperty"];
            breakdown?: components["schemas"]["AnalyticsProperty"];
            /** @description Values of the breakdown; 10 */
            limit?: number;
        };
        RetentionQuery: {
            /** @enum {unknown} */
            kind: "retention";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            begin: components["schemas"]["AnalyticsEvents"];
            again: components["schemas"]["AnalyticsEvents"];
            /**
             * @description Left out: week
             * @enum {unknown}
             */
            unit?: "day" | "week" | "month";
            /**
             * @description Left out: on
             * @enum {unknown}
             */
            way?: "on" | "beyond";
            /** @description Rising */
            brackets?: number[];
            /** @description Left out: false */
            recurring?: boolean;
            breakdown?: components["schemas"]["AnalyticsProperty"];
            /** @description Values of the breakdown; 10 */
            limit?: number;
        };
        PathsQuery: {
            /** @enum {unknown} */
            kind: "paths";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            /** @description One of `from` and `to` */
            from?: components["schemas"]["AnalyticsEvents"];
            to?: components["schemas"]["AnalyticsEvents"];
            /** @description Left out: all events */
            nodes?: components["schemas"]["AnalyticsEvents"];
            /** @description Of a session; 30 minutes */
            gap?: components["schemas"]["AnalyticsDuration"];
            /** @description Left out: 5 */
            depth?: number;
            /** @description Repeats are one; true */
            fold?: boolean;
            /** @description Edges of a depth; 20 */
            limit?: number;
        };
        StickinessQuery: {
            /** @enum {unknown} */
            kind: "stickiness";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            of?: components["schemas"]["AnalyticsEvents"];
            /**
             * @description Left out: day
             * @enum {unknown}
             */
            unit?: "day" | "week" | "month";
        };
        LifecycleQuery: {
            /** @enum {unknown} */
            kind: "lifecycle";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            of?: components["schemas"]["AnalyticsEvents"];
            /**
             * @description Left out: week
             * @enum {unknown}
             */
            unit?: "day" | "week" | "month";
        };
        SessionsQuery: {
            /** @enum {unknown} */
            kind: "sessions";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            of?: components["schemas"]["AnalyticsEvents"];
            /** @description Of a session; 30 minutes */
            gap?: components["schemas"]["AnalyticsDuration"];
            /**
             * @description Left out: day
             * @enum {unknown}
             */
            unit?: "hour" | "day" | "week" | "month" | "whole";
        };
        CompareQuery: {
            /** @enum {unknown} */
            kind: "compare";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            /** @description The first is what the others are compared with */
            cohorts: {
                /** @description Of no other cohort */
                name?: string;
                /** @description A rule over a person; left out: everybody */
                who?: Record<string, unknown>;
            }[];
            /** @description A segmentation, funnel, retention or stickiness without range, zone, who, where and breakdown */
            query: Record<string, unknown>;
        };
        CorrelationQuery: {
            /** @enum {unknown} */
            kind: "correlation";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            from: components["schemas"]["AnalyticsEvents"];
            /** @description The conversion */
            to: components["schemas"]["AnalyticsEvents"];
            /** @description 7 days */
            window?: components["schemas"]["AnalyticsDuration"];
            /** @description Of the first event of `from`. Left out: channel, store, device.type, campaign.source */
            properties?: "all" | components["schemas"]["AnalyticsProperty"][];
            /** @description Names: texts, numbers and truths of the person as they are now, computed ones too. Left out: none */
            traits?: string[];
            /** @description Done before it. Left out: all */
            events?: "all" | components["schemas"]["AnalyticsEvents"][];
            /** @description With a candidate, and without it; 30 */
            min_people?: number;
            /** @description Of false discoveries; 0.05 */
            level?: number;
            /** @description Rows; 100 */
            limit?: number;
        };
        FrictionQuery: {
            /** @enum {unknown} */
            kind: "friction";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            steps: components["schemas"]["AnalyticsEvents"][];
            /** @description 7 days */
            window?: components["schemas"]["AnalyticsDuration"];
            /** @description Of a session; 30 minutes */
            gap?: components["schemas"]["AnalyticsDuration"];
            /** @description From and to; left out: as long a time, right before */
            baseline?: components["schemas"]["AnalyticsRange"];
            /** @description Left out: the usual names */
            errors?: components["schemas"]["AnalyticsEvents"][];
            /** @description Searches that found nothing; Products Searched with results at most 0 */
            empty?: components["schemas"]["AnalyticsEvents"];
            /** @description Of a step's event in one session; 3 */
            repeats?: number;
        };
        JourneyQuery: {
            /** @enum {unknown} */
            kind: "journey";
            range?: components["schemas"]["AnalyticsRange"];
            /** @description IANA name of a time zone; UTC */
            zone?: string;
            /** @description A rule over a person (docs/rules.md): only these people count. {"report": ID}: that of a saved question */
            who?: Record<string, unknown>;
            /** @description A condition on an event (docs/rules.md) */
            where?: Record<string, unknown>;
            /** @description Left out: eleven of a shop */
            stages?: {
                event?: string | string[];
                /** @description A condition on an event (docs/rules.md) */
                where?: Record<string, unknown>;
                /** @description Of no other stage */
                name?: string;
                /** @description Only what a person did before; false */
                again?: boolean;
            }[];
            /** @description From and to; left out: as long a time, right before */
            baseline?: components["schemas"]["AnalyticsRange"];
            /** @description Left out: the usual names */
            errors?: components["schemas"]["AnalyticsEvents"][];
            /** @description Searches that found nothing; Products Searched with results at most 0 */
            empty?: components["schemas"]["AnalyticsEvents"];
        };
        /** @description Which number; indices count from 0 */
        AnalyticsCell: {
            /** @description Index in `data`, or the value itself; 0 */
            value?: number | string | null;
            /** @description Of a segmentation */
            series?: number;
            /** @description Of a segmentation, lifecycle or sessions: index in `periods` */
            period?: number;
            /** @description Of a funnel or friction, from 1 */
            step?: number;
            /** @description Of a funnel: those that came to the step before, and not to this; false */
            dropped?: boolean;
            /** @description Of a retention: index in `cohorts` */
            cohort?: number;
            /** @description Of a retention: index in `back`; left out: all of the cohort */
            back?: number;
            /** @description Of paths: index in `edges` */
            edge?: number;
            /** @description Of a stickiness or correlation: index in `data` */
            row?: number;
            /**
             * @description Of a lifecycle
             * @enum {unknown}
             */
            state?: "new" | "returning" | "resurrecting" | "dormant";
            /** @description Of a comparison: index in `cohorts`; 0 */
            among?: number;
            /** @description Of a correlation; left out: both */
            converted?: boolean;
            /** @description Of a friction or journey: for whom it holds; of step_time: who took as long as the percentile, or longer */
            measure?: components["schemas"]["AnalyticsMeasureName"];
            /** @description Of a friction or journey: of its baseline; false */
            then?: boolean;
            /** @description Of a journey: index in `stages` */
            stage?: number;
            /** @description Of a journey: who moved from the stage to this one */
            to?: number;
            /** @description Of a journey: who came to a later stage */
            going_on?: boolean;
            /** @description Of a journey: who was in the stage in it */
            channel?: string | null;
        };
        AnalyticsPerson: {
            id: components["schemas"]["ProfileId"];
            /** @description May be empty */
            name: string;
            /** @description What else tells who it is; may be empty */
            detail: string;
        };
        AnalyticsAnswer: components["schemas"]["SegmentationAnswer"] | components["schemas"]["FunnelAnswer"] | components["schemas"]["RetentionAnswer"] | components["schemas"]["PathsAnswer"] | components["schemas"]["StickinessAnswer"] | components["schemas"]["LifecycleAnswer"] | components["schemas"]["SessionsAnswer"] | components["schemas"]["CompareAnswer"] | components["schemas"]["CorrelationAnswer"] | components["schemas"]["FrictionAnswer"] | components["schemas"]["JourneyAnswer"];
        AnalyticsAnswerRange: {
            from: components["schemas"]["Time"];
            to: components["schemas"]["Time"];
            zone: string;
        };
        AnalyticsWatermark: {
            /** @description Events below it are in the answer */
            position: number;
            /** @description Acknowledged ones that are not yet */
            behind: number;
        };
        /** @description The first instant of each */
        AnalyticsPeriods: components["schemas"]["Time"][];
        /** @description Of the breakdown; null: the event has none, or there is no breakdown */
        AnalyticsValue: string | null;
        /** @description An event; null where the path ends (or, of paths to an event, begins) */
        AnalyticsNode: {
            type: string;
            name: string;
        } | null;
        SegmentationAnswer: {
            /** @enum {unknown} */
            kind: "segmentation";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            periods: components["schemas"]["AnalyticsPeriods"];
            /** @description Those of the query, then the formulae */
            series: {
                name: string;
                /** @enum {unknown} */
                measure: "total" | "uniques" | "sum" | "average" | "least" | "most" | "quantile" | "formula";
            }[];
            data: {
                value: components["schemas"]["AnalyticsValue"];
                series: {
                    /** @description Of each period */
                    values: (number | null)[];
                    /** @description Events, of uniques people; formulae have none */
                    n?: number[];
                }[];
            }[];
            /** @description Of a breakdown: values that are not shown */
            values_left?: number;
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        FunnelAnswer: {
            /** @enum {unknown} */
            kind: "funnel";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            data: {
                value: components["schemas"]["AnalyticsValue"];
                steps: {
                    name: string;
                    people: number;
                    /** @description Seconds from the step before; null where nobody came */
                    mean_s: number | null;
                    median_s: number | null;
                }[];
            }[];
            /** @description Of a breakdown: values that are not shown */
            values_left?: number;
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        RetentionAnswer: {
            /** @enum {unknown} */
            kind: "retention";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            periods: components["schemas"]["AnalyticsPeriods"];
            brackets: number[] | null;
            data: {
                value: components["schemas"]["AnalyticsValue"];
                cohorts: {
                    /** @description Index in `periods` */
                    period: number;
                    people: number;
                    /** @description People who came back, by period behind the cohort's or by bracket */
                    back: number[];
                }[];
            }[];
            /** @description Of a breakdown: values that are not shown */
            values_left?: number;
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        PathsAnswer: {
            /** @enum {unknown} */
            kind: "paths";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            edges: {
                /** @description Counted from the event that the paths begin with, or end with */
                depth: number;
                from: components["schemas"]["AnalyticsNode"];
                to: components["schemas"]["AnalyticsNode"];
                count: number;
            }[];
            /** @description Not shown */
            edges_left: number;
            paths: number;
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        StickinessAnswer: {
            /** @enum {unknown} */
            kind: "stickiness";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            periods: components["schemas"]["AnalyticsPeriods"];
            data: {
                /** @description In how many */
                periods: number;
                people: number;
            }[];
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        LifecycleAnswer: {
            /** @enum {unknown} */
            kind: "lifecycle";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            periods: components["schemas"]["AnalyticsPeriods"];
            data: {
                new: number;
                returning: number;
                resurrecting: number;
                dormant: number;
            }[];
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        SessionsAnswer: {
            /** @enum {unknown} */
            kind: "sessions";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            periods: components["schemas"]["AnalyticsPeriods"];
            data: {
                sessions: number;
                people: number;
                /** @description Length; null where there is no session */
                median_s: number | null;
                mean_s: number | null;
                mean_events: number | null;
            }[];
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        /** @enum {unknown} */
        AnalyticsMeasureName: "drop_off" | "back_steps" | "repeats" | "errors" | "empty_searches" | "hand_over" | "step_time";
        /** @description Of the first cohort, of this one */
        AnalyticsShares: (number | null)[];
        /** @description Of shares: this cohort's minus the first one's */
        AnalyticsDifference: {
            /** @description Of a funnel */
            step?: number;
            /**
             * @description Of a funnel: of those who came to the step before, or to the first
             * @enum {unknown}
             */
            of?: "step" | "first";
            /** @description Of a retention */
            back?: number;
            /** @description Of a stickiness: people with at least so many periods */
            row?: number;
            n: components["schemas"]["AnalyticsShares"];
            count: components["schemas"]["AnalyticsShares"];
            rate: components["schemas"]["AnalyticsShares"];
            difference: number | null;
            low: number | null;
            high: number | null;
            p: number | null;
            /** @description The interval is on one side of 0 */
            distinct: boolean | null;
        };
        AnalyticsMeasure: {
            measure: components["schemas"]["AnalyticsMeasureName"];
            n: number;
            /** @description null of step_time */
            count: number | null;
            /** @description A share; of step_time seconds, at the 90th percentile */
            value: number | null;
            n_then: number;
            /** @description null of step_time */
            count_then: number | null;
            value_then: number | null;
            /** @description Now minus then */
            difference: number | null;
            low: number | null;
            high: number | null;
            /** @description More than then beyond the interval */
            worse: boolean;
            /** @description Less than then beyond the interval */
            better: boolean;
        };
        AnalyticsBaseline: {
            from: components["schemas"]["Time"];
            to: components["schemas"]["Time"];
        };
        CompareAnswer: {
            /** @enum {unknown} */
            kind: "compare";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            /** @enum {unknown} */
            of: "segmentation" | "funnel" | "retention" | "stickiness";
            cohorts: {
                name: string;
                /** @description For whom the rule holds; null: everybody */
                persons: number | null;
                periods?: components["schemas"]["AnalyticsPeriods"];
                series?: Record<string, unknown>[];
                brackets?: number[] | null;
                data: Record<string, unknown>[];
                /** @description With an event of the query */
                people: number;
                /** @description Events read */
                rows: number;
            }[];
            /**
             * @description Of the intervals: two of Wilson's
             * @enum {unknown}
             */
            method: "newcombe";
            /** @description Of the intervals */
            level: number;
            differences: {
                /** @description Index in `cohorts` */
                cohort: number;
                /** @description People of both cohorts */
                overlap: number;
                items: components["schemas"]["AnalyticsDifference"][];
            }[];
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        CorrelationAnswer: {
            /** @enum {unknown} */
            kind: "correlation";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            /** @description With an event of `from` */
            people_from: number;
            converted: number;
            rate: number | null;
            /** @description Candidates */
            tested: number;
            /** @description Candidates with fewer people than min_people */
            too_few: number;
            /** @description Tested, not shown */
            rows_left: number;
            /** @description Values beyond the 100 most frequent */
            values_left: number;
            /** @description Properties and traits with too many values */
            skipped: {
                name: string;
                why: string;
            }[];
            /**
             * @description Of the intervals: two of Wilson's
             * @enum {unknown}
             */
            method: "newcombe";
            /** @enum {unknown} */
            correction: "benjamini-hochberg";
            /** @description Of false discoveries */
            level: number;
            data: {
                /** @enum {unknown} */
                of: "property" | "context" | "field" | "trait" | "event";
                name: string;
                /** @description null of events */
                value: string | null;
                with: number;
                converted_with: number;
                rate_with: number | null;
                without: number;
                converted_without: number;
                rate_without: number | null;
                /** @description Rate with by rate without */
                lift: number | null;
                difference: number | null;
                low: number | null;
                high: number | null;
                p: number;
                /** @enum {unknown} */
                test: "z" | "fisher";
                q: number;
                /** @description q is at most the level */
                significant: boolean;
            }[];
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        FrictionAnswer: {
            /** @enum {unknown} */
            kind: "friction";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            baseline: components["schemas"]["AnalyticsBaseline"];
            /**
             * @description Of the intervals: two of Wilson's
             * @enum {unknown}
             */
            method: "newcombe";
            /** @description Of the intervals */
            level: number;
            data: {
                name: string;
                people: number;
                people_then: number;
                /** @description None of the last step */
                measures: components["schemas"]["AnalyticsMeasure"][];
            }[];
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        JourneyAnswer: {
            /** @enum {unknown} */
            kind: "journey";
            /** @description As it is understood, with all members */
            query: Record<string, unknown>;
            range: components["schemas"]["AnalyticsAnswerRange"];
            baseline: components["schemas"]["AnalyticsBaseline"];
            /**
             * @description Of the intervals: two of Wilson's
             * @enum {unknown}
             */
            method: "newcombe";
            /** @description Of the intervals */
            level: number;
            stages: {
                name: string;
                people: number;
                people_then: number;
                events: number;
                visits: number;
                /** @description People who came to a later stage */
                going_on: number;
                going_on_share: number | null;
                /** @description People whose last visit this is */
                ended: number;
                /** @description From the begin of the visit before to that of the first one here */
                median_s: number | null;
                channels: {
                    channel: string | null;
                    people: number;
                }[];
                measures: components["schemas"]["AnalyticsMeasure"][];
            }[];
            flows: {
                /** @description Index in `stages` */
                from: number;
                /** @description Index in `stages` */
                to: number;
                people: number;
                moves: number;
            }[];
            /** @description With an event of the query */
            people: number;
            /** @description Events read */
            rows: number;
            watermark: components["schemas"]["AnalyticsWatermark"];
            exact: boolean;
            took_ms: number;
            /** @description The answer to the same question from before; nothing came in since */
            cached: boolean;
        };
        AuditEntry: {
            /** @description From 1 without gaps */
            seq: number;
            at: components["schemas"]["Time"];
            /** @description The content was erased: all below is null */
            erased: boolean;
            actor: {
                /** @enum {unknown} */
                kind: "system" | "socket" | "account" | "token";
                id: string;
                name: string;
                peer: string;
            } | null;
            /** @description Such as source.added */
            action: string | null;
            subject_type: string | null;
            subject: string | null;
            subject_name: string | null;
            /** @description What changed */
            detail: Record<string, unknown> | null;
        };
        AuditVerdict: {
            ok: boolean;
            /** @description Checked */
            entries: number;
            /** @description Of these, with erased content */
            erased: number;
            /** @description Of these, compared with the log */
            anchors: number;
            /** @description Hex; of the last entry that holds */
            last_link: string | null;
            problem: {
                /** @description The first bad entry */
                seq: number;
                reason: string;
            } | null;
        };
        Clock: {
            /** @enum {string} */
            kind: "real" | "sim";
            now: components["schemas"]["Time"];
            /** @description Times the machine's pace; 0 when it stands */
            speed: number;
        };
        ClockChange: {
            /** @description Times the machine's pace; 0 lets it stand */
            speed: number;
            /**
             * Format: date-time
             * @description What it shows from now on, within the years 2000 to 2099
             */
            now?: string;
        };
        StoreNow: {
            /**
             * @description no_hours: no calendar holds
             * @enum {unknown}
             */
            state: "open" | "closed" | "no_hours";
            /** @description When it opens or closes next; null: never, as far as is known */
            changes_at: components["schemas"]["TimeOrNull"];
        };
        Store: {
            code: string;
            name: string;
            zone: string;
            country: string;
            region: string;
            format: string;
            address: string;
            opened_on: string;
            closed_on: string;
            /** @description That are not retired */
            tills: number;
            now: components["schemas"]["StoreNow"];
            /** @description That it keeps now; empty: none */
            calendar: string;
            calendars: {
                /** @description null: always did */
                from: components["schemas"]["TimeOrNull"];
                calendar: string;
            }[];
            version: number;
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        Till: {
            store: string;
            code: string;
            name: string;
            /** @enum {unknown} */
            kind: "staffed" | "self_checkout" | "mobile";
            /** @enum {unknown} */
            state: "in_service" | "out_of_service" | "retired";
            version: number;
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        OpenDay: {
            /** Format: date */
            date: string;
            /** @description A calendar holds on it */
            hours: boolean;
            holiday: boolean;
            /** @description Other hours than those of its weekday, or breaks */
            special: boolean;
            /** @description Of the holiday; may be empty */
            name: string;
            windows: {
                /** @description Wall clock, 09:00 */
                from: string;
                /** @description Wall clock; 24:00 is midnight at its end */
                to: string;
                opens_at: components["schemas"]["Time"];
                closes_at: components["schemas"]["Time"];
            }[];
        };
        HoursCalendarRow: {
            id: string;
            name: string;
            /** @description Of the newest version; empty: the store's */
            zone: string;
            /** @description Since when, or from when, the newest version holds; null: always did */
            from: components["schemas"]["TimeOrNull"];
            /** @description That keep it, did, or are to */
            stores: number;
            version: number;
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        HoursCalendar: {
            id: string;
            name: string;
            stores: number;
            /** @description Ascending; each holds until the next one does */
            versions: {
                /** @description null: always did */
                from: components["schemas"]["TimeOrNull"];
                zone: string;
                calendar: Record<string, unknown>;
                changed_at: components["schemas"]["Time"];
                changed_by: string;
            }[];
            version: number;
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        ComputedTraitEdit: {
            /** @description As it stands in profiles; unique */
            name: string;
            /** @default  */
            description: string;
            /** @description As in docs/rules.md */
            fold: Record<string, unknown>;
        };
        ComputedTrait: {
            /** Format: uuid */
            id: string;
            name: string;
            description: string;
            /** @description As in docs/rules.md, normalised */
            fold: Record<string, unknown>;
            created_at: components["schemas"]["Time"];
            changed_at: components["schemas"]["Time"];
            /** @description Name of whoever saved it last */
            changed_by: string;
            /**
             * @description backfill: earlier events are being read, and no person shows it yet
             * @enum {unknown}
             */
            state: "live" | "backfill";
            /** @description Of the back-fill; 1 when live */
            progress: number;
        };
        ProfileComputed: {
            name: string;
            /** @description Any JSON value; null: not known */
            value: unknown;
            /** @description The newest event or timer that it says, and it has not changed since; null: no event was ever of its kind */
            as_of: components["schemas"]["TimeOrNull"];
            /** @description Of the window */
            events: number;
            /** @description There are more events than are kept: a lower bound */
            cut: boolean;
            /** @description When it may change without an event; null: not */
            changes_at: components["schemas"]["TimeOrNull"];
        };
        /** @enum {unknown} */
        ConnectorKindName: "shopify" | "woocommerce" | "square" | "lightspeed" | "adobe" | "webhook";
        /** @description Texts by name, as the kind lists them */
        ConnectorSettings: Record<string, unknown>;
        /** @description Rules as in docs/connectors.md; of kind webhook only */
        ConnectorMapping: Record<string, unknown>;
        ConnectorAdd: {
            kind: components["schemas"]["ConnectorKindName"];
            name: string;
            /** @description Id or name of a source that is there */
            source?: string;
            /** @default true */
            enabled: boolean;
            secret?: string;
            settings?: components["schemas"]["ConnectorSettings"];
            mapping?: components["schemas"]["ConnectorMapping"];
        };
        ConnectorEdit: {
            name?: string;
            /** @description Id or name of a source that is there */
            source?: string;
            enabled?: boolean;
            settings?: components["schemas"]["ConnectorSettings"];
            mapping?: components["schemas"]["ConnectorMapping"];
            /** @description What was edited: as it was then */
            changed_at?: components["schemas"]["Time"];
        };
        ConnectorRotate: {
            secret?: string;
            /**
             * @description How long the secret before stays right
             * @default 24
             */
            keep_hours: number;
        };
        ConnectorPreviewAsk: {
            mapping: components["schemas"]["ConnectorMapping"];
            /** @description JSON text as the sender sends it */
            body?: string;
            /** @description Its newest body, where none is given */
            connector?: string;
        };
        ConnectorPreview: {
            events: Record<string, unknown>[];
            /** @description The body that it was */
            body: string;
        };
        ConnectorTest: {
            /** @description Of the sample, or of the body where the vendor names the topic outside of it */
            topic?: string;
            /** @description As the vendor sends it; left out: the sample of the topic; without a topic the newest that came within the hour, else the first sample */
            body?: string;
        };
        ConnectorTested: {
            /** @description Signed here and found right by the check of every delivery */
            signed: boolean;
            /** @description Why not; a kind with a public key cannot be signed for, and is tried all the same */
            unsigned_why: string | null;
            topic: string | null;
            /**
             * @description What the delivery would come to; landed: before the intake has looked at its events
             * @enum {unknown}
             */
            result: "landed" | "stale" | "ignored" | "privacy" | "quarantined" | "disabled" | "unsigned" | "too_large" | "failed";
            /** @description Null when it would land */
            reason: string | null;
            /** @description What the mapping makes, the new ones first */
            events: Record<string, unknown>[];
            /** @description So many of the last events are known already and would not be told */
            left_out: number;
            /** @description What was tried; without the form that it is put into */
            body: string;
        };
        ConnectorField: {
            name: string;
            title: string;
            help: string;
            required: boolean;
            max: number;
            choices: string[] | null;
            fallback: string | null;
        };
        ConnectorKinds: {
            data: {
                name: components["schemas"]["ConnectorKindName"];
                title: string;
                help: string;
                /**
                 * @description Given by the vendor, made here, or none
                 * @enum {unknown}
                 */
                secret: "none" | "given" | "made";
                secret_title: string;
                secret_help: string;
                /** @description Name of the header that carries it */
                signature: string;
                /** @description What to subscribe to */
                topics: string[];
                /** @description Topics of which a sample can be tried */
                samples: string[];
                /** @description People write its mapping */
                mapped: boolean;
                fields: components["schemas"]["ConnectorField"][];
            }[];
            next_cursor: null;
        };
        ConnectorHealth: {
            /** @description Signed ones */
            deliveries: number;
            events: number;
            duplicates: number;
            /** @description Deliveries that could not be mapped */
            quarantined: number;
            /** @description Deliveries older than what was known */
            stale: number;
            ignored: number;
            privacy: number;
            /** @description Since the start of the server */
            unsigned: number;
            /** @description Since the start of the server */
            failed: number;
            /** @description Since the start of the server */
            disabled: number;
            last_success_at: components["schemas"]["TimeOrNull"];
            last_failure_at: components["schemas"]["TimeOrNull"];
            /** @description Null when the newest delivery was good */
            last_error: string | null;
            /** @description Signed deliveries in each minute of the last hour, the newest last */
            per_minute: number[];
        };
        Connector: {
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["ConnectorKindName"];
            name: string;
            source: {
                id: string;
                name: string;
            } | null;
            enabled: boolean;
            /** @description Where its deliveries go, behind the address of this server */
            path: string;
            has_secret: boolean;
            previous_until: components["schemas"]["TimeOrNull"];
            settings: {
                [key: string]: string;
            };
            mapping: Record<string, unknown> | null;
            health: components["schemas"]["ConnectorHealth"];
            created_at: components["schemas"]["Time"];
            created_by: string;
            changed_at: components["schemas"]["Time"];
        };
        ConnectorMade: {
            connector: components["schemas"]["Connector"];
            /** @description Made here and shown this once; null when it was given */
            secret: string | null;
        };
        ConnectorPage: {
            data: components["schemas"]["Connector"][];
            next_cursor: null;
        };
        ConnectorDeliveries: {
            data: {
                /** @description Of the connector, rising; null for those that were refused */
                number: number | null;
                at: components["schemas"]["Time"];
                /** @description What it was answered */
                status: number;
                /** @enum {unknown} */
                result: "landed" | "stale" | "ignored" | "privacy" | "quarantined" | "disabled" | "unsigned" | "too_large" | "failed";
                topic: string | null;
                /** @description The vendor's id of it */
                delivery: string | null;
                peer: string | null;
                agent: string | null;
                /** @description Null when it landed */
                reason: string | null;
                events: number;
                duplicates: number;
                bytes: number;
            }[];
            next_cursor: null;
        };
        ConsentPurposeEdit: {
            /** @description As customers read it; at most 100 bytes */
            name: string;
            /**
             * @description As customers read it; at most 1,000 bytes
             * @default
             */
            description: string;
            /**
             * @description Legal basis. Where nothing was decided: consent is refused, the others are allowed until somebody objects
             * @enum {unknown}
             */
            basis: "consent" | "contract" | "legal_obligation" | "vital_interests" | "public_task" | "legitimate_interests";
            /**
             * @description Of the text that customers read; it stands with every decision made on it
             * @default
             */
            text_version: string;
            /** @description Purposes of messages that it covers */
            messages?: string[];
            channels?: string[];
            /** @description What consent managers call it; its id always means it */
            categories?: string[];
            /** @description How long events are kept, by class (docs/consent.md): what fewer days drop does not come back */
            retention?: components["schemas"]["ConsentRetention"][];
        };
        ConsentRetention: {
            /**
             * @description track, identify, page, screen, group, alias; empty: any
             * @default
             */
            type: string;
            /**
             * @description Of the event; * at its end stands for any rest; empty: any
             * @default
             */
            name: string;
            days: number;
        };
        RetentionClass: {
            /** @description Empty: any but identify, alias and group */
            type: string;
            name: string;
            /** @description The fewest of the purposes that have the class */
            days: number;
            /** @description That have it */
            purposes: number;
            /** @description What was received before it has been dropped. Null: nothing yet */
            dropped_before: components["schemas"]["TimeOrNull"];
            /** @description What was received before it is due now */
            due_before: components["schemas"]["TimeOrNull"];
            /** @description Dropped so far */
            events: number;
            /** @description Records dropped so far */
            quarantined: number;
            /** @description Removed so far; of the class of all events */
            import_files: number;
        };
        ConsentPurpose: {
            id: string;
            name: string;
            description: string;
            /** @enum {unknown} */
            basis: "consent" | "contract" | "legal_obligation" | "vital_interests" | "public_task" | "legitimate_interests";
            text_version: string;
            messages: string[];
            channels: string[];
            categories: string[];
            retention: components["schemas"]["ConsentRetention"][];
            version: number;
            /** @description Null: it came with Patron */
            created_at: components["schemas"]["TimeOrNull"];
            changed_at: components["schemas"]["TimeOrNull"];
            changed_by: string;
            /** @description Null: it is in use */
            archived_at: components["schemas"]["TimeOrNull"];
        };
        ConsentState: {
            purpose: string;
            name: string;
            /** @enum {unknown} */
            basis: "consent" | "contract" | "legal_obligation" | "vital_interests" | "public_task" | "legitimate_interests";
            /** @enum {unknown} */
            state: "granted" | "refused" | "default_granted" | "default_refused";
            /** @description Of the decision that holds; null where it is the default */
            at: components["schemas"]["TimeOrNull"];
            /** @description event, staff, page, unsubscribe */
            via: string | null;
            /** @description Of an event */
            source: components["schemas"]["ProfileSource"] | null;
            evidence: string | null;
            text_version: string | null;
            /** @description Who of the staff */
            by: string | null;
        };
        ConsentDecision: {
            purpose: string;
            granted: boolean;
            /** @description False: an event carried it along */
            declared: boolean;
            /** @description Of the event in the log */
            position: number;
            at: components["schemas"]["Time"];
            /** @description event, staff, page, unsubscribe */
            via: string;
            source: components["schemas"]["ProfileSource"] | null;
            evidence: string | null;
            text_version: string | null;
            page: string | null;
            ip: string | null;
            by: string | null;
        };
        Suppression: {
            /** @description Keyed hash of the address */
            id: string;
            /** @enum {unknown} */
            channel: "email" | "phone";
            /** @enum {unknown} */
            reason: "unsubscribed" | "bounced" | "complaint" | "manual" | "erased";
            since: components["schemas"]["Time"];
            /** @description a***@d***.com; null of somebody who was erased */
            masked: string | null;
            /** @description Who added it */
            by: string | null;
        };
        /** @enum {unknown} */
        TicketLinkKind: "duplicate_of" | "child_of" | "caused_by" | "related_to";
        /** @description How the priority was found: the strongest reason wins, none lowers, then the peak calendar raises */
        TicketWhy: {
            reasons: {
                /** @enum {unknown} */
                rule: "category" | "matrix" | "impact_urgency" | "label" | "peak";
                row?: string;
                touchpoint?: string;
                /** @enum {unknown} */
                scope?: "single" | "store" | "several" | "widespread";
                /** @enum {unknown} */
                impact?: "high" | "medium" | "low";
                /** @enum {unknown} */
                urgency?: "high" | "medium" | "low";
                name?: string;
                raise?: number;
                from?: number;
                priority: number;
            }[];
            priority: number;
            /**
             * @description The rule that decided
             * @enum {unknown}
             */
            because: "category" | "matrix" | "impact_urgency" | "label" | "peak" | "none";
        };
        /** @description What is left out stays. Empty takes a value away. */
        TicketEdit: {
            version?: number;
            /** @enum {unknown} */
            state?: "new" | "in_progress" | "waiting" | "resolved" | "closed" | "cancelled";
            /**
             * @description Of a waiting ticket
             * @enum {unknown}
             */
            waiting_for?: "" | "requester" | "vendor" | "change";
            title?: string;
            description?: string;
            requester?: string;
            store?: string;
            till?: string;
            channel?: string;
            category?: string;
            services?: string[];
            touchpoints?: string[];
            /** @enum {unknown} */
            impact?: "" | "high" | "medium" | "low";
            /** @enum {unknown} */
            urgency?: "" | "high" | "medium" | "low";
            /**
             * @description What somebody calls it: raises the priority, never lowers it
             * @enum {unknown}
             */
            label?: "" | "P1" | "P2" | "P3" | "P4" | "P5";
            queue?: string;
            assignee?: string;
            watchers?: string[];
            /** @description How it was solved */
            resolution?: string;
            /** @description Fields of one's own */
            custom?: Record<string, unknown>;
            /** @description Of a major incident: account */
            commander?: string;
            /** @description Of a major incident: what was learnt */
            review?: string;
            note?: string;
            /**
             * @description The note is an answer to the requester, who may read it
             * @default false
             */
            public: boolean;
            /**
             * @description The note is the requester's: a wait for them ends, a solution is open again
             * @default false
             */
            from_requester: boolean;
            /**
             * @description Somebody has seen it
             * @default false
             */
            acknowledge: boolean;
            /** @description Declares a major incident, or ends that */
            major?: boolean;
        };
        Ticket: {
            /** @description What people call it: INC-1024 */
            key: string;
            number: number;
            /** @description Rises with every change */
            version: number;
            /** @enum {unknown} */
            type: "incident" | "service_request" | "problem" | "change";
            /** @enum {unknown} */
            state: "new" | "in_progress" | "waiting" | "resolved" | "closed" | "cancelled";
            /** @enum {unknown} */
            waiting_for: "" | "requester" | "vendor" | "change";
            priority: number;
            why: components["schemas"]["TicketWhy"];
            /** @description That the priority was found by */
            policy_version: number;
            title: string;
            description: string;
            requester: string;
            store: string;
            till: string;
            channel: string;
            category: string;
            services: string[];
            touchpoints: string[];
            /** @enum {unknown} */
            impact: "" | "high" | "medium" | "low";
            /** @enum {unknown} */
            urgency: "" | "high" | "medium" | "low";
            /** @enum {unknown} */
            label: "" | "P1" | "P2" | "P3" | "P4" | "P5";
            queue: string;
            assignee: string;
            watchers: string[];
            resolution: string;
            custom: Record<string, unknown>;
            commander: string;
            review: string;
            reports: number;
            /** @description Affected */
            stores: number;
            tills: number;
            customers: number;
            major: boolean;
            /** @description Number of the ticket */
            merged_into: number | null;
            opened_at: components["schemas"]["Time"];
            changed_at: components["schemas"]["Time"];
            last_report_at: components["schemas"]["TimeOrNull"];
            acknowledged_at: components["schemas"]["TimeOrNull"];
            replied_at: components["schemas"]["TimeOrNull"];
            resolved_at: components["schemas"]["TimeOrNull"];
            closed_at: components["schemas"]["TimeOrNull"];
            due_at: components["schemas"]["TimeOrNull"];
            /**
             * @description Whose deadline comes first
             * @enum {unknown}
             */
            due_clock: "response" | "next_response" | "resolution" | "ola" | "vendor" | null;
            /**
             * @description As of this answer; none: nothing is promised
             * @enum {unknown}
             */
            due_state: "none" | "running" | "paused" | "at_risk" | "breached";
            /**
             * @description Of sentiment: -0.5 and below, -0.05 and below, between, 0.05 and above; none: nothing was read
             * @enum {unknown}
             */
            mood: "none" | "very_negative" | "negative" | "neutral" | "positive";
            /** @description Of the latest message in its conversation */
            sentiment: number | null;
            /** @description Of all messages and of reports that joined */
            sentiment_lowest: number | null;
            /** @description How much the latest message presses */
            tone_urgency: number | null;
        };
        TicketPage: {
            ticket: components["schemas"]["Ticket"];
            links: {
                kind: components["schemas"]["TicketLinkKind"];
                /** @description The other one says it of this one */
                inverse: boolean;
                key: string;
                number: number;
                /** @enum {unknown} */
                type: "incident" | "service_request" | "problem" | "change";
                /** @enum {unknown} */
                state: "new" | "in_progress" | "waiting" | "resolved" | "closed" | "cancelled";
                priority: number;
                title: string;
            }[];
        };
        TicketEvent: {
            seq: number;
            at: components["schemas"]["Time"];
            /** @enum {unknown} */
            what: "opened" | "triaged" | "routed" | "joined" | "parted" | "changed" | "note" | "answered" | "confirmed" | "acknowledged" | "merged" | "linked" | "unlinked" | "escalated" | "vendor_answered" | "attached" | "detached" | "sla_at_risk" | "sla_breached" | "sla_escalated" | "update_overdue" | "erased";
            public: boolean;
            by: {
                kind: string;
                id: string;
                name: string;
            };
            /** @description By field: [before, after] */
            changes: Record<string, unknown>;
            /** @description A note, or what was said */
            text: string;
        };
        TicketReport: {
            report: number;
            at: components["schemas"]["Time"];
            requester: string;
            store: string;
            till: string;
            channel: string;
            text: string;
            /** @description Name of whoever wrote it down */
            by: string;
            stores: number;
            tills: number;
            customers: number;
        };
        /** @description docs/desk.md says what stands in it */
        DeskPolicy: Record<string, unknown>;
        DeskPolicyVersion: {
            version: number;
            policy: components["schemas"]["DeskPolicy"];
            changed_at: components["schemas"]["TimeOrNull"];
            changed_by: string;
        };
        DeskRecord: {
            id: string;
            name: string;
            /** @description By kind */
            record: Record<string, unknown>;
            version: number;
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        TicketEscalation: {
            escalation: number;
            vendor: string;
            contract: string;
            contact: string;
            message: string;
            sent_at: components["schemas"]["Time"];
            sent_by: string;
            due_at: components["schemas"]["TimeOrNull"];
            answered_at: components["schemas"]["TimeOrNull"];
            answer: string;
        };
        TicketAttachment: {
            /** @description Its number */
            attachment: number;
            /** @description Number of the report that it belongs to */
            report: number | null;
            at: components["schemas"]["Time"];
            name: string;
            /** @description As Content-Type */
            type: string;
            bytes: number;
            /** @description Of the bytes */
            sha256: string;
            public: boolean;
            by: {
                kind: string;
                id: string;
                name: string;
            };
        };
        DestinationAdd: {
            name: string;
            /** @description Name of a kind */
            kind: string;
            /** @description Texts by the names of the kind's fields */
            settings: Record<string, unknown>;
            /** @description Only events for which this condition on them and on their person's traits holds (docs/rules.md); null: all */
            filter?: Record<string, unknown> | null;
            /** @description Rows {"to", "from"}, {"to", "trait"} or {"to", "value"}: a path in the event, a trait of its person, a fixed value; null: none */
            mapping?: unknown[] | null;
            /** @description Rows {"name", "as"}: only these events, and what they are called there; null: all */
            events?: unknown[] | null;
            /** @description Purposes that must all be allowed; left out: those of the kind */
            purposes?: unknown[] | null;
            enabled?: boolean;
            /** @description One request at a time */
            in_order?: boolean;
            /** @description Also events that imports brought */
            historical?: boolean;
            /** @description Events a second of redrives and replays; 500 */
            redrive_per_s?: number;
        };
        DestinationEdit: {
            name?: string;
            /** @description Those named are changed; null: back to its default */
            settings?: Record<string, unknown>;
            filter?: Record<string, unknown> | null;
            mapping?: unknown[] | null;
            events?: unknown[] | null;
            purposes?: unknown[] | null;
            enabled?: boolean;
            in_order?: boolean;
            historical?: boolean;
            redrive_per_s?: number;
        };
        Destination: {
            /** Format: uuid */
            id: string;
            name: string;
            kind: string;
            /** @description Without secrets */
            settings: {
                [key: string]: string;
            };
            /** @description Secret settings that have a value */
            secrets_set: string[];
            filter: Record<string, unknown> | null;
            mapping: Record<string, unknown>[] | null;
            events: Record<string, unknown>[] | null;
            purposes: string[];
            enabled: boolean;
            in_order: boolean;
            historical: boolean;
            redrive_per_s: number;
            version: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            changed_at: string;
            changed_by: string;
            /**
             * @description broken: it does not answer and is tried now and then; stopped: a person must see to it, see state_reason
             * @enum {string}
             */
            state: "running" | "paused" | "broken" | "stopped" | "disabled";
            state_reason: string | null;
            /**
             * Format: date-time
             * @description Nothing is sent before
             */
            waits_until: string | null;
            /** @description Everything before this position of the log is settled */
            position: number;
            log_end: number;
            /** @description Records of the log not yet settled */
            lag: number;
            /** @description Age of the oldest event that is not settled */
            lag_s: number;
            delivered: number;
            /** @description How often an event was put off */
            retried: number;
            requests: number;
            /** @description Events that wait to be tried again */
            waiting: number;
            /** @description Events that failed for good */
            dead: number;
            /** Format: date-time */
            last_success_at: string | null;
            /** Format: date-time */
            last_error_at: string | null;
            last_error: string | null;
            /** @description From receivedAt to the answer, over the last minutes */
            latency_p50_ms: number | null;
            latency_p99_ms: number | null;
            skipped: {
                reason: string;
                events: number;
            }[];
            failed: {
                reason: string;
                /** @enum {string} */
                state: "retry" | "dead";
                events: number;
            }[];
            /** @description Redrive or discard of dead letters */
            job: {
                /** @enum {string} */
                kind: "redrive" | "discard";
                reason: string | null;
                total: number;
                done: number;
            } | null;
            replay: {
                /** @enum {string} */
                state: "running" | "done" | "cancelled";
                from: number;
                until: number;
                next: number;
                sent: number;
            } | null;
        };
        DestinationPage: {
            data: components["schemas"]["Destination"][];
            next_cursor: string | null;
        };
        DestinationKinds: {
            data: {
                name: string;
                title: string;
                help: string;
                /** @description The receiver knows what it gets again */
                repeatable: boolean;
                /**
                 * @description What a mapping does
                 * @enum {string}
                 */
                mapping: "none" | "whole" | "fields";
                /** @description What a new one asks consent for */
                purposes: string[];
                fields: {
                    name: string;
                    title: string;
                    help: string;
                    secret: boolean;
                    required: boolean;
                    /** @description Bytes */
                    max: number;
                    fallback: string;
                    choices: string[] | null;
                }[];
            }[];
        };
        DestinationTest: {
            /** @description Of an event in the log; left out: a made-up order */
            position?: number;
        };
        DestinationTested: {
            sent: boolean;
            /** @description Why it was not sent */
            skipped: string | null;
            /** @description As it was sent, secrets as *** */
            request: string | null;
            /** @description HTTP; null: no answer, or a file */
            status: number | null;
            /** @description Its start */
            answer: string | null;
            /** @enum {string|null} */
            verdict: "delivered" | "again" | "refused" | "split" | "stop" | null;
            why: string | null;
            /** @description What was left out of the event */
            note: string | null;
            took_ms: number;
        };
        DeadLetterPage: {
            data: {
                position: number;
                reason: string;
                error: string;
                attempts: number;
                /** Format: date-time */
                failed_at: string;
                /** @description null, as the three below, when the log does not hold the event any more */
                type: string | null;
                event: string | null;
                message_id: string | null;
                /** Format: date-time */
                received_at: string | null;
            }[];
            next_cursor: string | null;
        };
        /** @description Nothing: all */
        DeadLetterChoice: {
            position?: number;
            reason?: string;
        };
        DeadLetterCount: {
            events: number;
        };
        /** @description Times or positions; until left out: as far as the destination is */
        DestinationReplay: {
            /** Format: date-time */
            from?: string;
            /** Format: date-time */
            until?: string;
            from_position?: number;
            until_position?: number;
        };
        DestinationSkipped: {
            data: {
                position: number;
                reason: string;
                detail: string | null;
                event: string;
                /** Format: date-time */
                at: string;
            }[];
        };
        Duplicate: {
            /**
             * Format: uuid
             * @description The same after every rebuild, while both persons keep their oldest identifier
             */
            id: string;
            /** @description Probability that the two are one person; of a decided pair that of the decision */
            score: number;
            /** @enum {unknown} */
            status: "open" | "accepted" | "refused";
            /** @description When the later of the two persons was first seen */
            found_at: components["schemas"]["Time"];
            /** @description Of an accepted pair twice the same, until it is parted again */
            persons: components["schemas"]["DuplicatePerson"][];
            /** @description By field; what only one of the two says is left out. Of a decided pair that of the decision */
            evidence: components["schemas"]["DuplicateEvidence"][];
            /** @description What forbids to accept an open pair as it is: a limit of the rules of identity */
            forbidden: string | null;
            decided_by: string | null;
            decided_at: components["schemas"]["TimeOrNull"];
            reason: string | null;
        };
        DuplicatePerson: {
            /** Format: uuid */
            id: string;
            /** @description For people: name, else mail, phone, user id; may be empty */
            name: string;
            /** @description The identifier that people know them by, mail before phone; may be empty */
            detail: string;
            events: number;
            last_seen_at: components["schemas"]["TimeOrNull"];
        };
        DuplicateEvidence: {
            /** @enum {unknown} */
            field: "first_name" | "last_name" | "email" | "phone" | "birthday" | "address";
            /** @enum {unknown} */
            kind: "same" | "similar" | "different";
            /** @description What the first of the two says, in its standard form */
            a: string;
            /** @description What the second says */
            b: string;
            /** @description Bits for (above 0) or against (below) one person: log2 of how much likelier this is of one person than of two */
            weight: number;
        };
        /** @enum {unknown} */
        Reason: "not_an_object" | "too_large" | "too_deep" | "no_type" | "no_id" | "no_event_name" | "message_id_too_long" | "wrong_type" | "plan_violation" | "unplanned_event" | "unmapped_delivery";
        /** @description A Segment call as received, with what Patron worked out. Absent stamps and ids are null. */
        ExportedEvent: {
            messageId: string | null;
            type: string | null;
            /** @description track: its name */
            event?: string | null;
            /** @description page and screen: its name */
            name?: string | null;
            userId?: string | null;
            anonymousId?: string | null;
            timestamp?: string | null;
            originalTimestamp?: string | null;
            sentAt?: string | null;
            receivedAt?: components["schemas"]["Time"];
            profile_id?: string | null;
            /** @description Of a quarantined text that is no event: the text itself */
            raw?: string;
            _patron: {
                partition?: number;
                /** @description Offset in the log */
                position: number;
                /** @enum {unknown} */
                class: "event" | "quarantine";
                /** @description Its name; patron: the server itself */
                source: string | null;
                source_id: string | null;
                flags: string[];
                /** @description The v1 name that was received */
                received_name?: string;
                /** @description Position of the quarantined record */
                redrive_of?: number;
                reason?: components["schemas"]["Reason"];
                detail?: string;
                /** @description What the tracking plan found */
                plan?: Record<string, unknown>;
            };
        };
        Quarantined: {
            position: number;
            source?: string | null;
            source_id?: string | null;
            reason: components["schemas"]["Reason"];
            detail?: string;
            received_at: components["schemas"]["Time"];
            bytes: number;
            redriven_as?: number | null;
        };
        SourceStats: {
            source?: string | null;
            source_id?: string | null;
            enabled?: boolean;
            events?: number;
            quarantined?: number;
            bytes?: number;
            flagged?: number;
            first_at?: components["schemas"]["TimeOrNull"];
            last_at?: components["schemas"]["TimeOrNull"];
            by_type?: {
                [key: string]: number;
            };
            names?: {
                name?: string;
                events?: number;
            }[];
        };
        ExportJobEdit: {
            /** @description Unique; files begin with it */
            name: string;
            /** @description Id of the saved question */
            report: string;
            /**
             * @description Its rows; the people behind `cell`; events of people that an event set of the query holds, in log order
             * @default answer
             * @enum {unknown}
             */
            what: "answer" | "people" | "events";
            /**
             * @description parquet takes DuckDB's library on the server (409 says what is missing)
             * @default csv
             * @enum {unknown}
             */
            format: "csv" | "jsonl" | "parquet";
            cell?: components["schemas"]["AnalyticsCell"];
            /** @enum {unknown} */
            every: "hour" | "day" | "week";
            /**
             * @description Minute of the local day; of `hour` that of the hour
             * @default 0
             */
            at_min: number;
            /**
             * @description Of `week`: 1 is Monday
             * @default 1
             */
            weekday: number;
            /**
             * @description IANA name
             * @default UTC
             */
            zone: string;
            /**
             * @description Path below export.root, made when missing; no part begins with a dot
             * @default
             */
            folder: string;
            /**
             * @description Id of a destination that takes files, paused or not; then `folder` stands in front of the file's name there. Left out: files stay in the folder
             * @default
             */
            destination: string;
            /**
             * @description The newest so many files stay, older ones are removed
             * @default 30
             */
            keep_files: number;
            /** @default true */
            enabled: boolean;
            /**
             * @description Of a save: as it was read
             * @default 0
             */
            version: number;
        };
        ExportRun: {
            number: number;
            /** @enum {unknown} */
            cause: "schedule" | "person";
            /**
             * @description interrupted: by a stop of the server, then it runs again, or by a change of the export
             * @enum {unknown}
             */
            outcome: "waiting" | "running" | "done" | "failed" | "interrupted";
            reason: string | null;
            due_at: components["schemas"]["Time"];
            started_at: components["schemas"]["Time"];
            /** Format: date-time */
            finished_at: string | null;
            rows: number;
            bytes: number;
            /** @description Of the machine's time */
            took_ms: number;
            /** @description Path below export.root, or its name at the destination; null: none, or removed since */
            file: string | null;
            /**
             * @description To the destination. none: the folder is the end; waiting: it is tried again, up to 14 times; failed: it is not
             * @enum {unknown}
             */
            sending: "none" | "waiting" | "sent" | "failed";
            /** @description That failed */
            tries: number;
            /**
             * Format: date-time
             * @description When it is tried next
             */
            try_at: string | null;
            /** Format: date-time */
            sent_at: string | null;
            /** @description Where it was sent to */
            place: string | null;
            /** @description Why the last try failed */
            trouble: string | null;
        };
        ExportJob: {
            /** Format: uuid */
            id: string;
            name: string;
            /** Format: uuid */
            report: string;
            report_name: string;
            /** @enum {unknown} */
            what: "answer" | "people" | "events";
            /** @enum {unknown} */
            format: "csv" | "jsonl" | "parquet";
            cell: Record<string, unknown>;
            /** @enum {unknown} */
            every: "hour" | "day" | "week";
            at_min: number;
            weekday: number;
            zone: string;
            folder: string;
            /** Format: uuid */
            destination: string | null;
            keep_files: number;
            enabled: boolean;
            /** @description Rises with every change */
            version: number;
            /**
             * Format: date-time
             * @description When it runs next; null: it is paused
             */
            due_at: string | null;
            /** @description Runs in a row that failed */
            failures: number;
            last: components["schemas"]["ExportRun"] | null;
            created_at: components["schemas"]["Time"];
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        /**
         * Format: uuid
         * @description Follows from what makes the group: the same after a rebuild
         */
        GroupId: string;
        /** @enum {unknown} */
        GroupKind: "account" | "household";
        /** @description What makes it one, for people: "group id acme", "household id H-12", "same last name and postal address: meier, 10115 berlin, hauptstr 1" */
        GroupHow: string;
        /** @description Customers; of an account with more than 1,000 identifiers those that its first 1,000 belong to */
        GroupMemberCount: number;
        ProfileGroup: {
            id: components["schemas"]["GroupId"];
            kind: components["schemas"]["GroupKind"];
            name: string;
            how: components["schemas"]["GroupHow"];
            members: components["schemas"]["GroupMemberCount"];
        };
        /**
         * @description How values are normalised: without space around; and in lower case; and with one @; digits behind a +; in upper case without spaces and dashes
         * @enum {unknown}
         */
        IdentityForm: "trim" | "lower" | "email" | "phone" | "card";
        /**
         * @description unique: joins whoever shares it, within the limits; login: of a sign-in: no event makes one person of two; immutable: one a person, and no event takes it to another
         * @enum {unknown}
         */
        IdentityMode: "unique" | "login" | "immutable";
        /** @description ISO 3166, with the form phone: numbers without a country are that country's, and all are written as E.164 where they fit their country. Null: they stay as sent */
        IdentityCountry: string | null;
        IdentityType: {
            name: string;
            /** @description 1 is the highest; ties by name */
            priority: number;
            /** @description Values that a person may have, ever; 1 where the mode is immutable */
            limit: number;
            form: components["schemas"]["IdentityForm"];
            mode: components["schemas"]["IdentityMode"];
            country: components["schemas"]["IdentityCountry"];
        };
        IdentityRules: {
            version: number;
            changed_at: components["schemas"]["Time"];
            /** @description Null: the server itself, with its defaults */
            changed_by: string | null;
            /** @description Offset in the log from where they hold; null: the feed is carrying the change there, or they are the first ones */
            position: number | null;
            /** @description The last rebuild */
            rebuilt: components["schemas"]["IdentityRebuild"] | null;
            types: components["schemas"]["IdentityType"][];
            /** @description Types that no row names */
            other: {
                priority: number;
                limit: number;
                form: components["schemas"]["IdentityForm"];
                mode: components["schemas"]["IdentityMode"];
                country: components["schemas"]["IdentityCountry"];
            };
            /** @description Values that are nobody's */
            blocked: string[];
            /** @description Identifiers that a person may come to have */
            merge_cap: number;
            /** @description Whose word holds for a trait: the first source of its list before the later ones, and those before all that are not in it; of one source, what an identify said, then the newer */
            traits: {
                name: string;
                sources: string[];
            }[];
        };
        IdentityRebuild: {
            number: number;
            /** @description Of the rules that hold for all of history before it */
            version: number;
            at: components["schemas"]["Time"];
            by: string;
            reason: string;
            /** @description The customers shown are those of this rebuild; while the log is being read again, as far as it has been */
            begun: boolean;
        };
        IdentityPreviewPerson: {
            /** @description Null: of a person who would be */
            id: string | null;
            name: string | null;
            identifiers: {
                type: string;
                value: string;
            }[];
            /** @description Identifiers that are not shown */
            more: number;
        };
        IdentityPreviewExample: {
            /** @enum {unknown} */
            kind: "parted" | "joined";
            before: components["schemas"]["IdentityPreviewPerson"][];
            after: components["schemas"]["IdentityPreviewPerson"][];
            /** @description Persons that are not shown */
            more: number;
        };
        IdentityPreviewSide: {
            persons: number;
            identifiers: number;
        };
        IdentityPreview: {
            /** @enum {unknown} */
            state: "running" | "done" | "stopped" | "failed";
            progress: number;
            /** @description It ended */
            done: boolean;
            started_at: components["schemas"]["Time"];
            finished_at: components["schemas"]["TimeOrNull"];
            by: string;
            /** @description Why it failed */
            problem: string | null;
            /** @description Offset in the log up to which it has read; customers are compared as they were there */
            position: number;
            /** @description Read so far */
            events: number;
            before: components["schemas"]["IdentityPreviewSide"];
            after: components["schemas"]["IdentityPreviewSide"];
            /** @description Persons whose identifiers would belong to several */
            parted: number;
            /** @description Persons that would be made of several */
            joined: number;
            /** @description What limits, modes, merge_cap and barriers would keep out */
            dropped: {
                /** @description Events with an identifier that would be left out */
                events: number;
                identifiers: number;
            };
            /** @description As they were read, with all members */
            rules: Record<string, unknown>;
            /** @description 20 of each kind at most, by number of the identifier */
            examples: components["schemas"]["IdentityPreviewExample"][];
        };
        /**
         * @description uploading: parts come in; checking: the file is whole and is being hashed; ready: choose a mapping, then start; queued: waits for another import;
         *     running; paused: by a person; done; failed: see reason, start tries again; cancelled. A stop of the server leaves a running import queued: it goes on by itself.
         * @enum {string}
         */
        ImportState: "uploading" | "checking" | "ready" | "queued" | "running" | "paused" | "done" | "failed" | "cancelled";
        ImportAdd: {
            /** @description For people, such as the file's name */
            name: string;
            /** @description Name or id of the source to write as */
            source: string;
            /** @description Size of the file as it is uploaded */
            bytes: number;
            /** @description Of the file as it is uploaded; checked once it is whole */
            sha256?: string;
        };
        ImportEdit: {
            name?: string;
            source?: string;
        };
        Import: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description Name of the source */
            source: string;
            /** @description null while the source is yet to be made */
            source_id: string | null;
            state: components["schemas"]["ImportState"];
            /** @description Why it failed, waits or was ended by the server, in words */
            reason: string | null;
            /** @description Size of the file */
            bytes: number;
            /** @description Bytes of it that are there; the offset of the next part */
            uploaded: number;
            /** @description Of the file; null until it was checked */
            sha256: string | null;
            /** @description false once the file was removed */
            file_kept: boolean;
            has_mapping: boolean;
            /** @description Name of the recipe when the mapping is one */
            recipe: string | null;
            /** @description Of the file as stored; with bytes it tells how far the import is */
            bytes_read: number;
            /** @description Rows read */
            rows: number;
            /** @description Rows that gave no event */
            rows_refused: number;
            /** @description Rows that a rule of the mapping leaves out */
            rows_skipped: number;
            /** @description Events made of rows and acknowledged: landed + duplicates + resent + quarantined */
            events: number;
            landed: number;
            /** @description Events that the server had already */
            duplicates: number;
            /** @description Duplicates sent again because the server was killed before it had noted them */
            resent: number;
            quarantined: number;
            /** @description Over the last seconds; null unless it runs */
            rows_per_s: number | null;
            events_per_s: number | null;
            /** Format: date-time */
            estimated_end_at: string | null;
            /** @description What was seen in the file, such as the line from which it is not UTF-8 */
            note: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Who made it, as the audit shows it */
            created_by: string;
            /** Format: date-time */
            started_at: string | null;
            /**
             * Format: date-time
             * @description Last part
             */
            changed_at: string;
            /** Format: date-time */
            finished_at: string | null;
        };
        ImportPage: {
            data: components["schemas"]["Import"][];
            next_cursor: string | null;
        };
        ImportUploaded: {
            /** @description Offset of the next part */
            uploaded: number;
            bytes: number;
            state: components["schemas"]["ImportState"];
        };
        ImportGap: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail?: string;
            /** @description Where the next part begins */
            expected_offset?: number;
        };
        /** @description One of the two */
        ImportMappingEdit: {
            /** @description Name of a recipe */
            recipe?: string;
            /** @description A mapping as in docs/import.md */
            mapping?: Record<string, unknown>;
        };
        ImportMapping: {
            /** @description null while none was chosen */
            mapping: Record<string, unknown> | null;
            recipe: string | null;
        };
        ImportRecipes: {
            data: {
                name: string;
                /** @description What the recipe is for; may be empty */
                note: string;
                mapping: Record<string, unknown>;
            }[];
            next_cursor: string | null;
        };
        ImportPreview: {
            /** @description The import has no mapping yet; this one is proposed */
            guessed: boolean;
            recipe: string | null;
            mapping: Record<string, unknown>;
            /** @description What was seen in the file and what could not be told */
            notes: string[];
            /** @enum {string} */
            format: "csv" | "spaces" | "jsonl" | "events";
            /** @description Names of the columns; of JSON lines the paths of the first rows */
            columns: string[];
            rows: {
                /** @description Header and blank lines are not counted */
                row: number;
                line: number;
                /** @description The row as it stands, its first 1,000 bytes */
                text: string;
                /**
                 * @description part: it joins other rows in one event
                 * @enum {string}
                 */
                outcome: "event" | "part" | "skipped" | "refused";
                /** @description Index in events */
                event: number | null;
                /** @description Which column is wrong */
                column: string | null;
                /** @description What is wrong */
                reason: string | null;
            }[];
            /** @description The events that these rows make */
            events: Record<string, unknown>[];
        };
        ImportRefusal: {
            /** @description From 1 in the file's order */
            number: number;
            row: number;
            line: number;
            column: string | null;
            reason: string;
            /** @description The row as it stands, its first 1,000 bytes */
            text: string;
        };
        ImportRefusalPage: {
            data: components["schemas"]["ImportRefusal"][];
            next_cursor: string | null;
        };
        FigureCheckout: {
            hours: number;
            started: number;
            failed: number;
            completed: number;
            /** @description failed / started; null: none was started */
            failures: number | null;
            /** @description 1 - completed / started, at least 0 */
            abandonment: number | null;
        };
        FigureShare: {
            /** @description hits / n; null: n is 0 */
            share: number | null;
            /** @description 95 % interval */
            low: number | null;
            high: number | null;
            hits: number;
            n: number;
        };
        FigureCell: {
            /** @description Tickets */
            resolved: number;
            fcr: {
                /** @description Resolved at the first contact */
                share: number | null;
                low: number | null;
                high: number | null;
                hits: number;
                n: number;
                /** @description Of the hits: resolved under 7 days ago, may yet be repeated */
                provisional: number;
                /** @description Why the others were not, each reason for itself */
                reopened: number;
                transferred: number;
                /** @description To another channel */
                switched: number;
                /** @description The same requester reported the same category again within 7 days */
                repeated: number;
                /** @description The requester wrote again */
                contacted: number;
            };
            mttr: {
                n: number;
                /** @description From opened to resolved without waits for the requester, by the wall */
                mean_s: number | null;
                p50_s: number | null;
                p90_s: number | null;
                /** @description In open hours */
                business_mean_s: number | null;
                /** @description For the requester */
                wait_mean_s: number | null;
            };
            sla: {
                clocks: {
                    /** @enum {unknown} */
                    clock: "response" | "next_response" | "resolution" | "ola" | "vendor";
                    /** @description met / (met + breached) */
                    share: number | null;
                    low: number | null;
                    high: number | null;
                    /** @description Rounds that were met */
                    hits: number;
                    n: number;
                }[];
                /** @description Tickets whose clocks were not asked yet */
                unjudged: number;
            };
            csat: {
                /** @description 4 or 5 of 5 */
                share: number | null;
                low: number | null;
                high: number | null;
                hits: number;
                /** @description Answers */
                n: number;
                invited: number;
                /** @description Answers of the invited */
                response: number | null;
                /** @description Of 1 to 5 */
                mean: number | null;
                /** @description Answers by score */
                scores: number[];
            };
        };
        DeskFigures: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            /**
             * Format: date-time
             * @description The period before, as long, ends where this one begins
             */
            before_from: string;
            /**
             * Format: date-time
             * @description The figures hold every change up to here
             */
            now: string;
            zone: string;
            /** @enum {unknown} */
            unit: "day" | "week" | "month";
            /** @enum {unknown} */
            by: "none" | "queue" | "store" | "category" | "channel" | "priority" | "type";
            total: components["schemas"]["FigureCell"];
            before: components["schemas"]["FigureCell"];
            periods: {
                /** Format: date-time */
                from: string;
                /** Format: date-time */
                to: string;
                cell: components["schemas"]["FigureCell"];
            }[];
            groups: {
                value: string;
                cell: components["schemas"]["FigureCell"];
                before: components["schemas"]["FigureCell"];
            }[];
            /** @description Major incidents that were open in the range, oldest first */
            incidents: {
                key: string;
                priority: number;
                category: string;
                store: string;
                /** Format: date-time */
                opened_at: string;
                /** Format: date-time */
                resolved_at: string | null;
            }[];
            /** @description Now */
            open: {
                tickets: number;
                /** @description Of which some clock was */
                breached: number;
                /** Format: date-time */
                oldest_at: string | null;
            };
        };
        FigureTicket: {
            key: string;
            /** @description For those who may read tickets */
            title: string | null;
            /** @enum {unknown} */
            type: "incident" | "service_request";
            priority: number;
            store: string;
            queue: string;
            category: string;
            channel: string;
            /** Format: date-time */
            opened_at: string;
            /** Format: date-time */
            resolved_at: string;
            took_s: number;
            business_s: number;
            wait_s: number;
            first: boolean;
            provisional: boolean;
            contacts: number;
            reopened: number;
            transferred: number;
            switched: number;
            repeats: number;
            met: ("response" | "next_response" | "resolution" | "ola" | "vendor")[];
            breached: ("response" | "next_response" | "resolution" | "ola" | "vendor")[];
            score: number | null;
        };
        /** @description A Segment call. At most 32,768 bytes and 32 levels; over it, or with wrong types, it is quarantined. */
        Event: {
            /** @enum {unknown} */
            type?: "track" | "identify" | "page" | "screen" | "group" | "alias";
            messageId?: string | null;
            userId?: string | number | null;
            anonymousId?: string | number | null;
            /** @description track: its name */
            event?: string;
            timestamp?: string;
            originalTimestamp?: string;
            sentAt?: string;
            properties?: Record<string, unknown>;
            traits?: Record<string, unknown>;
            context?: Record<string, unknown>;
            integrations?: Record<string, unknown>;
        };
        Batch: {
            batch: components["schemas"]["Event"][];
            writeKey?: string;
            sentAt?: string;
            /** @description Merged under each item's */
            context?: Record<string, unknown>;
            integrations?: Record<string, unknown>;
        };
        Mailbox: {
            id: string;
            name: string;
            paused: boolean;
            settings: components["schemas"]["MailboxSettings"];
            /** @description There is one */
            imap_secret: boolean;
            smtp_secret: boolean;
            dkim_key: boolean;
            version: number;
            changed_at: components["schemas"]["TimeOrNull"];
            changed_by: string;
            last_message_at: components["schemas"]["TimeOrNull"];
            looked_at: components["schemas"]["TimeOrNull"];
            /** @description Of the last try to read it */
            error: string | null;
            error_at: components["schemas"]["TimeOrNull"];
        };
        MailServer: {
            host: string;
            port: number;
            /**
             * @default tls
             * @enum {unknown}
             */
            tls: "tls" | "starttls" | "plain";
            user?: string;
            /**
             * @default password
             * @enum {unknown}
             */
            auth: "password" | "xoauth2";
            /** @description PEM, on the server; left out: the system's */
            ca_file?: string;
        };
        MailboxSettings: {
            /** @description That people write to */
            address: string;
            /** @description Name beside it */
            from?: string;
            imap?: components["schemas"]["MailServer"];
            smtp?: components["schemas"]["MailServer"];
            /** @default INBOX */
            folder: string;
            /** @description Taken messages are moved there; left out: marked as seen */
            done_folder?: string;
            dkim_domain?: string;
            dkim_selector?: string;
            /**
             * @default incident
             * @enum {unknown}
             */
            type: "incident" | "service_request";
            queue?: string;
            category?: string;
            /**
             * @description A message may join the open incident of its fault
             * @default false
             */
            join: boolean;
            /**
             * @description Whom its sender copied hears of it too
             * @default false
             */
            cc: boolean;
            /**
             * @description Where the token of a ticket stands: desk+KEY.TOKEN@ or [KEY TOKEN]
             * @default address
             * @enum {unknown}
             */
            reply: "address" | "subject";
            /**
             * @description An answer has below it what it answers
             * @default false
             */
            quote: boolean;
            /**
             * @description What mailing lists and newsletters become
             * @default file
             * @enum {unknown}
             */
            lists: "ticket" | "file";
            /**
             * @description What programs write
             * @default ticket
             * @enum {unknown}
             */
            automatic: "ticket" | "file";
            /**
             * @description Tickets of one address in an hour; more go to quarantine
             * @default 100
             */
            hourly: number;
            /**
             * @description What leaves by itself to one address in an hour
             * @default 5
             */
            automatic_hourly: number;
            /** @default en */
            language: string;
            templates?: {
                /** @enum {unknown} */
                kind: "acknowledged" | "answer" | "resolved" | "closed";
                language?: string;
                subject: string;
                /** @description With {{key}}, {{title}}, {{text}}, {{requester}}, {{survey}}; empty: nothing is sent */
                text: string;
            }[];
        };
        MailIn: {
            message: number;
            at: components["schemas"]["Time"];
            mailbox: string;
            sender: string;
            /** @description Beside the address; empty: none */
            sender_name: string;
            subject: string;
            /** @description Who else got it, without the desk */
            cc: string[];
            message_id: string;
            /** @enum {unknown} */
            nature: "bounce" | "complaint" | "auto_reply" | "automatic" | "list" | "personal";
            /** @enum {unknown} */
            outcome: "opened" | "answered" | "followed_up" | "noted" | "bounced" | "filed" | "quarantined";
            reason: string;
            /** @description Its number */
            ticket: number | null;
            seq: number | null;
            bytes: number;
            /** @description In quarantine with its bytes: it can be redriven */
            kept: boolean;
            /** @description Its HTML made safe to show; null: none, or no ticket was asked for */
            html: string | null;
            /** @description Images and the like that lie elsewhere and are not in html */
            left_out: number;
            /** @description What stood around the reply; null: nothing, or no ticket was asked for */
            quoted: string | null;
            /** @description Attachments of its ticket that came with it */
            files: {
                /** @description Number of the attachment */
                file: number;
                /** @description As html names it: cid: */
                content_id: string | null;
            }[];
        };
        MailOut: {
            message: number;
            at: components["schemas"]["Time"];
            mailbox: string;
            /**
             * @description update: to stakeholders of a major incident
             * @enum {unknown}
             */
            kind: "acknowledged" | "answer" | "resolved" | "closed" | "update";
            recipient: string;
            cc: string[];
            subject: string;
            ticket: number;
            seq: number;
            /** @enum {unknown} */
            state: "queued" | "sending" | "sent" | "doubt" | "failed" | "bounced";
            attempts: number;
            settled_at: components["schemas"]["TimeOrNull"];
            error: string | null;
        };
        MailTaken: {
            message: number;
            /** @enum {unknown} */
            outcome: "opened" | "answered" | "followed_up" | "noted" | "bounced" | "filed" | "quarantined" | "duplicate";
            reason: string;
            /** @description Its key */
            ticket: string | null;
        };
        /** @enum {string} */
        NotificationKind: "mentioned" | "offered" | "assigned" | "major" | "breached" | "escalated" | "at_risk" | "answered" | "vendor_answered" | "survey_bad" | "major_updated" | "opened" | "changed" | "alert";
        /** @enum {string} */
        NotificationChannel: "mail" | "push" | "webhook";
        /** @enum {string} */
        NotificationLanguage: "en" | "ar";
        /** @enum {string} */
        NotificationShape: "generic" | "slack" | "teams";
        /** @enum {string} */
        NotificationDeliveryState: "collecting" | "queued" | "sending" | "sent" | "dead" | "doubt" | "dropped";
        Notification: {
            /** @description Of the event; rises */
            id: number;
            kind: components["schemas"]["NotificationKind"];
            at: components["schemas"]["Time"];
            read_at: components["schemas"]["TimeOrNull"];
            /** @description Its key; null: of none */
            ticket: string | null;
            /** @description Of the ticket, as it is now */
            title: string;
            queue: string;
            priority: number | null;
            /** @description The clock, step, score or alert */
            detail: string;
            /** @description Who of the staff did it; "": nobody */
            by: string;
        };
        /** @description A list; the first one that takes an event decides. */
        NotificationRule: {
            /** @description None: all */
            kinds?: components["schemas"]["NotificationKind"][];
            /** @description "": any */
            queue?: string;
            /** @description Priority that it takes at the least; 5: any */
            least?: number;
            /**
             * @description What concerns oneself; or whatever one may see
             * @enum {string}
             */
            whose?: "mine" | "any";
            /** @description One is not told */
            mute?: boolean;
            /** @description Mail and webhook are collected */
            digest?: boolean;
            /** @description Beside the console */
            channels?: components["schemas"]["NotificationChannel"][];
        };
        NotificationSettings: {
            version: number;
            /** @description False: the rules are those of the role */
            own: boolean;
            rules: components["schemas"]["NotificationRule"][];
            language: components["schemas"]["NotificationLanguage"];
            zone: string;
            quiet_from_min: number;
            quiet_until_min: number;
            quiet_not_p1: boolean;
            digest_every_min: number;
            digest_at_min: number;
            shape: components["schemas"]["NotificationShape"];
            /** @description Where it goes: scheme, host and port */
            webhook: string | null;
            /** @description Address that mail goes to; null: mail is not configured */
            mail: string | null;
            /** @description Public key of this server, base64url */
            push_key: string;
        };
        NotificationDevice: {
            id: string;
            name: string;
            /** @description The push service */
            service: string;
            created_at: components["schemas"]["Time"];
            sent_at: components["schemas"]["TimeOrNull"];
        };
        NotificationDelivery: {
            number: number;
            account: string;
            channel: components["schemas"]["NotificationChannel"];
            device: string | null;
            state: components["schemas"]["NotificationDeliveryState"];
            /** @description http_500, unreachable, ... */
            reason: string | null;
            error: string | null;
            attempts: number;
            notifications: number;
            due_at: components["schemas"]["Time"];
            retry_at: components["schemas"]["TimeOrNull"];
            created_at: components["schemas"]["Time"];
            done_at: components["schemas"]["TimeOrNull"];
        };
        /** @enum {string} */
        HealthState: "ok" | "warn" | "bad";
        HealthFigure: {
            /** @description Stable: disk_free */
            name: string;
            /** @description null where it is not known */
            value: number | null;
            /**
             * @description time: UTC ms
             * @enum {string}
             */
            unit: "bytes" | "records" | "files" | "events" | "per_second" | "ms" | "s" | "percent" | "time" | "count";
        };
        HealthComponent: {
            /** @enum {string} */
            name: "intake" | "log" | "archive" | "dedupe" | "views" | "feed" | "sql" | "disk" | "certificate" | "backup";
            state: components["schemas"]["HealthState"];
            /**
             * Format: date-time
             * @description In this state since
             */
            since: string;
            /** @description One sentence: 2 views have seen all 1,204 records */
            summary: string;
            /** @description What to do; null when it is ok */
            advice: string | null;
            figures: components["schemas"]["HealthFigure"][];
        };
        Health: {
            state: components["schemas"]["HealthState"];
            /** @description Intake would accept */
            ready: boolean;
            version: string;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            checked_at: string;
            /** @enum {string} */
            engine: "sqlite" | "postgresql";
            /** @description Active ones */
            alerts: number;
            components: components["schemas"]["HealthComponent"][];
        };
        /** @enum {string} */
        HealthSeriesName: "events_per_s" | "bytes_per_s" | "ack_p50_ms" | "ack_p99_ms" | "rss_bytes" | "disk_free_bytes" | "view_lag_records";
        HealthSeries: {
            name: components["schemas"]["HealthSeriesName"];
            /** @enum {string} */
            unit: "bytes" | "records" | "ms" | "per_second";
            step_s: number;
            /**
             * Format: date-time
             * @description Begin of the first point's step
             */
            from: string;
            /** @description Oldest first */
            points: (number | null)[];
        };
        Setting: {
            /** @description log.segment_mib */
            key: string;
            /** @enum {string} */
            kind: "integer" | "boolean" | "text";
            /** @description null of a secret that is set */
            value: string | number | boolean | null;
            default: string | number | boolean;
            /** @enum {string} */
            origin: "flag" | "environment" | "file" | "default";
            /** @description File and line */
            origin_detail: string | null;
            /** @description integer: least value; text: least bytes */
            min: number | null;
            max: number | null;
            help: string;
            secret: boolean;
            /** @description --log-segment-mib */
            flag: string;
            /** @description PATRON_LOG_SEGMENT_MIB */
            environment: string;
        };
        /** @enum {string} */
        AlertName: "disk_space" | "log_not_writable" | "view_lag" | "view_stopped" | "feed_lag" | "certificate" | "backup_age" | "backup_failed" | "dedupe_damaged" | "dedupe_stalled" | "clock_stepped" | "audit_chain";
        Alert: {
            /** Format: uuid */
            id: string;
            name: components["schemas"]["AlertName"];
            /** @enum {string} */
            severity: "warn" | "bad";
            /** @enum {string} */
            state: "active" | "acknowledged" | "cleared";
            /** @description What was seen last */
            message: string;
            /** @description What to do */
            advice: string;
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            acknowledged_at: string | null;
            acknowledged_by: string | null;
            note: string | null;
            /** Format: date-time */
            cleared_at: string | null;
        };
        Backup: {
            /** Format: uuid */
            id: string;
            /**
             * @description removed: by backup.keep
             * @enum {string}
             */
            state: "running" | "done" | "failed" | "cancelled" | "removed";
            /** @enum {string} */
            kind: "asked" | "scheduled" | "streamed";
            /** @description Under backup.dir; null of a streamed one */
            path: string | null;
            secrets: boolean;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            finished_at: string | null;
            /** @description Records of the log in it end before this offset */
            position: number | null;
            /** @description Written so far */
            bytes: number;
            /** @description An estimate while it runs */
            bytes_expected: number | null;
            /** @description BLAKE2b-256 of the whole */
            digest: string | null;
            error: string | null;
            /** @description Who asked; "server" for the schedule */
            by: string;
        };
        BackupPage: {
            data: components["schemas"]["Backup"][];
            next_cursor: string | null;
            /** @description backup.dir; null: backups cannot be asked for here */
            folder: string | null;
            /** @description 0: no schedule */
            every_hours: number;
            keep: number;
            /**
             * Format: date-time
             * @description Of the newest whole one of any kind
             */
            newest_at: string | null;
            /** Format: date-time */
            next_at: string | null;
        };
        /**
         * @description allow: lands, nothing said; warn: lands with a flag; quarantine: is kept aside
         * @enum {unknown}
         */
        PlanMode: "allow" | "warn" | "quarantine";
        /** @enum {unknown} */
        PlanEventType: "track" | "identify" | "page" | "screen" | "group";
        PlanRule: {
            type: components["schemas"]["PlanEventType"];
            /** @description track: the event, required; page, screen: the name, null for any; identify, group: null */
            name?: string | null;
            description?: string;
            /**
             * @description Null for the plan's mode
             * @enum {unknown}
             */
            mode?: "allow" | "warn" | "quarantine" | null;
            /** @description JSON Schema of the whole event: properties, traits, context. Draft 2020-12, or draft-07 where $schema says so */
            schema: Record<string, unknown>;
        };
        PlanEdit: {
            /** @description Unique */
            name: string;
            /** @default  */
            description: string;
            /**
             * @description What becomes of violating events where the rule does not say
             * @default warn
             * @enum {unknown}
             */
            mode: "allow" | "warn" | "quarantine";
            /**
             * @description Events without a rule: track always; other types once the plan has a rule of that type
             * @default allow
             * @enum {unknown}
             */
            unplanned_events: "allow" | "warn" | "quarantine";
            /**
             * @description Properties (of identify and group: traits) that a rule's schema lists none of
             * @default allow
             * @enum {unknown}
             */
            unplanned_properties: "allow" | "warn" | "quarantine";
            /**
             * @description Whether `format` is checked
             * @default true
             */
            formats: boolean;
            /**
             * @description Of this version
             * @default
             */
            note: string;
            rules: components["schemas"]["PlanRule"][];
        };
        /** @description In the shape of PlanEdit */
        PlanDraft: {
            name: string;
            description: string;
            mode: components["schemas"]["PlanMode"];
            unplanned_events: components["schemas"]["PlanMode"];
            unplanned_properties: components["schemas"]["PlanMode"];
            formats: boolean;
            rules: components["schemas"]["PlanRule"][];
        };
        PlanSourceName: {
            id: string;
            name: string;
        };
        PlanSummary: {
            /** Format: uuid */
            id: string;
            name: string;
            version: number;
            description: string;
            mode: components["schemas"]["PlanMode"];
            unplanned_events: components["schemas"]["PlanMode"];
            unplanned_properties: components["schemas"]["PlanMode"];
            formats: boolean;
            rule_count: number;
            sources: components["schemas"]["PlanSourceName"][];
            created_at: components["schemas"]["Time"];
            saved_at: components["schemas"]["Time"];
            saved_by: string;
        };
        Plan: {
            /** Format: uuid */
            id: string;
            name: string;
            version: number;
            description: string;
            mode: components["schemas"]["PlanMode"];
            unplanned_events: components["schemas"]["PlanMode"];
            unplanned_properties: components["schemas"]["PlanMode"];
            formats: boolean;
            rule_count: number;
            note: string;
            rules: components["schemas"]["PlanRule"][];
            /** @description Those that have the plan now */
            sources: components["schemas"]["PlanSourceName"][];
            created_at: components["schemas"]["Time"];
            saved_at: components["schemas"]["Time"];
            saved_by: string;
        };
        SourcePlan: {
            /** Format: uuid */
            source_id: string;
            /** @description Id of the plan */
            plan: string | null;
            plan_name: string | null;
            /** @description In force */
            version: number | null;
        };
        PlanViolation: {
            /** @description JSON pointer into the event, "" for the whole; long ones are cut */
            pointer: string;
            /** @description The pointer with * for places in arrays, where there are any */
            path?: string;
            /** @description Of JSON Schema, or unplanned_property, unplanned_event, work (over the bound of work) */
            keyword: string;
            message: string;
        };
        PlanVerdict: {
            outcome: components["schemas"]["PlanMode"];
            /** @description A rule is there for it */
            planned: boolean;
            /** @description Index of the rule */
            rule: number | null;
            /** @description The first eight */
            violations: components["schemas"]["PlanViolation"][];
        };
        PlanCheck: {
            /** @description Of the event; null when none was given */
            verdict: components["schemas"]["PlanVerdict"] | null;
            history: null | {
                /** @description Judged */
                events: number;
                warned: number;
                quarantined: number;
                unplanned: number;
                complete: boolean;
                /** @description First position that was read */
                from: number;
                /** @description One past the last */
                to: number;
                top: {
                    type: string;
                    name: string;
                    path: string;
                    keyword: string;
                    message: string;
                    events: number;
                    /** @description Position of one of them */
                    sample: number;
                }[];
            };
        };
        PlanViolations: {
            source: string | null;
            source_id: string | null;
            /** @description Id; the plan may be deleted */
            plan: string;
            type: string;
            /** @description Of the event; (other) past 200 different ones an hour */
            name: string;
            /** @description JSON pointer with * for places in arrays */
            path: string;
            keyword: string;
            warned: number;
            quarantined: number;
            /** @description Position of one of them */
            sample: number;
            first_at: components["schemas"]["Time"];
            last_at: components["schemas"]["Time"];
        };
        PlanViolatingEvent: {
            position: number;
            received_at: components["schemas"]["Time"];
            source: string | null;
            source_id: string | null;
            /** @enum {unknown} */
            class: "event" | "quarantine";
            type: string;
            name: string;
            plan: string;
            version: number;
            violations: components["schemas"]["PlanViolation"][];
        };
        PortalForm: {
            /** @description Whose staff the caller is; none: any may be named */
            stores: {
                code: string;
                /** @description Empty: not known */
                name: string;
                tills: {
                    code: string;
                    name: string;
                }[];
            }[];
            categories: {
                id: string;
                name: string;
                /** @description Where customers feel it */
                touchpoint: string;
            }[];
            services: {
                id: string;
                name: string;
            }[];
        };
        /**
         * @description received: nobody has looked yet; seen: somebody has; working; needs_you: a question to whoever reported; with_vendor, planned: waits for a
         *     vendor, for a change; solved: they are asked whether it is.
         * @enum {unknown}
         */
        PortalState: "received" | "seen" | "working" | "needs_you" | "with_vendor" | "planned" | "solved" | "closed" | "cancelled";
        PortalReport: {
            report: number;
            /** @description What people call it: INC-1024 */
            ticket: string;
            /** @description Of the category where others reported first; may be empty */
            title: string;
            /** @enum {unknown} */
            type: "incident" | "service_request" | "problem" | "change";
            state: components["schemas"]["PortalState"];
            at: components["schemas"]["Time"];
            /** @description By the caller; else by their store */
            mine: boolean;
            store: string;
            till: string;
            text: string;
            customers: number;
            /** @description When they said that it is solved */
            confirmed_at: components["schemas"]["TimeOrNull"];
            changed_at: components["schemas"]["Time"];
        };
        PortalTicket: {
            ticket: string;
            title: string;
            /** @enum {unknown} */
            type: "incident" | "service_request" | "problem" | "change";
            state: components["schemas"]["PortalState"];
            opened_at: components["schemas"]["Time"];
            changed_at: components["schemas"]["Time"];
            solved_at: components["schemas"]["TimeOrNull"];
            closed_at: components["schemas"]["TimeOrNull"];
            /** @description Of everybody */
            reports: number;
            /** @description Affected */
            stores: number;
            /** @description Reports of the caller and of their stores, oldest first */
            mine: components["schemas"]["PortalReport"][];
            /** @description What was said between the desk and them, the last of it, oldest first */
            notes: {
                at: components["schemas"]["Time"];
                /** @enum {unknown} */
                by: "desk" | "you" | "store";
                /** @description Of colleagues of the store; empty else */
                name: string;
                /** @enum {unknown} */
                what: "note" | "joined" | "answered" | "confirmed";
                text: string;
            }[];
            /** @description Of their reports */
            photos: {
                at: components["schemas"]["Time"];
                name: string;
            }[];
            /** @description null: they are not asked */
            rating: {
                question: string;
                least: number;
                most: number;
                /** @description What they have said */
                score: number | null;
            } | null;
        };
        /** @description Either an id, or a type and a value */
        PrivacySubject: {
            /** @description Of a person */
            id?: string;
            /** @description Of an identifier: email, user_id */
            type?: string;
            value?: string;
        };
        PrivacyFigures: {
            /** @description Events of theirs: an anonymous residue takes their place */
            events: number;
            identifiers: number;
            traits: number;
            orders: number;
            computed: number;
            groups: number;
            duplicates: number;
            /** @description Events of others that named them */
            named: number;
            /** @description Of staff, about them, in the log */
            decisions: number;
            quarantined: number;
            import_files: number;
            /** @description Of imports */
            refused_rows: number;
            /** @description Kept for Idempotency-Key */
            answers: number;
            /** @description Whose content is erased; the chain stays */
            audit_entries: number;
            /** @description Others about the same persons */
            requests: number;
            /** @description Rows of the desk: tickets, their reports, history and escalations, without what named them */
            tickets: number;
            /** @description Of exports by a schedule */
            export_files: number;
            /** @description Written anew */
            log_files: number;
        };
        PrivacyRequest: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            kind: "erasure" | "export";
            /** @enum {unknown} */
            state: "received" | "approved" | "running" | "done" | "refused" | "cancelled" | "failed";
            /**
             * @description register: who was erased was back after a restore
             * @enum {unknown}
             */
            channel: "staff" | "shop" | "register";
            /** @description Empty once it is over */
            subjects: components["schemas"]["PrivacySubject"][];
            /** @description Whom it is about, for people; empty once it is over */
            label: string;
            note: string;
            persons: number;
            /** @description It takes a second person; a day's sum is judged when it is approved */
            needs_second: boolean;
            requested_by: string;
            /** @description Who reads this asked for it, signed in: not the second person that it may take */
            requested_by_you: boolean;
            received_at: components["schemas"]["Time"];
            due_at: components["schemas"]["Time"];
            decided_by: string | null;
            decided_at: components["schemas"]["TimeOrNull"];
            started_at: components["schemas"]["TimeOrNull"];
            finished_at: components["schemas"]["TimeOrNull"];
            /** @description Events of before are suppressed */
            erased_at: components["schemas"]["TimeOrNull"];
            /** @description Steps of a running erasure that are done */
            step: number;
            steps: number;
            /** @description Why it failed or waits, or the reason of a refusal */
            problem: string | null;
            removed: components["schemas"]["PrivacyFigures"];
            has_certificate: boolean;
            archive_bytes: number | null;
            archive_expires_at: components["schemas"]["TimeOrNull"];
            fetched_at: components["schemas"]["TimeOrNull"];
        };
        PrivacyCertificate: {
            /** @description format, request, instants, removed, remains, register */
            certificate: Record<string, unknown>;
            public_key: string;
            /** @description Ed25519, of the text of certificate as it stands */
            signature: string;
        };
        /**
         * Format: uuid
         * @description The same after every rebuild
         */
        ProfileId: string;
        ProfileHit: {
            id: components["schemas"]["ProfileId"];
            /** @description For people: name, else mail, phone, user id; may be empty */
            name: string;
            /** @description The identifier that people know them by, mail before phone; may be empty */
            detail: string;
            /** @description What matched: name, email, phone, user_id, order or the type of another identifier; empty without a text */
            matched: string;
            last_seen_at: components["schemas"]["TimeOrNull"];
        };
        ProfileSource: {
            /** @description Null for the server's own */
            id: string | null;
            name: string;
        };
        ProfileTouch: {
            /** @description Offset in the log */
            position: number;
            at: components["schemas"]["Time"];
            /** @description Null: it is gone */
            source: components["schemas"]["ProfileSource"] | null;
            /** @description web, app, store, service, or what the event says; null where it does not tell */
            channel: string | null;
        };
        ProfileNode: {
            /** @description Of the identifier; it never changes */
            number: number;
            type: string;
            /** @description Normalised */
            value: string;
            first_at: components["schemas"]["TimeOrNull"];
            last_at: components["schemas"]["TimeOrNull"];
            /** @description Filed under it: it is their highest identifier */
            events: number;
        };
        ProfileTrait: {
            name: string;
            /** @description Any JSON value */
            value: unknown;
            /** @description When it was said */
            at: components["schemas"]["Time"];
            /** @description Null: it is gone */
            source: components["schemas"]["ProfileSource"] | null;
            /** @description Number of the identifier that it was said of */
            node: number;
            /**
             * @description Its precedence: what an identify says goes before what a context repeats, then the newer counts
             * @enum {string}
             */
            said_by: "identify" | "context";
            /** @description By a source that the rules of identity prefer for this trait, which goes before both */
            preferred: boolean;
        };
        /** @description What the traits say, in the standard form of its country, as duplicates are compared by it; the traits stay as they were said. Null where nothing is said */
        ProfileStandard: {
            email: {
                /** @description Which trait says it */
                trait: string;
                /** @description As the provider sees it: small letters, without the dots and tags that it ignores; null where it is malformed */
                value: string | null;
                /** @description info@, office@ and the like: of several people */
                role: boolean;
                /** @description The domain that a mistyped one was probably meant to be; it is not put in its place */
                meant: string | null;
                /**
                 * @description form: it cannot be a mail address
                 * @enum {string|null}
                 */
                problem: "form" | null;
            } | null;
            phone: {
                trait: string;
                /** @description E.164, or digits alone where its country is not known; null where it is malformed */
                value: string | null;
                /** @description ISO 3166 */
                country: string | null;
                /**
                 * @description Who says the country: the number itself, the traits (address.country, country), or the setting profiles.country
                 * @enum {string|null}
                 */
                country_from: "number" | "traits" | "setting" | null;
                /**
                 * @description form: signs that no phone number has; number: too few or too many digits, or none that its country has
                 * @enum {string|null}
                 */
                problem: "form" | "number" | null;
            } | null;
            name: {
                /** @description Which traits say it */
                traits: string[];
                /** @description Without case, accents and titles */
                given: string | null;
                /** @description What a short form stands for: robert of bob */
                given_full: string | null;
                family: string | null;
            } | null;
            address: {
                /** @description Which traits say it */
                traits: string[];
                /** @description Abbreviations in full */
                street: string | null;
                /** @description Of the house */
                number: string | null;
                /** @description As the country writes it */
                postal_code: string | null;
                city: string | null;
                /** @description ISO 3166; null where none is said or known */
                country: string | null;
                /**
                 * @description postal_code: not of the shape that its country has
                 * @enum {string|null}
                 */
                problem: "postal_code" | null;
            } | null;
        };
        ProfileValue: {
            /** @description ISO 4217 */
            currency: string;
            /** @description Completed orders less refunds, exact: "129.9" */
            amount: string;
            orders: number;
            refunds: number;
        };
        Profile: {
            id: components["schemas"]["ProfileId"];
            /** @description For people: name, else mail, phone, user id; may be empty */
            name: string;
            created_at: components["schemas"]["Time"];
            /** @description Rises with every change of what is read here */
            version: number;
            events: number;
            first: components["schemas"]["ProfileTouch"] | null;
            last: components["schemas"]["ProfileTouch"] | null;
            /** @description Identifiers in order of appearance */
            nodes: components["schemas"]["ProfileNode"][];
            /** @description By name; of each name the newest */
            traits: components["schemas"]["ProfileTrait"][];
            standard: components["schemas"]["ProfileStandard"];
            /** @description By currency */
            values: components["schemas"]["ProfileValue"][];
            /** @description By name; those that are live */
            computed: components["schemas"]["ProfileComputed"][];
            /** @description Accounts by name, then the household; beside the version, since others join and leave */
            groups: components["schemas"]["ProfileGroup"][];
            /** @description Of the purposes in use, by purpose; beside the version where a purpose changes */
            consent: components["schemas"]["ConsentState"][];
        };
        ProfileIdentifier: {
            type: string;
            value: string;
        };
        ProfileLink: {
            number: number;
            /**
             * @description event: one event brought identifiers of both; person: somebody of the staff merged them; split: somebody parted them
             * @enum {unknown}
             */
            kind: "event" | "person" | "split";
            at: components["schemas"]["Time"];
            /** @description Of the event in the log */
            position: number;
            /** @description This person's identifier that met the other */
            evidence: components["schemas"]["ProfileIdentifier"] | null;
            other: components["schemas"]["ProfileIdentifier"] | null;
            /**
             * Format: uuid
             * @description Who was merged into this person or parted from it
             */
            other_person: string | null;
            /** @description Who of the staff */
            by: string | null;
            reason: string | null;
            /** @description What forbade the decision when its turn came: nothing changed */
            refused: string | null;
            /** @description Numbers of the identifiers that came with the other: split these off to undo it */
            nodes: number[];
        };
        ProfileBarrier: {
            number: number;
            at: components["schemas"]["Time"];
            own: components["schemas"]["ProfileIdentifier"];
            other: components["schemas"]["ProfileIdentifier"];
            /**
             * Format: uuid
             * @description Who stands on the other side now
             */
            other_person: string | null;
        };
        ProfileContext: {
            id: components["schemas"]["ProfileId"];
            /** @description The profile's */
            version: number;
            name: string;
            /** @description The newest of each */
            reach: {
                email: string | null;
                phone: string | null;
            };
            last: components["schemas"]["ProfileMoment"] | null;
            open: {
                /** @description Of the last 100 events: what was added since the last order and not removed */
                cart: {
                    /** @description Last change */
                    at: components["schemas"]["Time"];
                    items: {
                        /** @description product_id, else sku */
                        product: string;
                        name: string | null;
                        quantity: number;
                    }[];
                } | null;
            };
            /** @description Newest first */
            recent: components["schemas"]["ProfileMoment"][];
            /** @description Of firstName, first_name, lastName, last_name, title, company, language, locale, timezone, country, city, loyalty_tier, tier, vip, birthday, preferred_store, plan: those that are known, up to 1,024 bytes each */
            traits: {
                name: string;
                /** @description Any JSON value */
                value: unknown;
            }[];
            /** @description Of the purposes in use, by purpose; beside the version where a purpose changes */
            consent: components["schemas"]["ConsentState"][];
        };
        ProfileMoment: {
            position: number;
            at: components["schemas"]["Time"];
            /** @description track, page, identify, … */
            type: string;
            /** @description Of the event or page */
            name: string | null;
            channel: string | null;
        };
        /**
         * @description basic: auth_name is the user and secret the password; bearer: secret is the token; header: auth_name is the header and secret its value
         * @enum {unknown}
         */
        PullAuth: "none" | "basic" | "bearer" | "header";
        /**
         * @description none: one page. link: the answer holds the next page's URL at `next`, or, without `next`, in its Link header. cursor: the answer holds at `next` what {cursor} becomes.
         *     page: {cursor} counts from first_page by page_step until a page is empty. since: {since} becomes the newest instant of each page until it does not move.
         * @enum {unknown}
         */
        PullPaging: "none" | "link" | "cursor" | "page" | "since";
        /**
         * @description Behind the last page: the next run begins with the first page, or asks for the last one again (for feeds that only grow)
         * @enum {unknown}
         */
        PullAtEnd: "restart" | "stay";
        PullEdit: {
            name: string;
            /** @description Id or name of the source that its events belong to */
            source: string;
            /** @description http or https, with {cursor} and {since} where they go. To a public address, or one that connect.networks allows */
            url: string;
            /** @description Further headers, at most 10, name to text. Not for secrets */
            headers?: Record<string, unknown>;
            /**
             * @default none
             * @enum {unknown}
             */
            auth: "none" | "basic" | "bearer" | "header";
            auth_name?: string;
            /** @description Sealed, and never given back. Left out: stays as it is */
            secret?: string;
            /** @description Path of the list in the answer, such as data.orders; empty: the answer is the list */
            items?: string;
            /** @description Path of an item's id. Empty: its bytes are its id */
            item_id?: string;
            /** @description Path of what changes when the item does, such as updated_at. Empty: its bytes */
            item_version?: string;
            /**
             * @default none
             * @enum {unknown}
             */
            paging: "none" | "link" | "cursor" | "page" | "since";
            /** @description Path of the next link or cursor in the answer */
            next?: string;
            /** @default 1 */
            first_page: number;
            /**
             * @description More than 1 for APIs that count items, not pages
             * @default 1
             */
            page_step: number;
            /** @description Path in an item of the instant that {since} moves to: a whole number, an RFC 3339 time, or text that sorts */
            since?: string;
            /** @description What it is at the start */
            since_start?: string;
            /**
             * @default restart
             * @enum {unknown}
             */
            at_end: "restart" | "stay";
            /**
             * @description Minutes between two runs
             * @default 15
             */
            every_min: number;
            /**
             * @description Pages of one run; what is left follows as another, behind pulls that wait
             * @default 1000
             */
            max_pages: number;
            /** @description As docs/import.md has it: format jsonl (a column is a member or path of the item) or events, without group_by */
            mapping: Record<string, unknown>;
            /** @default true */
            enabled: boolean;
        };
        Pull: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description Its name; null when it is gone */
            source: string | null;
            source_id: string;
            url: string;
            headers: Record<string, unknown>;
            auth: components["schemas"]["PullAuth"];
            auth_name: string;
            has_secret: boolean;
            items: string;
            item_id: string;
            item_version: string;
            paging: components["schemas"]["PullPaging"];
            next: string;
            first_page: number;
            page_step: number;
            since: string;
            since_start: string;
            at_end: components["schemas"]["PullAtEnd"];
            every_min: number;
            max_pages: number;
            mapping: Record<string, unknown>;
            enabled: boolean;
            /**
             * @description failing: tried again by itself. stopped: credentials or address are refused; save it or run it to go on
             * @enum {unknown}
             */
            state: "ok" | "failing" | "stopped";
            /** @description Why it fails or was stopped */
            reason: string | null;
            /** @description Failed runs in a row */
            failures: number;
            running: boolean;
            /** @description Page number, cursor or link of the page to fetch next; null: the first */
            cursor: string | null;
            /** @description What {since} is now; null: since_start */
            since_at: string | null;
            /** @description Pages are left from the last run */
            in_pass: boolean;
            runs: number;
            /**
             * @description Of the last run, as its runs have it; null: there was none
             * @enum {string|null}
             */
            last_outcome: "running" | "done" | "more" | "failed" | "stopped" | "interrupted" | null;
            /** @description Events that the last run brought */
            last_landed: number;
            /** @description Items of the last run that gave no event */
            last_refused: number;
            /** @description Begin of the last run */
            started_at: components["schemas"]["TimeOrNull"];
            /** @description End of the last one without a failure */
            succeeded_at: components["schemas"]["TimeOrNull"];
            /** @description Next run by the schedule */
            due_at: components["schemas"]["TimeOrNull"];
            created_at: components["schemas"]["Time"];
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        PullRun: {
            number: number;
            /** @enum {unknown} */
            cause: "schedule" | "retry" | "person";
            /**
             * @description more: a bound of a run was met, it goes on at once as another. interrupted: by a stop of the server or a change of the definition
             * @enum {unknown}
             */
            outcome: "running" | "done" | "more" | "failed" | "stopped" | "interrupted";
            reason: string | null;
            started_at: components["schemas"]["Time"];
            finished_at: components["schemas"]["TimeOrNull"];
            pages: number;
            /** @description Of answers, decompressed */
            bytes: number;
            items: number;
            /** @description Items that gave no event */
            refused: number;
            /** @description Items that a rule of the mapping leaves out */
            skipped: number;
            landed: number;
            /** @description Events that were there already */
            duplicates: number;
            quarantined: number;
            /** @description Place and reason of the first refused item, without its values */
            refusal: string | null;
        };
        PullPreview: {
            /** @description That was asked */
            url: string;
            bytes: number;
            /** @description On the page */
            items: number;
            /** @description What the next page would be asked with; null: it was the last */
            next: string | null;
            /** @description Newest instant of the page */
            newest: string | null;
            data: {
                id: string | null;
                /** @description The item, its first 1,000 bytes */
                text: string;
                /** @enum {unknown} */
                outcome: "event" | "skipped" | "refused";
                event: Record<string, unknown> | null;
                /** @description Which column is wrong */
                column: string | null;
                /** @description What is wrong */
                reason: string | null;
            }[];
        };
        DropFolderEdit: {
            name: string;
            /** @description Path below connect.drop_root, such as tills/north; no part begins with a dot */
            folder: string;
            /** @description Id or name of a source that may write the past; made when missing */
            source: string;
            /** @description Name of a recipe; or a mapping */
            recipe?: string;
            /** @description A mapping as in docs/import.md */
            mapping?: Record<string, unknown>;
            /**
             * @description A file that was written, not renamed, into the folder is taken when it has been closed and unchanged for so many seconds
             * @default 5
             */
            quiet_s: number;
            /** @default true */
            enabled: boolean;
        };
        DropFolder: {
            /** Format: uuid */
            id: string;
            name: string;
            folder: string;
            /** @description Its name; null when it is gone */
            source: string | null;
            source_id: string;
            recipe: string | null;
            mapping: Record<string, unknown>;
            quiet_s: number;
            enabled: boolean;
            /** @description Why the folder is not watched */
            problem: string | null;
            created_at: components["schemas"]["Time"];
            changed_at: components["schemas"]["Time"];
            changed_by: string;
        };
        DropFile: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description SHA-256 */
            digest: string;
            bytes: number;
            /** @description Read of it so far */
            rows: number;
            /** @description Events that it brought so far */
            landed: number;
            /** @description Rows that gave no event */
            refused: number;
            /**
             * @description repeated: the same bytes went into the source before, nothing was imported
             * @enum {unknown}
             */
            state: "importing" | "done" | "repeated" | "failed";
            reason: string | null;
            /** @description Id of the import that reads it */
            import: string | null;
            /** @description Where it was moved to, below the folder */
            placed: string | null;
            taken_at: components["schemas"]["Time"];
            finished_at: components["schemas"]["TimeOrNull"];
        };
        QualitySource: {
            /** Format: uuid */
            id: string;
            number: number;
            name: string;
            enabled: boolean;
        };
        /** @enum {unknown} */
        QualityMeasure: "missing" | "malformed" | "late" | "conflicting" | "duplicate" | "quarantined";
        QualityDefinition: {
            measure: components["schemas"]["QualityMeasure"];
            /** @description What the share is a share of, for people: "events of a kind that is checked" */
            of: string;
            /** @description What counts */
            text: string;
        };
        QualityRate: {
            count: number;
            /** @description n: what the definition names */
            of: number;
            /** @description count / of; null where of is 0 */
            share: number | null;
        };
        QualityCounts: {
            /** @description Events and quarantined records, each once; not what was dropped as a duplicate */
            received: number;
            missing: components["schemas"]["QualityRate"];
            malformed: components["schemas"]["QualityRate"];
            late: components["schemas"]["QualityRate"];
            /** @description Half of the late events were at most so late: the upper edge of a class, of the last class its lower edge; null: none was late */
            late_p50_ms: number | null;
            late_p90_ms: number | null;
            conflicting: components["schemas"]["QualityRate"];
            duplicate: components["schemas"]["QualityRate"];
            quarantined: components["schemas"]["QualityRate"];
        };
        QualityPoint: {
            /** @description Begin of the hour or day */
            at: components["schemas"]["Time"];
            received: number;
            /** @description Received and not quarantined: malformed and conflicting are of these */
            events: number;
            /** @description Events of a kind that is checked: missing is of these */
            checked: number;
            /** @description Events of today, not history brought in: late is of these */
            timed: number;
            missing: number;
            malformed: number;
            late: number;
            conflicting: number;
            /** @description Beside received */
            duplicate: number;
            quarantined: number;
        };
        QualityField: {
            /** @description Of event: "identify", "Order Completed", "track"; of what conflicts: "identifier" (field is its type), "trait" */
            kind: string;
            /** @description Such as properties.currency; "(other)" past 50 of a kind and day */
            field: string;
            /** @enum {unknown} */
            problem: "missing" | "malformed" | "conflicting";
            events: number;
            /** @description Positions of the newest of them, newest first: /api/v1/events/{position} */
            samples: number[];
        };
        /** @enum {unknown} */
        RoutingPresence: "offline" | "away" | "online";
        RoutingSkillName: {
            /** @description a-z, 0-9 and _, the first a letter */
            id: string;
            name: string;
        };
        RoutingSkill: {
            skill: string;
            level: number;
        };
        /** @description What is left out is as by default */
        RoutingQueue: {
            /** @description false: nobody is given anything of it by the machine */
            on?: boolean;
            /** @enum {unknown} */
            strategy?: "longest_idle" | "least_loaded" | "round_robin" | "proficiency";
            /** @description Agents are asked first */
            ask?: boolean;
            /** @description For how long an offer stands */
            answer_s?: number;
            /** @description So many offers in a row without an answer set an agent away; 0: never */
            away_after?: number;
            /** @description A ticket that was not taken does not come back to that agent for so long */
            again_min?: number;
            /** @description Who goes offline or whose shift ends gives tickets back */
            give_back?: boolean;
            /** @description That each ticket needs */
            skills?: components["schemas"]["RoutingSkill"][];
            /** @description That tickets with this value need besides */
            needs?: {
                /** @enum {unknown} */
                field: "category" | "channel" | "store";
                value: string;
                skills: components["schemas"]["RoutingSkill"][];
            }[];
            /** @description After so long no more than this level is asked; 0: not asked at all; skill "": each */
            relax?: {
                after_s: number;
                skill: string;
                level: number;
            }[];
            /**
             * @description Of agents who speak the language of the ticket, as triage finds it: not asked; for language_s; always
             * @enum {unknown}
             */
            language?: "off" | "preferred" | "required";
            language_s?: number;
            /** @description Who answered the requester within so long before has a head start; 0: nobody */
            sticky_min?: number;
            /** @description How long it lasts */
            head_start_s?: number;
            /** @description Each such wait raises the priority by one; 0: never */
            ageing_min?: number;
        };
        /** @description What is left out is as by default */
        RoutingAgent: {
            /** @description That they serve */
            queues?: string[];
            skills?: components["schemas"]["RoutingSkill"][];
            /** @description ISO 639-1, as "de" */
            languages?: string[];
            /** @description Tickets that are new or in progress */
            capacity?: number;
            /** @description Less of one channel */
            channels?: {
                /** @enum {unknown} */
                channel: "other" | "portal" | "store" | "web" | "mail" | "phone" | "chat" | "social";
                units: number;
            }[];
            /** @description A calendar with a zone, as calendars of commerce have; null: always */
            shifts?: Record<string, unknown> | null;
        };
        RoutingQueueSetting: {
            queue: string;
            version: number;
            changed_at: components["schemas"]["TimeOrNull"];
            changed_by: string;
            settings: components["schemas"]["RoutingQueue"];
        };
        RoutingAgentSetting: {
            account: string;
            version: number;
            changed_at: components["schemas"]["TimeOrNull"];
            changed_by: string;
            settings: components["schemas"]["RoutingAgent"];
        };
        RoutingMe: {
            account: string;
            presence: components["schemas"]["RoutingPresence"];
            reason: string;
            since: components["schemas"]["TimeOrNull"];
            /** @description false: nobody has set what they can do, so that nothing is given to them */
            known: boolean;
            on_shift: boolean;
            shift_changes_at: components["schemas"]["TimeOrNull"];
            load: number;
            capacity: number;
            offers: {
                offer: number;
                /** @description Key */
                ticket: string;
                title: string;
                priority: number;
                queue: string;
                at: components["schemas"]["Time"];
                expires_at: components["schemas"]["Time"];
                why: components["schemas"]["RoutingWhy"];
            }[];
        };
        RoutingWhy: {
            /** @enum {unknown} */
            strategy: "longest_idle" | "least_loaded" | "round_robin" | "proficiency";
            /** @description With ageing */
            priority: number;
            waited_s: number;
            /** @description Agents who could take it, this one among them */
            candidates: number;
            /** @description Relaxations in force */
            steps: number;
            /** @description Without them this agent could not */
            relaxed: boolean;
            /** @description They spoke with the requester last */
            sticky: boolean;
            /** @description They had declined it, and nobody else is there */
            again: boolean;
            /** @description What it needed; not kept of older decisions */
            needs?: {
                /** @description A language as "lang:de" */
                skill: string;
                /** @description At first */
                level: number;
                /** @description With the steps in force; 0: not asked any more */
                still: number;
                /** @description The agent's level */
                has: number;
            }[];
        };
        RoutingWaiting: {
            ticket: number;
            /** @description With ageing */
            priority: number;
            /** @enum {unknown} */
            reason: "queue_off" | "nobody_serves" | "nobody_there" | "no_skill" | "no_language" | "all_full" | "declined" | "held" | "turn";
            /** @description The same in words */
            why: string;
            /** @description What is missing; a language as "lang:de" */
            skill: string;
            level: number;
            /** @description Account */
            held_for: string;
            held_until: components["schemas"]["TimeOrNull"];
            /** @description Agents who serve the queue */
            serving: number;
            /** @description Of these, online and within a shift */
            there: number;
            /** @description Of these, with the skills */
            skilled: number;
            /** @description Of these, with room */
            room: number;
        };
        /** @description Of tickets that came within the time; null: the queue is off */
        RoutingWaits: {
            arrived: number;
            given: number;
            /** @description Of those given, by the time a response was promised for */
            in_time: number;
            /** @description Waiting at the end */
            left: number;
            /** @description Of those given */
            mean_s: number;
            p50_s: number;
            p90_s: number;
            max_s: number;
        } | null;
        /** @description null: they take no part */
        RoutingLoad: {
            given: number;
            /** @description Within their shifts */
            there_s: number;
            /** @description Of it, with a ticket */
            busy_s: number;
            /** @description Of their capacity while they are there: 0..1 */
            used: number;
        } | null;
        RoutingTrial: {
            from: components["schemas"]["Time"];
            to: components["schemas"]["Time"];
            /** @description That came in queues with settings */
            tickets: number;
            /** @description In other queues: left out */
            elsewhere: number;
            /** @description Ended without anybody: left out */
            unassigned: number;
            /** @description Not done yet: they take at least as long as half of their queue do */
            assumed: number;
            /** @description Agents without shifts, who count as there at any time */
            always: number;
            queues: {
                queue: string;
                /** @description What was */
                was: components["schemas"]["RoutingWaits"];
                /** @description By the settings in force */
                now: components["schemas"]["RoutingWaits"];
                /** @description By the changed ones */
                would: components["schemas"]["RoutingWaits"];
            }[];
            agents: {
                account: string;
                /** @description Tickets they were the first to have */
                was: number;
                now: components["schemas"]["RoutingLoad"];
                would: components["schemas"]["RoutingLoad"];
            }[];
            /** @description By the changed settings: up to three of a queue, the longest first */
            longest: {
                ticket: number;
                queue: string;
                wait_s: number;
                /** @description null: nobody has it yet */
                was_s: number | null;
                /** @description false: it waits still at the end */
                given: boolean;
                /** @enum {unknown} */
                reason: "queue_off" | "nobody_serves" | "nobody_there" | "no_skill" | "no_language" | "all_full" | "declined" | "held" | "turn";
                /** @description For so long, of its wait */
                reason_s: number;
            }[];
        };
        /** @enum {unknown} */
        SlaClock: "response" | "next_response" | "resolution" | "ola" | "vendor";
        /** @enum {unknown} */
        SlaWhy: "counted" | "closed" | "paused" | "before_start" | "after_stop" | "cancelled" | "no_promise";
        SlaTally: {
            promised: number;
            breached: number;
        };
        /** @description docs/sla.md says what stands in it */
        SlaPolicyDocument: Record<string, unknown>;
        SlaPolicy: {
            id: string;
            /** @description Unique over all policies */
            version: number;
            name: string;
            rank: number;
            /** @description null: always was */
            from: components["schemas"]["TimeOrNull"];
            /** @description null: no end */
            until: components["schemas"]["TimeOrNull"];
            changed_at: components["schemas"]["TimeOrNull"];
            changed_by: string;
            policy: components["schemas"]["SlaPolicyDocument"];
        };
        TicketClock: {
            clock: components["schemas"]["SlaClock"];
            /** @enum {unknown} */
            state: "not_started" | "running" | "paused" | "met" | "breached" | "cancelled";
            /** @description May still count: begun, not stopped, not cancelled */
            open: boolean;
            /** @description Also of one that is breached */
            paused: boolean;
            started_at: components["schemas"]["TimeOrNull"];
            due_at: components["schemas"]["TimeOrNull"];
            at_risk_at: components["schemas"]["TimeOrNull"];
            stopped_at: components["schemas"]["TimeOrNull"];
            target_s: number;
            elapsed_s: number;
            /** @description Negative: late */
            remaining_s: number;
            round: number;
            /** @description Rounds */
            met: number;
            /** @description Rounds */
            breached: number;
            policy: {
                id: string;
                version: number;
                name: string;
            } | null;
            steps: {
                name: string;
                at: components["schemas"]["TimeOrNull"];
            }[];
        };
        SourceEdit: {
            name?: string;
            /** @description False: its events are answered 200, counted and discarded */
            enabled?: boolean;
            /** @description May write the past: exempt from skew correction and clamp */
            historical?: boolean;
            /**
             * @description What sentAt does to timestamps: correct as Segment does, keep as RudderStack does
             * @enum {unknown}
             */
            skew?: "correct" | "keep";
        };
        Source: {
            /** Format: uuid */
            id: string;
            number: number;
            name: string;
            write_key: string;
            enabled: boolean;
            historical: boolean;
            /** @enum {unknown} */
            skew: "correct" | "keep";
            created_at: components["schemas"]["Time"];
        };
        TicketStatusLink: {
            link: number;
            name: string;
            /** @description Of its page on this server, to those who hold desk.write; null: it is revoked */
            path: string | null;
            /** @description Likewise, whole; null: the server was not told its own address (oidc.public_url) */
            url: string | null;
            /** Format: date-time */
            made_at: string;
            made_by: string;
            /** Format: date-time */
            revoked_at: string | null;
            revoked_by: string | null;
        };
        TicketStakeholders: {
            /** @description By the policy; 0: no update is promised */
            update_every_min: number;
            /**
             * Format: date-time
             * @description null: none is promised now
             */
            update_due_at: string | null;
            /** Format: date-time */
            ended_at: string | null;
            /**
             * Format: date-time
             * @description null: it goes on
             */
            links_expire_at: string | null;
            /** @description A mailbox can send */
            mails_leave: boolean;
            /** @description Newest first */
            links: components["schemas"]["TicketStatusLink"][];
            people: {
                /** @enum {unknown} */
                kind: "account" | "mail";
                address: string;
                /** Format: date-time */
                added_at: string;
                added_by: string;
            }[];
            /** @description Rows of the history that were published, newest first */
            updates: number[];
        };
        StatusPage: {
            incident: string;
            title: string;
            /** @enum {unknown} */
            state: "investigating" | "in_progress" | "resolved" | "ended" | "withdrawn";
            /** Format: date-time */
            since: string;
            touchpoints: string[];
            /** @description That are affected */
            stores: number;
            /** Format: date-time */
            update_due_at: string | null;
            /** Format: date-time */
            resolved_at: string | null;
            /** Format: date-time */
            ended_at: string | null;
            /** @description How it was solved */
            summary: string | null;
            /** @description That the page tells times in */
            zone: string;
            /** @description Newest first */
            updates: {
                /** Format: date-time */
                at: string;
                text: string;
            }[];
        };
        Survey: {
            id: string;
            name: string;
            question: string;
            /** @enum {unknown} */
            scale: "csat" | "ces" | "nps";
            /** @description Of the scale */
            least: number;
            most: number;
            channels: string[];
            active: boolean;
            sample: number;
            quiet_days: number;
            expiry_days: number;
            version: number;
            /** Format: date-time */
            changed_at: string | null;
            changed_by: string;
            /** @description In the last 30 days */
            invited: number;
            /** @description Of these */
            answered: number;
        };
        SurveyInvitation: {
            /** @description Key */
            ticket: string;
            survey: string;
            /** @enum {unknown} */
            scale: "csat" | "ces" | "nps";
            /** @description The ticket's requester; empty once erased */
            person: string;
            /** Format: date-time */
            invited_at: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            answered_at: string | null;
            /** Format: date-time */
            changed_at: string | null;
            score: number | null;
            comment: string;
            /** @description Path of the page; null in lists and for those who may not have it */
            link: string | null;
        };
        /** @enum {string} */
        TriageKind: "category" | "queue" | "sentiment";
        /** @description fault, request, question, complaint or thanks; "" where the text does not tell */
        TriageIntent: string;
        TriageSettings: {
            /** @description That was read; 0 as it comes */
            version: number;
            /** @description The machine sets what it is sure of; false, it only proposes */
            sets: boolean;
            /** @description Decisions of people, after which a model is made; 0 never */
            retrain_after: number;
            /** @description Of the day, UTC: what is new by then is learnt */
            retrain_hour: number;
        };
        TriageTraining: {
            running: boolean;
            kind: components["schemas"]["TriageKind"];
            /**
             * Format: date-time
             * @description Of the last one since the server's start
             */
            began_at: string | null;
            /** Format: date-time */
            ended_at: string | null;
            problem: string | null;
        };
        /** @description On the texts held out */
        TriageQuality: {
            texts: number;
            right: number;
            accuracy: number;
            /** @description Share that is accepted */
            coverage: number;
            /** @description Share of the accepted that is right */
            precision: number;
            calibration_error: number;
        };
        TriageModel: {
            version: number;
            /** @enum {unknown} */
            origin: "starter" | "trained";
            /** @enum {unknown} */
            state: "in_force" | "candidate" | "retired";
            /** @description Of the state that it was given */
            reason: string;
            /** @description Version that it was compared with */
            before: number | null;
            made_at: components["schemas"]["Time"];
            made_by: string;
            /** @description Examples from tickets that it was made of */
            decisions: number;
            /** @description Examples from files */
            files: number;
            metrics: {
                trained_on: number;
                validated_on: number;
                /** @description Of confidence; over 1: nothing is accepted */
                threshold: number;
                precision_wanted: number;
                valid_precision: number;
                valid_coverage: number;
                held: components["schemas"]["TriageQuality"];
                before: components["schemas"]["TriageQuality"];
                /** @description Held out texts that only this one has right */
                gained: number;
                /** @description That only the one before has right */
                lost: number;
                /** @description How likely luck alone loses that many of these; under 0.05 it is worse */
                luck: number;
                categories: {
                    label: string;
                    texts: number;
                    said: number;
                    right: number;
                    precision: number;
                    recall: number;
                }[];
                confusion: {
                    /** @description "": a label that the model has not */
                    is: string;
                    said: string;
                    count: number;
                }[];
            };
        };
        TicketTriage: {
            at: components["schemas"]["Time"];
            /** @description Nobody read it when it was opened: what the models in force say now; nothing of it is set, and nothing kept */
            made_now: boolean;
            model_version: number;
            /** @description Proposed; "": its reporter chose one */
            category: string;
            /** @description Proposed; "" none */
            queue: string;
            confidence: number;
            threshold: number;
            /** @description The confidence reached the threshold, and at least three words say something */
            accepted: boolean;
            /** @description That the machine set */
            fields: string[];
            language: string;
            intent: components["schemas"]["TriageIntent"];
            /** @description -1 to 1 */
            sentiment: number;
            /** @description 0 to 1 */
            urgency: number;
            reasons: {
                word: string;
                weight: number;
            }[];
            entities: {
                /** @enum {unknown} */
                thing: "store" | "till" | "order" | "device" | "error";
                value: string;
                /** @description A store or till of this code is there */
                known: boolean;
            }[];
            /** @description What was found in its reports and in answers, the newest first */
            messages: {
                at: components["schemas"]["Time"];
                /** @description Its number; null: an answer, of which the tone alone is found */
                report: number | null;
                model_version: number;
                category: string;
                confidence: number;
                accepted: boolean;
                language: string;
                intent: components["schemas"]["TriageIntent"];
                /** @enum {unknown} */
                mood: "very_negative" | "negative" | "neutral" | "positive";
                /** @description -1 to 1 */
                sentiment: number;
                /** @description 0 to 1 */
                urgency: number;
                words: {
                    word: string;
                    weight: number;
                }[];
                reasons: {
                    word: string;
                    weight: number;
                }[];
                entities: {
                    /** @enum {unknown} */
                    thing: "store" | "till" | "order" | "device" | "error";
                    value: string;
                    /** @description A store or till of this code is there */
                    known: boolean;
                }[];
            }[];
            /** @description Tickets with nearly the same text, among the newest 50,000; best first */
            similar: {
                key: string;
                title: string;
                category: string;
                open: boolean;
                /** @description 0 to 1 */
                alike: number;
                /** @description Open, and so like it that it may be a duplicate */
                same: boolean;
            }[];
            /** @enum {string|null} */
            outcome: "confirmed" | "corrected" | null;
            /** @description The category that a person decided on */
            label: string | null;
            /** Format: date-time */
            decided_at: string | null;
            decided_by: string | null;
        };
    };
    responses: {
        /** @description Refused */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Try again later */
        Later: {
            headers: {
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Done */
        Done: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": Record<string, unknown>;
            };
        };
    };
    parameters: {
        /** @description next_cursor of the page before */
        cursor: string;
        /** @description Rows a page */
        limit: number;
        /** @description Id, name or number of a source; patron: the server's own events */
        sourceFilter: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    session_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            503: components["responses"]["Later"];
        };
    };
    session_begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: components["schemas"]["Email"];
                    password: components["schemas"]["PasswordGiven"];
                };
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    session_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    session_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeGiven"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    setup_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        code: string;
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                    email: components["schemas"]["Email"];
                    name: components["schemas"]["PersonName"];
                    password: components["schemas"]["PasswordNew"];
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    invitations_accept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                    password: components["schemas"]["PasswordNew"];
                    name?: components["schemas"]["PersonName"];
                };
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    me_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    name?: components["schemas"]["PersonName"];
                    /** @description The console's own, such as locale, theme and density; replaced whole */
                    preferences?: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    me_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current: components["schemas"]["PasswordGiven"];
                    password: components["schemas"]["PasswordNew"];
                };
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    me_sessions_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["OwnSession"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    me_sessions_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    me_session_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    me_totp_begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordCheck"];
            };
        };
        responses: {
            /** @description What the authenticator needs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Base32 */
                        secret: string;
                        /** @description otpauth://totp/..., to draw as a QR code */
                        uri: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    me_totp_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordCheck"];
            };
        };
        responses: {
            /** @description Changed; a new session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    me_totp_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeGiven"];
            };
        };
        responses: {
            /** @description In force */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recovery_codes: string[];
                        session: components["schemas"]["Session"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    accounts_list: {
        parameters: {
            query?: {
                /** @description Part of the name or the mail address */
                search?: string;
                role?: components["schemas"]["RoleName"];
                state?: "any" | "active" | "invited" | "disabled";
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Account"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    accounts_invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: components["schemas"]["Email"];
                    name: components["schemas"]["PersonName"];
                    role: components["schemas"]["RoleName"];
                    password?: components["schemas"]["PasswordNew"];
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountWithLink"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    accounts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or mail address */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    accounts_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or mail address */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    name?: components["schemas"]["PersonName"];
                    role?: components["schemas"]["RoleName"];
                    disabled?: boolean;
                    /** @description Codes of the stores whose staff they are: what the portal shows them */
                    stores?: string[];
                    /** @description false: takes the second factor away; true is refused, since only the person can set it up */
                    totp?: boolean;
                };
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    accounts_reset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or mail address */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountWithLink"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    roles_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All roles, most rights first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Role"][];
                        /** @description All there are */
                        permissions: {
                            name: string;
                            description: string;
                        }[];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tokens_list: {
        parameters: {
            query?: {
                state?: "any" | "valid" | "ended";
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Token"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tokens_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    role: components["schemas"]["RoleName"];
                    /**
                     * @description For people, so that the list tells which is which
                     * @default
                     */
                    name?: string;
                    /** @description Permissions by name */
                    scopes?: string[];
                    /**
                     * Format: date-time
                     * @description After now; without it the token does not expire
                     */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"] & {
                        token: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tokens_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    adoption_get: {
        parameters: {
            query?: {
                /** @description Begin, rounded down to a day; 13 days before until where it is left out */
                from?: string;
                /** @description End, rounded up to a day; now where it is left out. At most 400 days behind from */
                until?: string;
                /** @description Id, name or number of the source that the incumbent's figures are of; all where it is left out */
                source?: string;
                /** @description Id of the destination that feeds the incumbent; where it is left out the first of the kind segment, by name */
                destination?: string;
                /** @description Name of the event that `days` shows; all together where it is left out */
                event?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The comparison */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        from: components["schemas"]["Time"];
                        until: components["schemas"]["Time"];
                        /** @description The destination that feeds the incumbent; null: none */
                        forwarding: components["schemas"]["AdoptionForwarding"] | null;
                        /** @description All that may be asked for, by name */
                        destinations: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            kind: string;
                        }[];
                        days: {
                            at: components["schemas"]["Time"];
                            ours: number;
                            /** @description Delivered by the destination; null: there is none */
                            forwarded: number | null;
                            /** @description null: nothing was uploaded of this day */
                            theirs: number | null;
                        }[];
                        /** @description Most first */
                        events: {
                            name: string;
                            ours: number;
                            /** @description Delivered by the destination, without replays; what is sent twice, as after a kill, counts twice */
                            forwarded: number;
                            /** @description Delivered by replays, perhaps once more */
                            replayed: number;
                            /** @description Left out by the destination's filter or choice of events */
                            switched_off: number;
                            /** @description Left out for another reason: consent, erasure, the past, what the kind cannot say */
                            withheld: number;
                            /**
                             * @description Which way the newest one went; off: left out by filter or choice of events, so taken over
                             * @enum {unknown}
                             */
                            forwarding: "on" | "off" | null;
                            theirs: number;
                            /** @description ours less theirs */
                            difference: number;
                            /** @description ours / theirs; null without theirs */
                            share: number | null;
                        }[];
                        parts: components["schemas"]["AdoptionPart"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    adoption_put_counts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
                "application/json": {
                    /** Format: date */
                    day: string;
                    event: string;
                    count: number;
                }[];
            };
        };
        responses: {
            /** @description Taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        rows: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    adoption_set_part: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                part: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    state: "incumbent" | "side_by_side" | "patron";
                    /** @default  */
                    note?: string;
                };
            };
        };
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    adoption_identity_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AdoptionIdentity"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    adoption_identity_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id of the import */
                    import: string;
                };
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    analytics_query: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnalyticsQuery"];
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalyticsAnswer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    analytics_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    query: components["schemas"]["AnalyticsQuery"];
                    cell?: components["schemas"]["AnalyticsCell"];
                    /**
                     * @description People a page
                     * @default 100
                     */
                    limit?: number;
                    /** @description next_cursor of the page before */
                    cursor?: string;
                    /**
                     * @default json
                     * @enum {unknown}
                     */
                    format?: "json" | "csv";
                };
            };
        };
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description Of CSV */
                    "X-Next-Cursor"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/json": {
                        data: components["schemas"]["AnalyticsPerson"][];
                        /** @description Of all pages */
                        count: number;
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    analytics_names: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: {
                            /** @description track, page, screen, ... */
                            type: string;
                            name: string;
                        }[];
                        properties: {
                            /**
                             * @description How a question names it: {"property": name} or {"context": name}
                             * @enum {unknown}
                             */
                            of: "property" | "context";
                            /** @description With dots where it lies deeper, as device.type */
                            name: string;
                            /**
                             * @description A name stands once for each kind of value that it has
                             * @enum {unknown}
                             */
                            kind: "number" | "text" | "truth";
                        }[];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    reports_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them (at most 1000) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Report"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    reports_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportEdit"];
            };
        };
        responses: {
            /** @description Saved */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    reports_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    reports_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Unique */
                    name: string;
                    /** @default  */
                    description?: string;
                    query: components["schemas"]["AnalyticsQuery"];
                    /** @description How it is shown: kept for the console as it came; left out, {} */
                    shown?: Record<string, unknown>;
                    version: number;
                };
            };
        };
        responses: {
            /** @description The report */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    reports_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description Id of an account or token */
                actor?: string;
                /** @description An action or the beginning of some: source.added, or source. */
                action?: string;
                /** @description Id of what was changed */
                subject?: string;
                /** @description At or after */
                since?: string;
                /** @description Before */
                until?: string;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    audit_verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The verdict */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerdict"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    audit_export: {
        parameters: {
            query?: {
                format?: "jsonl" | "csv";
                /** @description Id of an account or token */
                actor?: string;
                /** @description An action or the beginning of some: source.added, or source. */
                action?: string;
                /** @description Id of what was changed */
                subject?: string;
                /** @description At or after */
                since?: string;
                /** @description Before */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One entry a line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    clock_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The clock */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Clock"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
        };
    };
    clock_set: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClockChange"];
            };
        };
        responses: {
            /** @description The clock after the change */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Clock"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_stores_list: {
        parameters: {
            query?: {
                country?: string;
                region?: string;
                format?: string;
                /** @description Stores that keep it, did, or are to */
                calendar?: string;
                /** @description Today */
                state?: "trading" | "planned" | "closed";
                search?: string;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Store"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_store_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The store */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Store"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_store_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    name?: string;
                    /** @description IANA time zone such as Europe/Berlin */
                    zone?: string;
                    /** @description ISO 3166-1 alpha-2; may be empty */
                    country?: string;
                    region?: string;
                    /** @description Such as flagship or express */
                    format?: string;
                    /** @description Lines */
                    address?: string;
                    /** @description First local day of trade, 2026-01-31; may be empty */
                    opened_on?: string;
                    /** @description The last one; may be empty */
                    closed_on?: string;
                    /** @description Id; empty: none */
                    calendar?: string;
                    /** Format: date-time */
                    calendar_from?: string;
                };
            };
        };
        responses: {
            /** @description The store */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Store"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_store_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_store_hours: {
        parameters: {
            query?: {
                /** @description An instant of the first local day; left out: now */
                from?: string;
                days?: number;
            };
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The days */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        now: components["schemas"]["StoreNow"];
                        /** @description In which days and wall times are */
                        zone: string;
                        days: components["schemas"]["OpenDay"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_tills_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Code */
                store: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Till"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_till_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                store: string;
                /** @description Code */
                till: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    name?: string;
                    /** @enum {unknown} */
                    kind?: "staffed" | "self_checkout" | "mobile";
                    /** @enum {unknown} */
                    state?: "in_service" | "out_of_service" | "retired";
                };
            };
        };
        responses: {
            /** @description The till */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Till"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_till_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                store: string;
                /** @description Code */
                till: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_calendars_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["HoursCalendarRow"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_calendar_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 to 64 of a-z, 0-9 and _, the first a letter */
                calendar: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The calendar */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoursCalendar"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_calendar_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 to 64 of a-z, 0-9 and _, the first a letter */
                calendar: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    name?: string;
                    /** @description Weekly hours, shifts, holidays and breaks (docs/commerce.md); a zone, or that of the store */
                    calendar?: Record<string, unknown>;
                    /** Format: date-time */
                    from?: string;
                };
            };
        };
        responses: {
            /** @description The calendar */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoursCalendar"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_calendar_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 to 64 of a-z, 0-9 and _, the first a letter */
                calendar: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Weekly hours, shifts, holidays and breaks (docs/commerce.md); a zone, or that of the store */
                    calendar: Record<string, unknown>;
                    /**
                     * @description Where the calendar says none
                     * @default UTC
                     */
                    zone?: string;
                    /** Format: date-time */
                    from?: string;
                    /** @default 28 */
                    days?: number;
                };
            };
        };
        responses: {
            /** @description The days */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        days: components["schemas"]["OpenDay"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_holidays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                    from_year: number;
                    to_year: number;
                };
            };
        };
        responses: {
            /** @description The days, ascending */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        holidays: {
                            /** Format: date */
                            date: string;
                            name: string;
                        }[];
                        skipped: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    commerce_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: "stores" | "tills";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is imported */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    commerce_import: {
        parameters: {
            query?: {
                /** @description Say what it would do and write nothing */
                trial?: boolean;
            };
            header?: never;
            path: {
                file: "stores" | "tills";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        changed: number;
                        same: number;
                        failed: number;
                        faults: {
                            line: number;
                            what: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    computed_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them (at most 100) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ComputedTrait"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    computed_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComputedTraitEdit"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComputedTrait"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    computed_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description As in docs/rules.md */
                    fold: Record<string, unknown>;
                    /** @description Id of a person; left out */
                    profile?: string;
                };
            };
        };
        responses: {
            /** @description Values */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            id: components["schemas"]["ProfileId"];
                            /** @description Of the person; may be empty */
                            name: string;
                            /** @description Any JSON value; null: not known */
                            value: unknown;
                            /** @description Of the window */
                            events: number;
                            /** @description There are more events than were read, or than are kept */
                            cut: boolean;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    computed_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The definition */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComputedTrait"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    computed_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComputedTraitEdit"];
            };
        };
        responses: {
            /** @description The definition */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComputedTrait"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    computed_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    connectors_kinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All kinds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorKinds"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    connectors_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorPage"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    connectors_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectorAdd"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorMade"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    connectors_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectorPreviewAsk"];
            };
        };
        responses: {
            /** @description Its events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorPreview"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    connectors_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connector */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connector"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    connectors_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    connectors_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectorEdit"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connector"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    connectors_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectorRotate"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorMade"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    connectors_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectorTest"];
            };
        };
        responses: {
            /** @description What came of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorTested"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    connectors_deliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorDeliveries"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    connectors_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The body, null when there is none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        body: string | null;
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    consent_purposes_list: {
        parameters: {
            query?: {
                /** @description Archived ones too */
                archived?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them (at most 32) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ConsentPurpose"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    consent_purposes_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description a-z, 0-9 and _, beginning with a letter; for life */
                    id: string;
                } & components["schemas"]["ConsentPurposeEdit"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentPurpose"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    consent_purposes_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The purpose */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentPurpose"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    consent_purposes_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description That was read */
                    version: number;
                } & components["schemas"]["ConsentPurposeEdit"];
            };
        };
        responses: {
            /** @description The purpose */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentPurpose"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    consent_purposes_archive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    archived: boolean;
                };
            };
        };
        responses: {
            /** @description The purpose */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentPurpose"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    consent_retention: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last run, the next one, and what each class has dropped */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        running: boolean;
                        /** @description Null: never */
                        last_run_at: components["schemas"]["TimeOrNull"];
                        /** @description By the clock of the server. Null: one is about to begin */
                        next_run_at: components["schemas"]["TimeOrNull"];
                        /** @description Why the last attempt failed; it is made again */
                        problem: string | null;
                        classes: components["schemas"]["RetentionClass"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    consent_retention_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    retention: components["schemas"]["ConsentRetention"][];
                };
            };
        };
        responses: {
            /** @description A count */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        records: number;
                        /** @description The second was over before all was counted */
                        at_least: boolean;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_consent: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Decisions a page */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description State and history */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        states: components["schemas"]["ConsentState"][];
                        history: components["schemas"]["ConsentDecision"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_consent_decide: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    purpose: string;
                    granted: boolean;
                    /** @description How it was said: "on the phone, call 4711" */
                    evidence: string;
                    /**
                     * @description Of the text that was read to them
                     * @default
                     */
                    text_version?: string;
                };
            };
        };
        responses: {
            /** @description State and history */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        states: components["schemas"]["ConsentState"][];
                        history: components["schemas"]["ConsentDecision"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    profiles_preference_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default  */
                    purpose?: string;
                    /**
                     * @description How long it holds
                     * @default 180
                     */
                    days?: number;
                };
            };
        };
        responses: {
            /** @description The link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description On this server */
                        path: string;
                        expires_at: components["schemas"]["Time"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    suppressions_list: {
        parameters: {
            query?: {
                reason?: "unsubscribed" | "bounced" | "complaint" | "manual" | "erased";
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Suppression"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    suppressions_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    channel: "email" | "phone";
                    /**
                     * @default manual
                     * @enum {unknown}
                     */
                    reason?: "unsubscribed" | "bounced" | "complaint" | "manual";
                    /**
                     * Format: date-time
                     * @description For addresses that another system has suppressed before; left out: now
                     */
                    since?: string;
                    addresses: string[];
                };
            };
        };
        responses: {
            /** @description Added */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        /** @description That were there */
                        known: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    suppressions_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    channel: "email" | "phone";
                    address: string;
                };
            };
        };
        responses: {
            /** @description What the list says */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        suppressed: boolean;
                        row: components["schemas"]["Suppression"] | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    suppressions_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JSON lines */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": unknown;
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    suppressions_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    preferences_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The link is not valid: unknown, ended, or nobody is there any more */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    preferences_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /**
                     * @description RFC 8058
                     * @constant
                     */
                    "List-Unsubscribe"?: "One-Click";
                    /** @description Purposes that the form has, each as slug:version */
                    shown?: string[];
                    /** @description Of these those that are allowed */
                    allow?: string[];
                    /** @description All that are shown are refused */
                    none?: string;
                };
                "multipart/form-data": {
                    /**
                     * @description RFC 8058
                     * @constant
                     */
                    "List-Unsubscribe": "One-Click";
                };
            };
        };
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The page */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The link is not valid: unknown, ended, or nobody is there any more */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The page again: a purpose that was shown has changed since, and nothing was saved */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_list: {
        parameters: {
            query?: {
                /** @description Names with commas between: new, in_progress, waiting, resolved, closed, cancelled; open: the first three; left out: any */
                state?: string;
                /** @description Likewise: incident, service_request, problem, change */
                type?: string;
                /** @description Likewise: P1 to P5 */
                priority?: string;
                /** @description Left out: any; empty: those in none */
                queue?: string;
                /** @description Account; likewise */
                assignee?: string;
                /** @description Code; likewise */
                store?: string;
                /** @description Likewise */
                category?: string;
                /** @description Likewise */
                requester?: string;
                /** @description Major incidents only */
                major?: boolean;
                search?: string;
                /** @description Names with commas between: running, paused, at_risk, breached, none; left out: any */
                due_state?: string;
                /** @description How the latest message of its conversation sounds; names with commas between: very_negative, negative, neutral, positive, none (nothing was read); left out: any */
                mood?: string;
                /** @description Likewise, the lowest of all messages and reports */
                mood_lowest?: string;
                /** @description Those whose tone_urgency is 0.5 or more only */
                pressing?: boolean;
                sort?: "number" | "priority" | "changed" | "due" | "sentiment";
                reversed?: boolean;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Ticket"][];
                        /** @description That fit */
                        total: number;
                        next_cursor: components["schemas"]["NextCursor"];
                        /** @description Of a search: where texts have the words, of those tickets whose key, title and so on have not all */
                        matched?: {
                            /** @description Of the ticket */
                            number: number;
                            /** @enum {unknown} */
                            in: "description" | "note" | "internal_note";
                            /** @description Row of the history */
                            seq: number | null;
                            /** @description Around the first word */
                            text: string;
                        }[];
                        /** @description Of a search */
                        searched?: {
                            /** @description Texts are still being read: after a start, or a moment after a change */
                            reads: boolean;
                            /** @description Older tickets are found by key, title, store, till and requester alone: there is no room for their texts */
                            from: number;
                        };
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default incident
                     * @enum {unknown}
                     */
                    type?: "incident" | "service_request" | "problem" | "change";
                    /** @description Left out: the name of the category */
                    title?: string;
                    description?: string;
                    /** @description Id of a person */
                    requester?: string;
                    store?: string;
                    till?: string;
                    channel?: string;
                    /** @description A row of the policy */
                    category?: string;
                    services?: string[];
                    touchpoints?: string[];
                    /** @enum {unknown} */
                    impact?: "" | "high" | "medium" | "low";
                    /** @enum {unknown} */
                    urgency?: "" | "high" | "medium" | "low";
                    /**
                     * @description What somebody calls it: raises the priority, never lowers it
                     * @enum {unknown}
                     */
                    label?: "" | "P1" | "P2" | "P3" | "P4" | "P5";
                    queue?: string;
                    assignee?: string;
                    watchers?: string[];
                    /** @description Fields of one's own */
                    custom?: Record<string, unknown>;
                    /**
                     * @description Affected, where the reporter knows of more than their own
                     * @default 0
                     */
                    stores?: number;
                    /**
                     * @description Affected, where the reporter knows of more than their own
                     * @default 0
                     */
                    tills?: number;
                    /**
                     * @description Affected, where the reporter knows of more than their own
                     * @default 0
                     */
                    customers?: number;
                    /**
                     * @description To open a ticket, whatever is open; nothing joins it
                     * @default false
                     */
                    alone?: boolean;
                };
            };
        };
        responses: {
            /** @description It joined an incident */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ticket: components["schemas"]["Ticket"];
                        /** @description Number of the report */
                        report: number;
                        joined: boolean;
                        /** @description For the reporter, when it joined */
                        told: string;
                    };
                };
            };
            /** @description A ticket was opened */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ticket: components["schemas"]["Ticket"];
                        /** @description Number of the report */
                        report: number;
                        joined: boolean;
                        /** @description For the reporter, when it joined */
                        told: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_export: {
        parameters: {
            query?: {
                /** @description Names with commas between: new, in_progress, waiting, resolved, closed, cancelled; open: the first three; left out: any */
                state?: string;
                /** @description Likewise: incident, service_request, problem, change */
                type?: string;
                /** @description Likewise: P1 to P5 */
                priority?: string;
                /** @description Left out: any; empty: those in none */
                queue?: string;
                /** @description Account; likewise */
                assignee?: string;
                /** @description Code; likewise */
                store?: string;
                /** @description Likewise */
                category?: string;
                /** @description Likewise */
                requester?: string;
                /** @description Major incidents only */
                major?: boolean;
                search?: string;
                /** @description Names with commas between: running, paused, at_risk, breached, none; left out: any */
                due_state?: string;
                /** @description How the latest message of its conversation sounds; names with commas between: very_negative, negative, neutral, positive, none (nothing was read); left out: any */
                mood?: string;
                /** @description Likewise, the lowest of all messages and reports */
                mood_lowest?: string;
                /** @description Those whose tone_urgency is 0.5 or more only */
                pressing?: boolean;
                sort?: "number" | "priority" | "changed" | "due" | "sentiment";
                reversed?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A line a ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    tickets: string[];
                    /** @description As for one ticket (TicketEdit) */
                    change: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            ticket: string;
                            /** @description ok, or the code of a problem */
                            code: string;
                            detail: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketEdit"];
            };
        };
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_history: {
        parameters: {
            query?: {
                /** @description Only what the requester may see */
                public?: boolean;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TicketEvent"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_reports: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TicketReport"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_part: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Number of the report */
                report: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new ticket */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_merge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Key or number */
                    into: string;
                };
            };
        };
        responses: {
            /** @description The other ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    kind: components["schemas"]["TicketLinkKind"];
                    /** @description Key or number */
                    other: string;
                };
            };
        };
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_unlink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                kind: components["schemas"]["TicketLinkKind"];
                other: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_escalations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TicketEscalation"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_escalate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Id of a record; left out: the one that a service of the ticket names
                     * @default
                     */
                    vendor?: string;
                    /**
                     * @description Left out: the one of the vendor's record, else the title
                     * @default
                     */
                    message?: string;
                };
            };
        };
        responses: {
            /** @description All, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TicketEscalation"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_escalation_answer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Its number */
                escalation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    answer: string;
                };
            };
        };
        responses: {
            /** @description All, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TicketEscalation"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_attachments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TicketAttachment"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_attach: {
        parameters: {
            query: {
                /** @description Of the file */
                name: string;
                /** @description The requester may see it */
                public?: boolean;
                /** @description Number of the report that it belongs to; left out: none */
                report?: number;
            };
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/png": string;
                "image/jpeg": string;
                "image/gif": string;
                "image/webp": string;
                "application/pdf": string;
                "application/zip": string;
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document": string;
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                "application/json": string;
                "text/plain": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description The file */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketAttachment"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Its number */
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                    "image/jpeg": string;
                    "image/gif": string;
                    "image/webp": string;
                    "application/pdf": string;
                    "application/zip": string;
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "application/json": string;
                    "text/plain": string;
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_detach: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Its number */
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_presence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    state: "viewing" | "editing" | "left";
                };
            };
        };
        responses: {
            /** @description The others who are there now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        expires_s: number;
                        data: {
                            account: string;
                            name: string;
                            /** @enum {unknown} */
                            state: "viewing" | "editing";
                            since: components["schemas"]["Time"];
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    desk_policy_get: {
        parameters: {
            query?: {
                /** @description Left out: the newest */
                version?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeskPolicyVersion"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    desk_policy_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    policy: components["schemas"]["DeskPolicy"];
                };
            };
        };
        responses: {
            /** @description The policy */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeskPolicyVersion"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    desk_policy_try: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description To try; left out: the one in force */
                    policy?: Record<string, unknown>;
                    /** @default  */
                    category?: string;
                    touchpoints?: string[];
                    /** @enum {unknown} */
                    impact?: "" | "high" | "medium" | "low";
                    /** @enum {unknown} */
                    urgency?: "" | "high" | "medium" | "low";
                    /**
                     * @description What somebody calls it: raises the priority, never lowers it
                     * @enum {unknown}
                     */
                    label?: "" | "P1" | "P2" | "P3" | "P4" | "P5";
                    /**
                     * @description Affected, where the reporter knows of more than their own
                     * @default 0
                     */
                    stores?: number;
                    /**
                     * @description Affected, where the reporter knows of more than their own
                     * @default 0
                     */
                    tills?: number;
                    /**
                     * @description Affected, where the reporter knows of more than their own
                     * @default 0
                     */
                    customers?: number;
                    /**
                     * Format: date-time
                     * @description Left out: now
                     */
                    at?: string;
                };
            };
        };
        responses: {
            /** @description The priority */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketWhy"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    desk_records_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "services" | "touchpoints" | "vendors" | "queues" | "fields" | "macros" | "templates" | "views";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of the kind, by id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["DeskRecord"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    desk_records_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "services" | "touchpoints" | "vendors" | "queues" | "fields" | "macros" | "templates" | "views";
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The record */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeskRecord"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    desk_records_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "services" | "touchpoints" | "vendors" | "queues" | "fields" | "macros" | "templates" | "views";
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 0 */
                    version?: number;
                    name: string;
                    record: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description The record */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeskRecord"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    desk_records_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: "services" | "touchpoints" | "vendors" | "queues" | "fields" | "macros" | "templates" | "views";
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    desk_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description Account */
                            id: string;
                            name: string;
                        }[];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    destinations_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DestinationPage"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    destinations_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DestinationAdd"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_kinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DestinationKinds"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    destinations_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The destination */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    destinations_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DestinationEdit"];
            };
        };
        responses: {
            /** @description The destination as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The destination as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The destination as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DestinationTest"];
            };
        };
        responses: {
            /** @description What came of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DestinationTested"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_dead: {
        parameters: {
            query?: {
                /** @description Only those with this reason */
                reason?: string;
                /** @description next_cursor of the page before */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    destinations_redrive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadLetterChoice"];
            };
        };
        responses: {
            /** @description How many there are */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterCount"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_discard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadLetterChoice"];
            };
        };
        responses: {
            /** @description How many there are */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterCount"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DestinationReplay"];
            };
        };
        responses: {
            /** @description The destination as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_replay_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The destination as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    destinations_skipped: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                destination: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Samples */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DestinationSkipped"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    duplicates_list: {
        parameters: {
            query?: {
                status?: "open" | "accepted" | "refused";
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Duplicate"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    duplicates_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Duplicate"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    duplicates_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Why, for those who look later */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Duplicate"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    duplicates_refuse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Why, for those who look later */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Duplicate"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    profiles_duplicates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The best */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Duplicate"][];
                        /** @description There are no more pages */
                        next_cursor: null;
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    events_export: {
        parameters: {
            query?: {
                /** @description First offset */
                from?: number;
                /** @description One past the last offset */
                to?: number;
                /** @description Received at or after */
                since?: string;
                /** @description Received before */
                until?: string;
                /** @description Id, name or number of a source; patron: the server's own events */
                source?: components["parameters"]["sourceFilter"];
                class?: "event" | "quarantine" | "all";
                /** @description true: also what the server itself has put into the log (accounts, audit entries, alerts); alone with source=patron */
                own?: boolean;
                /** @description 1: the received texts themselves, one a line */
                raw?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JSON lines */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ExportedEvent"];
                    "application/octet-stream": string;
                };
            };
            404: components["responses"]["Problem"];
        };
    };
    events_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                offset: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event or quarantined text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportedEvent"];
                };
            };
            404: components["responses"]["Problem"];
        };
    };
    events_live: {
        parameters: {
            query?: {
                /** @description Id, name or number of a source; patron: the server's own events */
                source?: components["parameters"]["sourceFilter"];
                /** @description Comma-separated */
                type?: string;
                validity?: "all" | "valid" | "quarantined" | "rejected";
                /** @description userId or anonymousId */
                user?: string;
                /** @description Part of the event's name */
                name?: string;
                /** @description Start this many records before the end */
                recent?: number;
            };
            header?: {
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    quarantine_list: {
        parameters: {
            query?: {
                /** @description Id, name or number of a source; patron: the server's own events */
                source?: components["parameters"]["sourceFilter"];
                reason?: components["schemas"]["Reason"];
                state?: "open" | "redriven" | "any";
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Quarantined"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            404: components["responses"]["Problem"];
        };
    };
    quarantine_redrive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    positions?: number[];
                    /** @description A corrected text; with exactly one position */
                    patch?: string;
                    all?: boolean;
                    source?: string;
                    reason?: components["schemas"]["Reason"];
                    /** @description With all: continue behind next_from */
                    from?: number;
                };
            };
        };
        responses: {
            /** @description What became of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        redriven?: number;
                        refused?: number;
                        next_from?: number | null;
                        failed?: {
                            position?: number;
                            code?: string;
                            reason?: string;
                        }[];
                    };
                };
            };
            404: components["responses"]["Problem"];
        };
    };
    stats_sources: {
        parameters: {
            query?: {
                /** @description First offset */
                from?: number;
                /** @description One past the last offset */
                to?: number;
                /** @description Received at or after */
                since?: string;
                /** @description Received before */
                until?: string;
                /** @description true: also a row "patron", without an id, of what the server itself has put into the log */
                own?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One row a source */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SourceStats"][];
                    };
                };
            };
        };
    };
    view_rebuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                view: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    from?: number;
                };
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            404: components["responses"]["Problem"];
        };
    };
    analytics_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    query: components["schemas"]["AnalyticsQuery"];
                    /**
                     * @description Its rows; the people behind `cell`; events of people that an event set of the query holds, in log order
                     * @default answer
                     * @enum {unknown}
                     */
                    what?: "answer" | "people" | "events";
                    cell?: components["schemas"]["AnalyticsCell"];
                    /**
                     * @description parquet takes DuckDB's library on the server (409 says what is missing)
                     * @default csv
                     * @enum {unknown}
                     */
                    format?: "csv" | "jsonl" | "parquet";
                };
            };
        };
        responses: {
            /** @description The file */
            200: {
                headers: {
                    /** @description Rows */
                    "X-Total-Rows"?: number;
                    /** @description A name for it */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    analytics_live: {
        parameters: {
            query: {
                /** @description The question, JSON */
                query: string;
                /** @description Seconds */
                every?: number;
            };
            header?: {
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    exports_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them (at most 100) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ExportJob"][];
                        /** @description Whether export.root is set: without it none can be made but to a destination */
                        possible: boolean;
                        /** @description Destinations that take files, by name */
                        targets: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            kind: string;
                        }[];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    exports_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportJobEdit"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportJob"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    exports_test: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    destination: string;
                };
            };
        };
        responses: {
            /** @description What became of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sent: boolean;
                        /** @description Where it lies */
                        place: string | null;
                        /** @description Why it was not sent */
                        why: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    exports_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The export */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportJob"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    exports_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportJobEdit"];
            };
        };
        responses: {
            /** @description The export */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportJob"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    exports_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    exports_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    exports_runs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ExportRun"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    exports_send: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    exports_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    /** @description Its name */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    groups_list: {
        parameters: {
            query: {
                kind: "account" | "household";
                /** @description What the name begins with; case and accents do not matter */
                search?: string;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ProfileGroup"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    groups_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Members a page */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: components["schemas"]["GroupId"];
                        kind: components["schemas"]["GroupKind"];
                        name: string;
                        how: components["schemas"]["GroupHow"];
                        member_count: components["schemas"]["GroupMemberCount"];
                        /** @description Of an account, by name; of each name the newest */
                        traits: {
                            name: string;
                            /** @description Any JSON value */
                            value: unknown;
                            /** @description When it was said */
                            at: components["schemas"]["Time"];
                            /** @description Null: it is gone */
                            source: components["schemas"]["ProfileSource"] | null;
                        }[];
                        members: {
                            id: components["schemas"]["ProfileId"];
                            /** @description May be empty */
                            name: string;
                            /** @description The identifier that people know them by */
                            detail: string;
                            /** @description When it was said last that they belong to it */
                            since: components["schemas"]["Time"];
                            last_seen_at: components["schemas"]["TimeOrNull"];
                        }[];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    identity_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules decided last */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityRules"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    identity_rules_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The version that these replace */
                    version: number;
                    /** @description types, other, blocked, merge_cap and traits in the shape of IdentityRules */
                    rules: Record<string, unknown>;
                    /** @description For the audit chain */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The new rules */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityRules"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    identity_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityPreview"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
        };
    };
    identity_preview_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description types, other, blocked, merge_cap and traits in the shape of IdentityRules */
                    rules: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityPreview"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    identity_preview_stop: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    identity_rebuild: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of the rules; 409 when it is not the newest any more */
                    version: number;
                    /** @description For the audit chain */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityRebuild"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_list: {
        parameters: {
            query?: {
                /** @description Only those in this state */
                state?: components["schemas"]["ImportState"];
                /** @description next_cursor of the page before */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    imports_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportAdd"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_recipes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportRecipes"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    imports_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    imports_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportEdit"];
            };
        };
        responses: {
            /** @description The import as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_part: {
        parameters: {
            query: {
                /** @description Where in the file the part begins */
                offset: number;
            };
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description How much of the file is there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportUploaded"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            /** @description A gap, or the import takes no parts any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ImportGap"];
                };
            };
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The first rows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportPreview"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_mapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mapping */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportMapping"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    imports_set_mapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportMappingEdit"];
            };
        };
        responses: {
            /** @description The import as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    imports_refusals: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportRefusalPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    imports_live_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                import: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    insight_desk: {
        parameters: {
            query?: {
                /** @description RFC 3339; left out: 28 days before `to` */
                from?: string;
                /** @description Not inside; left out: now */
                to?: string;
                /** @description IANA name: days, weeks (from Monday) and months are civil ones of it */
                zone?: string;
                unit?: "day" | "week" | "month";
                by?: "none" | "queue" | "store" | "category" | "channel" | "priority" | "type";
                /** @description Left out: any; empty: those in none */
                queue?: string;
                /** @description Code; likewise */
                store?: string;
                /** @description Likewise */
                category?: string;
                /** @description Likewise */
                channel?: string;
                /** @description Names with commas between: P1 to P5 */
                priority?: string;
                /** @description Likewise: incident, service_request */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeskFigures"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    insight_desk_export: {
        parameters: {
            query?: {
                /** @description RFC 3339; left out: 28 days before `to` */
                from?: string;
                /** @description Not inside; left out: now */
                to?: string;
                /** @description IANA name: days, weeks (from Monday) and months are civil ones of it */
                zone?: string;
                unit?: "day" | "week" | "month";
                by?: "none" | "queue" | "store" | "category" | "channel" | "priority" | "type";
                /** @description Left out: any; empty: those in none */
                queue?: string;
                /** @description Code; likewise */
                store?: string;
                /** @description Likewise */
                category?: string;
                /** @description Likewise */
                channel?: string;
                /** @description Names with commas between: P1 to P5 */
                priority?: string;
                /** @description Likewise: incident, service_request */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    insight_desk_tickets: {
        parameters: {
            query?: {
                /** @description RFC 3339; left out: 28 days before `to` */
                from?: string;
                /** @description Not inside; left out: now */
                to?: string;
                /** @description Left out: any; empty: those in none */
                queue?: string;
                /** @description Code; likewise */
                store?: string;
                /** @description Likewise */
                category?: string;
                /** @description Likewise */
                channel?: string;
                /** @description Names with commas between: P1 to P5 */
                priority?: string;
                /** @description Likewise: incident, service_request */
                type?: string;
                behind?: "resolved" | "first" | "not_first" | "provisional" | "met" | "breached" | "answered" | "satisfied" | "unsatisfied";
                /** @description Of met and breached */
                clock?: "response" | "next_response" | "resolution" | "ola" | "vendor";
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, by number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["FigureTicket"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    insight_desk_checkout: {
        parameters: {
            query?: {
                /** @description RFC 3339; left out: 28 days before `to` */
                from?: string;
                /** @description Not inside; left out: now */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Both beside each other */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        from: string;
                        /** Format: date-time */
                        to: string;
                        incidents: number;
                        during: components["schemas"]["FigureCheckout"];
                        otherwise: components["schemas"]["FigureCheckout"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Mailbox"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_messages: {
        parameters: {
            query?: {
                /** @description Of this one; left out: of any */
                mailbox?: string;
                /** @description Left out: any */
                outcome?: "opened" | "answered" | "followed_up" | "noted" | "bounced" | "filed" | "quarantined";
                /** @description Number of a message, not included; left out: the newest */
                before?: number;
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["MailIn"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_redrive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its number */
                message: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What became of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailTaken"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_discard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its number */
                message: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_sent: {
        parameters: {
            query?: {
                /** @description Of this one; left out: of any */
                mailbox?: string;
                /** @description Left out: any */
                state?: "queued" | "sending" | "sent" | "doubt" | "failed" | "bounced";
                /** @description Number of a message, not included; left out: the newest */
                before?: number;
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["MailOut"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_decide: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its number */
                message: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description false: it was sent, or need not be */
                    again: boolean;
                };
            };
        };
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mailbox"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 0 */
                    version?: number;
                    name: string;
                    /** @default false */
                    paused?: boolean;
                    /** @description MailboxSettings: docs/mail.md */
                    settings: Record<string, unknown>;
                    /** @description Password, or access token where imap.auth is xoauth2 */
                    imap_secret?: string;
                    smtp_secret?: string;
                    /** @description Private key in PEM */
                    dkim_key?: string;
                };
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mailbox"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    paused: boolean;
                };
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mailbox"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The steps that were taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        steps: {
                            /** @enum {unknown} */
                            step: "imap_login" | "imap_folder" | "smtp_login" | "dkim" | "send";
                            ok: boolean;
                            said: string;
                        }[];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    mailboxes_take: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mailbox: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "message/rfc822": string;
            };
        };
        responses: {
            /** @description What became of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailTaken"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_mails: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        in: components["schemas"]["MailIn"][];
                        out: components["schemas"]["MailOut"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    notifications_list: {
        parameters: {
            query?: {
                /** @description These only */
                unread?: boolean;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Notification"][];
                        next_cursor: components["schemas"]["NextCursor"];
                        /** @description Of all */
                        unread: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    notifications_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids: number[];
                };
            };
        };
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    notifications_read_all: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id of a notification, included */
                    until: number;
                };
            };
        };
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    notifications_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it holds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationSettings"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    notifications_settings_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    /** @description Left out: those of one's role */
                    rules?: components["schemas"]["NotificationRule"][];
                    language: components["schemas"]["NotificationLanguage"];
                    /** @description IANA name, such as Europe/Berlin */
                    zone: string;
                    /** @description Minute of the local day */
                    quiet_from_min: number;
                    /** @description Equal to the other: there are no quiet hours */
                    quiet_until_min: number;
                    /** @description P1 comes through */
                    quiet_not_p1: boolean;
                    /** @description 5 or more; 0: once a day, at digest_at_min */
                    digest_every_min: number;
                    digest_at_min: number;
                    shape: components["schemas"]["NotificationShape"];
                    /** @description https address; "": none. Left out: as it is. It is never given back */
                    webhook_url?: string;
                };
            };
        };
        responses: {
            /** @description As it holds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationSettings"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    notifications_devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["NotificationDevice"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    notifications_device_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    endpoint: string;
                    /** @description base64url */
                    p256dh: string;
                    /** @description base64url */
                    auth: string;
                };
            };
        };
        responses: {
            /** @description Its id */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    notifications_device_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    notifications_test: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    channel: components["schemas"]["NotificationChannel"];
                    /**
                     * @description Of push
                     * @default
                     */
                    device?: string;
                };
            };
        };
        responses: {
            /** @description It is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        delivery: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    notifications_test_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationDelivery"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    notifications_deliveries: {
        parameters: {
            query?: {
                state?: components["schemas"]["NotificationDeliveryState"];
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["NotificationDelivery"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    notifications_redrive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    session_oidc_start: {
        parameters: {
            query?: {
                /** @description Where to go afterwards: a path on this server, with a single / at its start and neither // nor \ in it */
                return_to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider, or to the sign-in page */
            302: {
                headers: {
                    Location?: string;
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    session_oidc_callback: {
        parameters: {
            query?: {
                state?: string;
                code?: string;
                error?: string;
                iss?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the page or to the sign-in page */
            302: {
                headers: {
                    Location?: string;
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    health_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All parts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    health_series: {
        parameters: {
            query: {
                name: components["schemas"]["HealthSeriesName"];
                minutes?: number;
                /** @description At most so many */
                points?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthSeries"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    settings_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All settings by key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Setting"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    alerts_list: {
        parameters: {
            query?: {
                state?: "active" | "cleared" | "any";
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Alert"][];
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    alerts_acknowledge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                alert: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    note?: string;
                };
            };
        };
        responses: {
            /** @description The alert */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    backups_list: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    backups_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description File name under backup.dir: letters, digits, '.', '-' and '_'; absent: patron-TIME.ptb */
                    path?: string;
                    /**
                     * @description With secret.key. Without it the restored server needs the old one put back; else API tokens and sealed secrets are void, and ids derived for events without a messageId differ
                     * @default true
                     */
                    secrets?: boolean;
                };
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backup"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    backups_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                backup: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The backup */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backup"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    backups_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                backup: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will stop */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backup"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    backups_stream: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description With secret.key
                     * @default false
                     */
                    secrets?: boolean;
                };
            };
        };
        responses: {
            /** @description The backup */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            503: components["responses"]["Later"];
        };
    };
    plans_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them (at most 500) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PlanSummary"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    plans_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanEdit"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    plans_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A draft in the shape of PlanEdit */
                    plan: Record<string, unknown>;
                    /** @description An event as a client sends it */
                    event?: Record<string, unknown>;
                    /** @description Id, name or number of a source */
                    source?: string;
                    /**
                     * @description Events of the source to judge
                     * @default 10000
                     */
                    last?: number;
                };
            };
        };
        responses: {
            /** @description Verdicts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanCheck"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    plans_infer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id, name or number of a source */
                    source: string;
                    /**
                     * @description Events of the source to read
                     * @default 10000
                     */
                    last?: number;
                    /** @description Of the draft; by default the source's */
                    name?: string;
                };
            };
        };
        responses: {
            /** @description A draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        plan: components["schemas"]["PlanDraft"];
                        /** @description Events that were read */
                        events: number;
                        /** @description False when the bound of time or records ended it */
                        complete: boolean;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    plans_convert: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The file: Segment's tracking plan or its rules, RudderStack's tracking plan with its events, or PlanEdit */
                    document: Record<string, unknown>;
                    /** @description Instead of the document's own */
                    name?: string;
                };
            };
        };
        responses: {
            /** @description A draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        plan: components["schemas"]["PlanDraft"];
                        /** @enum {unknown} */
                        format: "patron" | "segment" | "rudderstack";
                        /** @description What could not be carried over */
                        notes: string[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    plans_violations: {
        parameters: {
            query?: {
                /** @description Id, name or number of a source */
                source?: string;
                /** @description Id or name of a plan */
                plan?: string;
                type?: components["schemas"]["PlanEventType"];
                /** @description Event */
                name?: string;
                /** @description Received in this hour or later; by default 7 days ago */
                since?: string;
                /** @description Received before the end of this hour; by default now */
                until?: string;
                step?: "hour" | "day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Points (at most 2,200) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        step_seconds: number;
                        data: {
                            at: components["schemas"]["Time"];
                            /** @description Events that landed with a flag */
                            warned: number;
                            quarantined: number;
                            /** @description Of both: events that the plan does not know */
                            unplanned: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    plans_violations_top: {
        parameters: {
            query?: {
                /** @description Id, name or number of a source */
                source?: string;
                /** @description Id or name of a plan */
                plan?: string;
                type?: components["schemas"]["PlanEventType"];
                /** @description Event */
                name?: string;
                /** @description Received in this hour or later; by default 7 days ago */
                since?: string;
                /** @description Received before the end of this hour; by default now */
                until?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By count */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PlanViolations"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    plans_violations_events: {
        parameters: {
            query?: {
                /** @description Id, name or number of a source */
                source?: string;
                /** @description Id or name of a plan */
                plan?: string;
                type?: components["schemas"]["PlanEventType"];
                /** @description Event */
                name?: string;
                /** @description As in the top list */
                path?: string;
                /** @description As in the top list */
                keyword?: string;
                /** @description Received in this hour or later; by default 7 days ago */
                since?: string;
                /** @description Received before the end of this hour; by default now */
                until?: string;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PlanViolatingEvent"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    plans_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    plans_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanEdit"] & {
                    /** @description The version that was edited */
                    base_version?: number;
                };
            };
        };
        responses: {
            /** @description Saved */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    plans_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    plans_versions: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            version: number;
                            saved_at: components["schemas"]["Time"];
                            saved_by: string;
                            note: string;
                            /** @description How many */
                            rules: number;
                        }[];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    plans_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                plan: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    sources_plan_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan or none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourcePlan"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    sources_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or name; null for none */
                    plan: string | null;
                };
            };
        };
        responses: {
            /** @description Assigned */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourcePlan"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    portal_form: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The form */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalForm"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    portal_reports: {
        parameters: {
            query?: {
                /** @description Those that are not over: not closed, not confirmed */
                open?: boolean;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PortalReport"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    portal_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Something is broken, or something is needed
                     * @default incident
                     * @enum {unknown}
                     */
                    type?: "incident" | "service_request";
                    /**
                     * @description Of the form; left out: what `text` says
                     * @default
                     */
                    category?: string;
                    services?: string[];
                    /**
                     * @description Needed without a category
                     * @default
                     */
                    text?: string;
                    /** @default  */
                    store?: string;
                    /** @default  */
                    till?: string;
                    /**
                     * Format: date-time
                     * @description Since when; not in the future
                     */
                    since?: string;
                    /**
                     * @description Who wait
                     * @default 0
                     */
                    customers?: number;
                };
            };
        };
        responses: {
            /** @description It joined what is known */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        report: components["schemas"]["PortalReport"];
                        /** @description null: it is new */
                        known: {
                            since: components["schemas"]["Time"];
                            reports: number;
                            /** @description Affected */
                            stores: number;
                        } | null;
                    };
                };
            };
            /** @description A ticket was opened */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        report: components["schemas"]["PortalReport"];
                        /** @description null: it is new */
                        known: {
                            since: components["schemas"]["Time"];
                            reports: number;
                            /** @description Affected */
                            stores: number;
                        } | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    portal_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalTicket"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    portal_answer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                };
            };
        };
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalTicket"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    portal_verdict: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    solved: boolean;
                    /**
                     * @description What is still wrong; not with solved
                     * @default
                     */
                    text?: string;
                };
            };
        };
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalTicket"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    portal_photo: {
        parameters: {
            query?: {
                /** @description Of the file */
                name?: string;
            };
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/png": string;
                "image/jpeg": string;
                "image/webp": string;
            };
        };
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalTicket"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    portal_rate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number; of one that was merged: what it became */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description On the scale of the question */
                    score: number;
                    comment?: string;
                };
            };
        };
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortalTicket"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_list: {
        parameters: {
            query?: {
                state?: "received" | "approved" | "running" | "done" | "refused" | "cancelled" | "failed";
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PrivacyRequest"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    privacy_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    kind: "erasure" | "export";
                    subjects: components["schemas"]["PrivacySubject"][];
                    /**
                     * @description How it was asked for, how the asking person was recognised; forgotten once the request is over
                     * @default
                     */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description The request */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrivacyRequest"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrivacyRequest"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    privacy_approve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrivacyRequest"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_refuse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Why; without naming the person */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrivacyRequest"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrivacyRequest"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_certificate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The certificate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrivacyCertificate"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    privacy_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The link */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of this server */
                        path: string;
                        expires_at: components["schemas"]["Time"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_archive: {
        parameters: {
            query: {
                /** @description What the link holds */
                link: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The archive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    subjects: components["schemas"]["PrivacySubject"][];
                };
            };
        };
        responses: {
            /** @description Counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        persons: number;
                        removed: components["schemas"]["PrivacyFigures"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    privacy_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An Ed25519 key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        algorithm: "Ed25519";
                        /** @description 64 lower-case hex digits */
                        public_key: string;
                    };
                };
            };
            503: components["responses"]["Later"];
        };
    };
    profiles_search: {
        parameters: {
            query?: {
                /** @description What people type; cut at 200 bytes */
                search?: string;
                /** @description Persons at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The best */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ProfileHit"][];
                        /** @description There are no more pages: a longer text finds better */
                        next_cursor: null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_lookup: {
        parameters: {
            query: {
                /** @description Such as email, phone, user_id, anonymous_id, loyalty_card */
                type: string;
                value: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_barrier_lift: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    profiles_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_timeline: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ExportedEvent"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_links: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ProfileLink"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_barriers: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ProfileBarrier"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_context: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hand-over */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileContext"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    profiles_merge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id of the other person */
                    other: string;
                    /** @description Why, for those who look later */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The one person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    profiles_split: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of a person; that of one who was merged away leads to who they became */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Numbers of the identifiers that leave */
                    nodes: number[];
                    /** @description Why, for those who look later */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The new person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    pulls_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them (at most 200) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Pull"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    pulls_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PullEdit"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pull"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    pulls_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pull */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pull"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    pulls_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PullEdit"];
            };
        };
        responses: {
            /** @description The pull */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pull"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    pulls_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    pulls_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    pulls_reset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    pulls_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description In place of its own, to try it */
                    mapping?: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description The first page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PullPreview"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    pulls_runs: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PullRun"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    drops_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them (at most 50) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["DropFolder"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    drops_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DropFolderEdit"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DropFolder"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    drops_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The folder */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DropFolder"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    drops_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DropFolderEdit"];
            };
        };
        responses: {
            /** @description The folder */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DropFolder"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    drops_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    drops_files: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["DropFile"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    pulse: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    quality_list: {
        parameters: {
            query?: {
                /** @description Begin of the period, rounded down to the step; 7 days before until where it is left out */
                from?: string;
                /** @description End of the period, rounded up to the step; now where it is left out. At most 800 days behind from */
                until?: string;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Sources a page */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        from: components["schemas"]["Time"];
                        /** @description The period before is as long and ends where this one begins */
                        until: components["schemas"]["Time"];
                        /**
                         * @description Of the series
                         * @enum {unknown}
                         */
                        step: "hour" | "day";
                        definitions: components["schemas"]["QualityDefinition"][];
                        data: {
                            source: components["schemas"]["QualitySource"];
                            now: components["schemas"]["QualityCounts"];
                            before: components["schemas"]["QualityCounts"];
                            series: components["schemas"]["QualityPoint"][];
                        }[];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    quality_get: {
        parameters: {
            query?: {
                /** @description Begin of the period, rounded down to the step; 7 days before until where it is left out */
                from?: string;
                /** @description End of the period, rounded up to the step; now where it is left out. At most 800 days behind from */
                until?: string;
                /** @description hour: at most 90 days */
                step?: "hour" | "day";
            };
            header?: never;
            path: {
                /** @description Id, name or number */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The source */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        source: components["schemas"]["QualitySource"];
                        from: components["schemas"]["Time"];
                        until: components["schemas"]["Time"];
                        /**
                         * @description Of the series
                         * @enum {unknown}
                         */
                        step: "hour" | "day";
                        definitions: components["schemas"]["QualityDefinition"][];
                        now: components["schemas"]["QualityCounts"];
                        before: components["schemas"]["QualityCounts"];
                        /** @description Late events by how late they were, shortest first */
                        late_classes: {
                            /** @description Upper edge of the class; null: whatever is longer */
                            up_to_ms: number | null;
                            events: number;
                        }[];
                        series: components["schemas"]["QualityPoint"][];
                        /** @description The worst fields of the days that the period touches, most events first */
                        fields: components["schemas"]["QualityField"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_skills_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All, with the version to change them by */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 0: nobody has set any */
                        version: number;
                        changed_at: components["schemas"]["TimeOrNull"];
                        changed_by: string;
                        skills: components["schemas"]["RoutingSkillName"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_skills_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    skills: components["schemas"]["RoutingSkillName"][];
                };
            };
        };
        responses: {
            /** @description All, with the version to change them by */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 0: nobody has set any */
                        version: number;
                        changed_at: components["schemas"]["TimeOrNull"];
                        changed_by: string;
                        skills: components["schemas"]["RoutingSkillName"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_queues_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of their names */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RoutingQueueSetting"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_queues_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As tickets name it */
                queue: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingQueueSetting"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_queues_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As tickets name it */
                queue: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    settings: components["schemas"]["RoutingQueue"];
                };
            };
        };
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingQueueSetting"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_switch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    on: boolean;
                    queues?: string[];
                };
            };
        };
        responses: {
            /** @description How many changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        changed: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_agents_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of their accounts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RoutingAgentSetting"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_agents_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingAgentSetting"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_agents_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    settings: components["schemas"]["RoutingAgent"];
                };
            };
        };
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingAgentSetting"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_agents_presence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    presence: components["schemas"]["RoutingPresence"];
                    /** @default  */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingMe"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingMe"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_me_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    presence: components["schemas"]["RoutingPresence"];
                    /** @default  */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingMe"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_offers_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                offer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingMe"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_offers_reject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                offer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingMe"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    routing_board: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Of queues and agents that have settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        now: components["schemas"]["Time"];
                        queues: {
                            queue: string;
                            on: boolean;
                            waiting: number;
                            /** @description When the oldest of them was opened */
                            oldest_at: components["schemas"]["TimeOrNull"];
                            /** @description P1 first */
                            by_priority: number[];
                            /** @description In the order in which they are given */
                            first: components["schemas"]["RoutingWaiting"][];
                        }[];
                        agents: {
                            account: string;
                            presence: components["schemas"]["RoutingPresence"];
                            reason: string;
                            on_shift: boolean;
                            shift_changes_at: components["schemas"]["TimeOrNull"];
                            /** @description Was given or has finished something last */
                            idle_since: components["schemas"]["TimeOrNull"];
                            /** @description Units, with what is offered */
                            load: number;
                            capacity: number;
                            /** @description With those offered */
                            tickets: number;
                            offers: number;
                            /** @description Offers in a row without an answer */
                            missed: number;
                        }[];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    routing_try: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Until now
                     * @default 28
                     */
                    days?: number;
                    /**
                     * @description In time is what is given within this, where no response was promised
                     * @default 3600
                     */
                    goal_s?: number;
                    /** @description That would no longer be there */
                    dropped_skills?: string[];
                    /** @description Changed ones, settings in full */
                    queues?: {
                        queue: string;
                        settings: components["schemas"]["RoutingQueue"];
                    }[];
                    /** @description Changed ones; settings null: without them; an account that nobody has: one agent more */
                    agents?: {
                        account: string;
                        settings: components["schemas"]["RoutingAgent"] | null;
                    }[];
                };
            };
        };
        responses: {
            /** @description What was, what would be now, what would be then */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingTrial"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_routing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first, the last 100 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            decision: number;
                            queue: string;
                            account: string;
                            at: components["schemas"]["Time"];
                            expires_at: components["schemas"]["TimeOrNull"];
                            /** @enum {unknown} */
                            state: "assigned" | "offered" | "accepted" | "rejected" | "expired" | "withdrawn";
                            ended_at: components["schemas"]["TimeOrNull"];
                            why: components["schemas"]["RoutingWhy"];
                        }[];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_clocks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key or number: INC-1024, 1024 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Clocks that the policy has, or that ran */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        now: components["schemas"]["Time"];
                        clocks: components["schemas"]["TicketClock"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_clock_explain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                clock: components["schemas"]["SlaClock"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stretches */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        clock: components["schemas"]["SlaClock"];
                        now: components["schemas"]["Time"];
                        /** @description Of the clock's own time; 0: nothing is promised */
                        target_s: number;
                        elapsed_s: number;
                        stretches: {
                            from: components["schemas"]["Time"];
                            to: components["schemas"]["Time"];
                            seconds: number;
                            why: components["schemas"]["SlaWhy"];
                            /** @description The calendar: 24x7, store 0412, queue tills, or an id */
                            in: string;
                            /** @description Of the ticket */
                            state: string;
                            waiting_for: string;
                            round: number;
                            /** @description Version of the policy */
                            policy: number | null;
                            /** @description seq of the ticket's history that holds from there */
                            history: number;
                        }[];
                        /** @description Of escalation that were taken */
                        steps: {
                            at: components["schemas"]["Time"];
                            /** @description Its name, and of one that a tone made which: "raise, because of tone -0.82: 'unacceptable'" */
                            step: string;
                            /** @description seq of the row */
                            history: number;
                        }[];
                        /** @description Seconds by reason */
                        totals: {
                            counted: number;
                            closed: number;
                            paused: number;
                            before_start: number;
                            after_stop: number;
                            cancelled: number;
                            no_promise: number;
                        };
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    sla_policies_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SlaPolicy"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    sla_policies_try: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    policy: components["schemas"]["SlaPolicyDocument"];
                    /**
                     * Format: date-time
                     * @description Tickets opened from then on
                     */
                    since: string;
                };
            };
        };
        responses: {
            /** @description By clock */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Tickets */
                        items: number;
                        clocks: {
                            clock: components["schemas"]["SlaClock"];
                            was: components["schemas"]["SlaTally"];
                            would: components["schemas"]["SlaTally"];
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    sla_policies_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlaPolicy"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    sla_policies_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    /** @description Lower ones are asked first whether they apply; left out: as before, 100 for a new policy, which is before the default one */
                    rank?: number;
                    /**
                     * Format: date-time
                     * @description In force from; left out: from now on
                     */
                    from?: string;
                    policy: components["schemas"]["SlaPolicyDocument"];
                };
            };
        };
        responses: {
            /** @description The policy */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlaPolicy"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    sla_policies_end: {
        parameters: {
            query: {
                /** @description As it was read */
                version: number;
            };
            header?: never;
            path: {
                policy: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    sla_policies_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                policy: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SlaPolicy"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    sources_list: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Source"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
        };
    };
    sources_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceEdit"] & unknown;
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            409: components["responses"]["Problem"];
        };
    };
    sources_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The source */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            404: components["responses"]["Problem"];
        };
    };
    sources_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SourceEdit"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
        };
    };
    sources_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            404: components["responses"]["Problem"];
        };
    };
    tickets_stakeholders: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key or number */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketStakeholders"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_stakeholders_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key or number */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Ids */
                    accounts: string[];
                    mails: string[];
                };
            };
        };
        responses: {
            /** @description All of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketStakeholders"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_publish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key or number */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                };
            };
        };
        responses: {
            /** @description The ticket as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_status_link_make: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key or number */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For whom it is */
                    name: string;
                };
            };
        };
        responses: {
            /** @description The link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketStatusLink"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_status_link_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
                /** @description Its number */
                link: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    status_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The link is not valid: unknown, revoked or ended */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    status_json: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the page shows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusPage"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    surveys_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Survey"][];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    surveys_answers: {
        parameters: {
            query?: {
                /** @description Of this survey; left out: of any */
                survey?: string;
                /** @description next_cursor of the page before */
                cursor?: components["parameters"]["cursor"];
                /** @description Rows a page */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SurveyInvitation"][];
                        next_cursor: components["schemas"]["NextCursor"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    surveys_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                survey: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    name: string;
                    /** @description As customers read it */
                    question: string;
                    /**
                     * @description Satisfaction 1 to 5, effort 1 to 7, recommendation 0 to 10
                     * @default csat
                     * @enum {unknown}
                     */
                    scale?: "csat" | "ces" | "nps";
                    /** @description Of tickets that it is asked after; none: of any */
                    channels?: string[];
                    /** @default true */
                    active?: boolean;
                    /**
                     * @description Of a hundred tickets so many are asked about
                     * @default 100
                     */
                    sample?: number;
                    /**
                     * @description Nobody is asked again before
                     * @default 7
                     */
                    quiet_days?: number;
                    /**
                     * @description That an invitation can be answered
                     * @default 14
                     */
                    expiry_days?: number;
                };
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Survey"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    surveys_of_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SurveyInvitation"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    survey_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The link is not valid: unknown, or ended */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    survey_answer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @description Within the scale of the survey */
                    score: number;
                    /** @description Left out: as it was */
                    comment?: string;
                };
            };
        };
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The page */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The link is not valid: unknown, or ended */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The page again: changed 50 times, the last answer stands */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    desk_triage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                };
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The best one */
                        category: string;
                        accepted: boolean;
                        /** @description How likely the category is the right one */
                        confidence: number;
                        /** @description How likely any category is */
                        in_scope: number;
                        /** @description Of confidence */
                        threshold: number;
                        model_version: number;
                        /** @description Of the category; "" none */
                        queue: string;
                        /** @description Of the category; "" none */
                        touchpoint: string;
                        why: components["schemas"]["TicketWhy"];
                        /** @description Words that speak for the category, or against it, strongest first */
                        reasons: {
                            word: string;
                            weight: number;
                        }[];
                        entities: {
                            /** @enum {unknown} */
                            thing: "store" | "till" | "order" | "device" | "error";
                            value: string;
                        }[];
                        sentiment: {
                            /** @description -1 to 1 */
                            compound: number;
                            negative: number;
                            neutral: number;
                            positive: number;
                        };
                        intent: components["schemas"]["TriageIntent"];
                        /** @description 0 to 1 */
                        urgency: number;
                        /** @description ISO 639-1; "" where the text does not tell */
                        language: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_triage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketTriage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    tickets_triage_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    tickets_triage_correct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    category?: string;
                    queue?: string;
                    /** @enum {unknown} */
                    sentiment?: "positive" | "neutral" | "negative";
                };
            };
        };
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    triage_examples: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By what they teach */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            kind: components["schemas"]["TriageKind"];
                            /** @description What people decided on tickets */
                            decisions: number;
                            files: number;
                        }[];
                    };
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    triage_add_examples: {
        parameters: {
            query?: {
                kind?: "category" | "queue" | "sentiment";
                part?: "train" | "valid" | "held" | "by_text";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description Taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        failed: number;
                        faults: {
                            line: number;
                            what: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    triage_drop_examples: {
        parameters: {
            query?: {
                kind?: "category" | "queue" | "sentiment";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dropped: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    triage_train: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default category
                     * @enum {string}
                     */
                    kind?: "category" | "queue" | "sentiment";
                    /**
                     * @description With the texts of the starter model
                     * @default true
                     */
                    starter?: boolean;
                    /** @description Wanted of what is accepted; 0.95 */
                    precision?: number;
                };
            };
        };
        responses: {
            /** @description It begins */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriageTraining"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    triage_models: {
        parameters: {
            query?: {
                kind?: "category" | "queue" | "sentiment";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest 20, the starter, and the one in force */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        training: components["schemas"]["TriageTraining"];
                        data: components["schemas"]["TriageModel"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    triage_model: {
        parameters: {
            query?: {
                kind?: "category" | "queue" | "sentiment";
            };
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        model: components["schemas"]["TriageModel"];
                        /** @description Of examples, whose weight for their label moved most against the model before; strongest first */
                        words: {
                            word: string;
                            label: string;
                            before: number;
                            after: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    triage_use_model: {
        parameters: {
            query?: {
                kind?: "category" | "queue" | "sentiment";
            };
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
    triage_quality: {
        parameters: {
            query?: {
                weeks?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Weeks in which tickets were triaged, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            from: components["schemas"]["Time"];
                            /** @description Tickets whose category was proposed */
                            triaged: number;
                            /** @description By the machine */
                            set: number;
                            confirmed: number;
                            corrected: number;
                            /** @description Nobody said anything */
                            left: number;
                            /** @description Set by the machine, and corrected */
                            set_corrected: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    triage_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriageSettings"];
                };
            };
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            503: components["responses"]["Later"];
        };
    };
    triage_put_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TriageSettings"];
            };
        };
        responses: {
            /** @description They */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriageSettings"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            429: components["responses"]["Later"];
            503: components["responses"]["Later"];
        };
    };
}
