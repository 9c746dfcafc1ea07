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
        RoleName: "owner" | "admin" | "engineer" | "analyst" | "agent" | "auditor";
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
        Reason: "not_an_object" | "too_large" | "too_deep" | "no_type" | "no_id" | "no_event_name" | "message_id_too_long" | "wrong_type" | "plan_violation" | "unplanned_event";
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
        IdentityType: {
            name: string;
            /** @description 1 is the highest; ties by name */
            priority: number;
            /** @description Values that a person may have, ever; 1 where the mode is immutable */
            limit: number;
            form: components["schemas"]["IdentityForm"];
            mode: components["schemas"]["IdentityMode"];
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
            };
            /** @description Values that are nobody's */
            blocked: string[];
            /** @description Identifiers that a person may come to have */
            merge_cap: number;
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
            /** @description By currency */
            values: components["schemas"]["ProfileValue"][];
            /** @description By name; those that are live */
            computed: components["schemas"]["ProfileComputed"][];
            /** @description Accounts by name, then the household; beside the version, since others join and leave */
            groups: components["schemas"]["ProfileGroup"][];
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
                    /** @description types, other, blocked and merge_cap in the shape of IdentityRules */
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
                    /** @description types, other, blocked and merge_cap in the shape of IdentityRules */
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
}
