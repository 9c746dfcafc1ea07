-- SPDX-License-Identifier: Apache-2.0
-- Routing: whose tickets are still to be given back, so that no stop of the server loses it. Times are UTC ms.

-- Agents who went offline or whose shift ended, until what they had in queues that say so is given back.
CREATE TABLE desk_route_leaving (
    account TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL
);

-- One row: ends of shifts up to then are dealt with, or stand in desk_route_leaving.
CREATE TABLE desk_route_passed (
    id BIGINT PRIMARY KEY,          -- 1
    at_ms BIGINT NOT NULL
);
